from django.db import migrations


def name_helpers(apps, schema_editor):
    """People without a phone had an invented e-mail address in place of somebody who answers."""
    User = apps.get_model("accounts", "User")
    acts = apps.get_model("workers", "AssistedAct").objects.filter(act="registered", worker__user__phone=None, worker__user__is_active=True)
    for user, by in acts.filter(worker__user__email__startswith="ho-tro-").order_by("pk").values_list("worker__user", "by"):
        User.objects.filter(pk=user).update(helper=by, email=None)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_helpers'),
        ('workers', '0005_consent_in_person'),
    ]

    operations = [
        migrations.RunPython(name_helpers, migrations.RunPython.noop),
    ]
