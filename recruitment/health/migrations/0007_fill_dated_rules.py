"""What the earlier columns said, in the words of the new ones."""

from django.db import migrations
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.utils import timezone


def fill(apps, schema_editor):
    policies = apps.get_model('health', 'AdmissionPolicy').objects
    rules = apps.get_model('health', 'AdmissionRule').objects
    policies.update(status='published', published_at=timezone.now())
    valid_days = policies.filter(pk=OuterRef('policy_id')).values('dose_valid_days')
    rules.update(
        without_test=Case(When(requires_recent_test=True, then=Value('other_rule')), default=F('without_test')),
        accepted_proof=Case(When(accepts_claims=False, then=Value('confirmed')), default=F('accepted_proof')),
        outcome=Case(When(refuses=True, then=Value('refuse')), default=F('outcome')),
    )
    rules.filter(person_class='green').update(dose_within_days=Subquery(valid_days))
    rules.filter(refuses=True).update(person_class='any')
    rules.filter(person_class='none').update(person_class='any')


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0006_dated_rules_and_reassessments'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
