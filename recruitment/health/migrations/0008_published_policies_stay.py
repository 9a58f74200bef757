from django.db import migrations, models

# A published policy and its rules never change: whoever is wrong publishes a later version that supersedes it.
# Rules may still be added to rows without a drafter: those come from the project's own data, in one transaction with the policy.
TRIGGERS = """
CREATE FUNCTION health_policy_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'published' THEN
        RAISE EXCEPTION 'a published policy stays as it is: %', OLD.number USING ERRCODE = 'check_violation', CONSTRAINT = 'published_policies_stay';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER health_policy_stays BEFORE UPDATE OR DELETE ON health_admissionpolicy FOR EACH ROW EXECUTE FUNCTION health_policy_stays();

CREATE FUNCTION health_rule_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.policy_id ELSE OLD.policy_id END;
BEGIN
    IF EXISTS (SELECT FROM health_admissionpolicy WHERE id = touched AND status = 'published' AND (TG_OP <> 'INSERT' OR drafted_by_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'the rules of a published policy stay as they are' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_policies_stay';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.policy_id <> OLD.policy_id THEN
        RAISE EXCEPTION 'a rule stays with its policy' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_policies_stay';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER health_rule_stays BEFORE INSERT OR UPDATE OR DELETE ON health_admissionrule FOR EACH ROW EXECUTE FUNCTION health_rule_stays();

CREATE FUNCTION health_supersession_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.from_admissionpolicy_id ELSE OLD.from_admissionpolicy_id END;
BEGIN
    IF EXISTS (SELECT FROM health_admissionpolicy WHERE id = touched AND status = 'published' AND (TG_OP <> 'INSERT' OR drafted_by_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'what a published policy supersedes stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_policies_stay';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER health_supersession_stays BEFORE INSERT OR UPDATE OR DELETE ON health_admissionpolicy_supersedes
    FOR EACH ROW EXECUTE FUNCTION health_supersession_stays();
"""
UNDO = """
DROP TRIGGER health_supersession_stays ON health_admissionpolicy_supersedes;
DROP TRIGGER health_rule_stays ON health_admissionrule;
DROP TRIGGER health_policy_stays ON health_admissionpolicy;
DROP FUNCTION health_supersession_stays;
DROP FUNCTION health_rule_stays;
DROP FUNCTION health_policy_stays;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0007_fill_dated_rules'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(  # the columns go in a later release, when no process of the one before runs
            state_operations=[
                migrations.RemoveField(
                    model_name='admissionpolicy',
                    name='dose_valid_days',
                ),
                migrations.RemoveField(
                    model_name='admissionrule',
                    name='accepts_claims',
                ),
                migrations.RemoveField(
                    model_name='admissionrule',
                    name='refuses',
                ),
                migrations.RemoveField(
                    model_name='admissionrule',
                    name='requires_recent_test',
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='admissionpolicy',
            name='one_policy_per_number_and_start',
        ),
        migrations.AddConstraint(
            model_name='admissionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('published_at', None), ('status__in', ['draft', 'submitted'])), models.Q(('approved_by', None), ('drafted_by', None), ('published_at__isnull', False), ('status', 'published')), models.Q(('approved_by__isnull', False), ('drafted_by__isnull', False), ('published_at__isnull', False), ('status', 'published'), models.Q(('drafted_by', models.F('approved_by')), _negated=True)), _connector='OR'), name='two_people_publish_a_policy', violation_error_message='Người soạn không tự duyệt được quy định của mình.'),
        ),
        migrations.AddConstraint(
            model_name='admissionrule',
            constraint=models.CheckConstraint(condition=models.Q(('monitoring_days__lte', 60), ('quarantine_days__lte', 60)), name='isolation_is_at_most_sixty_days'),
        ),
        migrations.AddConstraint(
            model_name='admissionrule',
            constraint=models.CheckConstraint(condition=models.Q(('dose_within_days', None), ('dose_within_months', None), _connector='OR'), name='one_way_to_say_when_a_dose_lapses'),
        ),
        migrations.AddConstraint(
            model_name='admissionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('places', []), models.Q(('origin_levels', []), ('lockdown', False)), _connector='OR'), models.Q(('lockdown', False), ('origin_levels', []), _connector='OR')), name='origin_is_a_level_a_place_or_a_lockdown'),
        ),
        migrations.AddConstraint(
            model_name='admissionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('day_zero', 'arrival'), ('subject__in', ['', 'suspected'])), models.Q(('day_zero__in', ['exposure', 'isolation']), ('subject__in', ['F0', 'F1', 'F2'])), _connector='OR'), name='day_zero_suits_the_subject'),
        ),
        migrations.AddConstraint(
            model_name='healthevent',
            constraint=models.CheckConstraint(condition=models.Q(('doubt', ''), models.Q(('proof', 'claimed'), ('reviewed_by__isnull', False)), _connector='OR'), name='doubt_is_somebodys'),
        ),
        migrations.AddConstraint(
            model_name='healthevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='review_has_its_time'),
        ),
        migrations.AddConstraint(
            model_name='admissionrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refuse'), _negated=True), ('person_class', 'any'), _connector='OR'), name='nobody_is_refused_for_better_protection', violation_error_message='Mục không cho vào phải áp dụng cho mọi người: tiêm thêm không thể làm ai bị từ chối.'),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
