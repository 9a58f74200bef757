"""People and organisations. `UserFactory()` is a person with a phone; staff come by role: `UserFactory(recruiter=True)`."""

import factory

from recruitment.accounts.models import Membership, Organisation, Role, User


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    kind = Organisation.Kind.ENTERPRISE
    name = factory.Sequence(lambda number: f"Tổ chức thử {number}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    class Params:
        recruiter = factory.Trait(role=Role.RECRUITER, organisation__kind=Organisation.Kind.ENTERPRISE)
        site_manager = factory.Trait(role=Role.SITE_MANAGER, organisation__kind=Organisation.Kind.SITE)
        health_officer = factory.Trait(role=Role.HEALTH_OFFICER, organisation__kind=Organisation.Kind.HEALTH_DEPARTMENT)
        labour_officer = factory.Trait(role=Role.LABOUR_OFFICER, organisation__kind=Organisation.Kind.LABOUR_DEPARTMENT)
        liaison = factory.Trait(role=Role.LIAISON, organisation__kind=Organisation.Kind.LIAISON)
        checkpoint_officer = factory.Trait(role=Role.CHECKPOINT_OFFICER, organisation__kind=Organisation.Kind.CHECKPOINT)

    user = factory.SubFactory("tests.factories.accounts.UserFactory")
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.RECRUITER


def _staff(**membership) -> factory.Trait:
    """E-mail and password sign-in, and a membership (`membership__organisation=` puts the person into a given house)."""
    return factory.Trait(
        phone=None,
        email=factory.Sequence(lambda number: f"can-bo-{number}@thu.invalid"),
        password=factory.django.Password("mat-khau-thu"),
        membership=factory.RelatedFactory(MembershipFactory, factory_related_name="user", **membership),
    )


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        recruiter = _staff(recruiter=True)
        site_manager = _staff(site_manager=True)
        health_officer = _staff(health_officer=True)
        labour_officer = _staff(labour_officer=True)
        checkpoint_officer = _staff(checkpoint_officer=True)
        liaison = _staff(liaison=True)
        administrator = factory.Trait(
            phone=None,
            email=factory.Sequence(lambda number: f"quan-tri-{number}@thu.invalid"),
            password=factory.django.Password("mat-khau-thu"),
            is_staff=True,
            is_superuser=True,
        )

    phone = factory.Sequence(lambda number: f"+8491{number % 10_000_000:07d}")
    name = "Nông Thị Thử"
    helper_house = factory.LazyAttribute(lambda user: user.helper.memberships.get().organisation if getattr(user, "helper", None) else None)
    password = factory.django.Password(None)
