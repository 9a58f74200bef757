import django.db.models.functions.text
from django.db import migrations, models

NAME = 'one_policy_per_number_and_version'


class Migration(migrations.Migration):
    atomic = False  # the index is built while people go on working

    dependencies = [
        ('health', '0008_published_policies_stay'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON health_admissionpolicy (lower(number), version)',
                    f'DROP INDEX CONCURRENTLY {NAME}',
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='admissionpolicy',
                    constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('number'), models.F('version'), name='one_policy_per_number_and_version'),
                ),
            ],
        ),
    ]
