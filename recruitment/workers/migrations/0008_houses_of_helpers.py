from django.db import migrations


def name_houses(apps, schema_editor):
    """The house that registered somebody without a phone is the one for which the helper answers; else any house of the helper."""
    User = apps.get_model("accounts", "User")
    acts = apps.get_model("workers", "AssistedAct").objects.order_by("at", "pk")
    memberships = apps.get_model("accounts", "Membership").objects.order_by("-started_at", "-pk")
    for user in User.objects.filter(helper__isnull=False).order_by("pk"):
        act = acts.filter(worker__user=user).select_related("group").first()
        user.helper_house_id = act.group.organisation_id if act else memberships.filter(user=user.helper_id)[0].organisation_id
        user.save(update_fields=["helper_house"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_helpers_of_a_house'),
        ('workers', '0007_helpers_of_a_house'),
    ]

    operations = [
        migrations.RunPython(name_houses, migrations.RunPython.noop),
    ]
