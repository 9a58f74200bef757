from django.db import migrations, models

BY_LANGUAGE = """
UPDATE onboarding_batchline
SET sentences = CASE WHEN sentences = '[]' THEN '{}'::jsonb ELSE jsonb_build_object('vi', sentences) END
WHERE jsonb_typeof(sentences) = 'array'
"""
AS_LIST = """
UPDATE onboarding_batchline SET sentences = coalesce(sentences -> 'vi', '[]'::jsonb) WHERE jsonb_typeof(sentences) = 'object'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('onboarding', '0016_cohorts_and_passes'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='batchline', name='who_is_refused_is_told_why'),
        migrations.RunSQL(BY_LANGUAGE, AS_LIST),
        migrations.AlterField(model_name='batchline', name='sentences', field=models.JSONField(default=dict)),
        migrations.AddConstraint(
            model_name='batchline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('sentences', {}), _negated=True), _connector='OR'), name='who_is_refused_is_told_why'),
        ),
    ]
