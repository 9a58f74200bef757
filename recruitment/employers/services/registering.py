"""A new enterprise asks to recruit: its house, its first factory and its first recruiter, waiting for the department."""

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Membership, Organisation, Role, User
from recruitment.employers.models import Enterprise, Factory
from recruitment.employers.services.approving import AlreadyDecided
from recruitment.places.models import IndustrialZone
from recruitment.shared.refusals import Refusal


class TaxCodeTaken(Refusal):
    """An enterprise with this tax code is registered already. Carries `tax_code`."""

    field = "tax_code"

    def for_people(self) -> str:
        return _("Mã số thuế %(tax_code)s đã đăng ký. Hãy nhờ đồng nghiệp trong doanh nghiệp thêm bạn, hoặc liên hệ Sở.") % {
            "tax_code": self.facts["tax_code"]
        }


class EmailTaken(Refusal):
    """Somebody signs in with this address already."""

    field = "email"

    def for_people(self) -> str:
        return _("Địa chỉ e-mail này đã có tài khoản. Hãy đăng nhập hoặc dùng địa chỉ khác.")


class WeakPassword(Refusal):
    """Carries `reasons`, sentences ready for people."""

    field = "password"

    def for_people(self) -> str:
        return " ".join(self.facts["reasons"])


@transaction.atomic
def register_enterprise(
    *,
    tax_code: str,
    legal_name: str,
    name: str,
    factory_name: str,
    zone: IndustrialZone,
    address: str,
    contact_name: str,
    email: str,
    password: str,
    language: str,
    on: dt.date,
) -> User:
    """Everything that lets a stranger post one opening while waiting; nobody acts for the enterprise yet, so there is no `by`.

    Returns the recruiter, the same one if the same form is sent twice. Raises TaxCodeTaken, EmailTaken or WeakPassword.
    """
    if earlier := _registered_before(tax_code=tax_code, email=email, password=password):
        return earlier
    _refuse_what_is_taken(tax_code=tax_code, email=email)
    _refuse_weak(password, User(email=email, name=contact_name))
    organisation = Organisation.objects.create(kind=Organisation.Kind.ENTERPRISE, name=name)
    enterprise, is_new = Enterprise.objects.get_or_create(
        tax_code=tax_code,
        defaults={"organisation": organisation, "name": name, "legal_name": legal_name, "requested_at": timezone.now()},
    )
    if not is_new:  # registered while this one was being checked
        raise TaxCodeTaken(tax_code=tax_code)
    Factory.objects.create(enterprise=enterprise, code=f"dn-{tax_code}-1", name=factory_name, zone=zone, address=address)
    recruiter = _create_recruiter(email=email, password=password, name=contact_name, language=language)
    Membership.objects.create(user=recruiter, organisation=organisation, role=Role.RECRUITER)
    return recruiter


@transaction.atomic
def resubmit_enterprise(*, enterprise: Enterprise, tax_code: str, legal_name: str, name: str, by: User, on: dt.date) -> Enterprise:
    """A refused enterprise waits again, at the end of the queue. Repeating it changes nothing. Raises TaxCodeTaken or AlreadyDecided."""
    now = Enterprise.objects.select_for_update(of=("self",), no_key=True).select_related("decided_by").get(pk=enterprise.pk)
    if now.status == Enterprise.Status.APPROVED:
        raise AlreadyDecided(enterprise=now)
    if Enterprise.objects.filter(tax_code=tax_code).exclude(pk=now.pk).exists():
        raise TaxCodeTaken(tax_code=tax_code)
    if now.status == Enterprise.Status.PENDING:
        return now
    now.ask_again()
    now.tax_code, now.legal_name, now.name = tax_code, legal_name, name
    now.requested_at, now.decided_at, now.decided_by, now.refusal_reason = timezone.now(), None, None, ""
    try:
        with transaction.atomic():
            now.save()
    except IntegrityError:  # registered by somebody else while this one was being checked
        raise TaxCodeTaken(tax_code=tax_code) from None
    return now


def _registered_before(*, tax_code: str, email: str, password: str) -> User | None:
    """Whoever registered this enterprise with this address and password: the same click again."""
    person = User.objects.filter(
        email__iexact=email, memberships__organisation__enterprise__tax_code=tax_code, memberships__role=Role.RECRUITER
    ).first()
    return person if person is not None and person.check_password(password) else None


def _create_recruiter(*, email: str, **fields: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email=email, **fields)
    except IntegrityError:  # registered while this one was being checked
        raise EmailTaken(email=email) from None


def _refuse_what_is_taken(*, tax_code: str, email: str) -> None:
    if Enterprise.objects.filter(tax_code=tax_code).exists():
        raise TaxCodeTaken(tax_code=tax_code)
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken(email=email)


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(reasons=error.messages) from None
