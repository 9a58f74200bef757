import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def without_own_index(model, name, related_name, on_delete):
    """Another index begins with the column already. By hand, for Django would make the foreign key anew as well."""
    table = f"quarantine_{model}"
    field = models.ForeignKey(db_index=False, on_delete=on_delete, related_name=related_name, to="quarantine.site")
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} (site_id)",
        state_operations=[migrations.AlterField(model, "site", field)],
    )


class Migration(migrations.Migration):
    atomic = False  # indexes come and go while the ledger is moving

    dependencies = [("quarantine", "0021_room_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="journalentry",
            index=models.Index(condition=models.Q(("change", "capacity")), fields=["site", "-id"], name="capacity_changes"),
        ),
        without_own_index("journalentry", "quarantine_journalentry_site_id_8d5333df", "journal", django.db.models.deletion.PROTECT),
        without_own_index("sitenight", "quarantine_sitenight_site_id_18c42f05", "nights", django.db.models.deletion.CASCADE),
        without_own_index("stay", "quarantine_stay_site_id_a3f7f56b", "stays", django.db.models.deletion.PROTECT),
    ]
