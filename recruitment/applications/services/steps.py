"""What every step of an application shares: the locked row, the event, and who is told."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import Role, User
from recruitment.applications.models import Application, ApplicationEvent
from recruitment.notifications.services.messages import send_message
from recruitment.shared.refusals import Refusal


class WrongMoment(Refusal):
    """The application is not in a state that allows the step. Carries `application`."""

    def for_people(self) -> str:
        return _("Hồ sơ %(receipt)s đang ở trạng thái “%(status)s” nên không làm được bước này. Hãy tải lại trang.") % {
            "receipt": self.facts["application"].receipt,
            "status": self.facts["application"].get_status_display(),
        }


def locked(application: Application) -> Application:
    """The row as it is now, locked until the transaction ends, with what the steps need."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("worker__user", "opening__factory__enterprise__organisation", "opening__factory__zone").get(pk=application.pk)


def keep(application: Application, *, by: User | None) -> None:
    """Save the row after its transition and note the event."""
    application.save()
    ApplicationEvent.objects.create(application=application, status=application.status, by=by)


def tell_worker(application: Application, kind: str, text: str, **values: object) -> None:
    """One message in the worker's language; `text` is a msgid with %(title)s, %(factory)s and whatever `values` add."""
    _tell(application.worker.user, application, kind, text, f"/applications/{application.pk}/", values)


def tell_recruiter(application: Application, kind: str, text: str, **values: object) -> None:
    """Whoever posted the opening, or, if that person no longer recruits there, everybody who does."""
    for person in _recruiters(application):
        _tell(person, application, kind, text, f"/openings/{application.opening_id}/applications/", values)


def _recruiters(application: Application) -> list[User]:
    there = application.opening.factory.enterprise.organisation.memberships.current().filter(role=Role.RECRUITER)
    people = list(User.objects.filter(memberships__in=there, is_active=True).order_by("pk").distinct())
    return [person for person in people if person.pk == application.opening.created_by_id] or people


def _tell(recipient: User, application: Application, kind: str, text: str, link: str, values: dict) -> None:
    with override(recipient.language):
        facts = {"title": application.opening.title, "factory": application.opening.factory.name, "receipt": application.receipt, **values}
        send_message(recipient=recipient, kind=kind, text=_(text) % facts, link=link, now=timezone.now())
