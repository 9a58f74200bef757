"""Built without locking the table of events: whoever records one meanwhile goes on."""

from django.db import migrations, models

CREATE = (
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_verified_certificate_is_one_persons "
    "ON health_healthevent (certificate_digest) WHERE certificate_key_id IS NOT NULL AND removed_at IS NULL"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS a_verified_certificate_is_one_persons"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("health", "0004_certificates")]

    operations = [
        migrations.RunSQL(
            CREATE,
            DROP,
            state_operations=[
                migrations.AddConstraint(
                    model_name="healthevent",
                    constraint=models.UniqueConstraint(
                        fields=["certificate_digest"],
                        condition=models.Q(certificate_key__isnull=False, removed_at=None),
                        name="a_verified_certificate_is_one_persons",
                    ),
                )
            ],
        )
    ]
