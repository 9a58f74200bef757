"""The unique index of a table in use, built without holding up anybody who writes to it."""

from django.db import migrations, models

CREATE = (
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_active_reservation_per_pool_and_site "
    "ON quarantine_backupreservation (pool_id, site_id) WHERE ended_at IS NULL"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS one_active_reservation_per_pool_and_site"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('quarantine', '0003_pools'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[
                migrations.AddConstraint(
                    model_name='backupreservation',
                    constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('pool', 'site'), name='one_active_reservation_per_pool_and_site'),
                ),
            ],
        ),
    ]
