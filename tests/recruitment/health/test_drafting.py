"""How a document becomes a policy, on the pages of health officers."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading
from recruitment.health.consistency import findings
from recruitment.health.models import AdmissionPolicy, AdmissionRule, Clearance, Reassessment
from recruitment.health.rulebook import Policy, Rule
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.drafting import Inconsistent, NotADraft, OwnDraft, publish_policy, submit_policy
from recruitment.health.services.policies import load_admission_policies
from recruitment.health.services.reassessments import continue_unfinished
from recruitment.places.services import load_provinces
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory
from tests.recruitment.health.documents import POLICIES

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def drafter():
    return UserFactory(health_officer=True, name="Triệu Thị Soạn")


@pytest.fixture
def approver():
    return UserFactory(health_officer=True, name="Ma Văn Duyệt")


@pytest.fixture
def home(db):
    return ProvinceFactory(home=True)


@pytest.fixture
def draft(home, drafter):
    draft = AdmissionPolicyFactory(draft=True, drafted_by=drafter, number="QĐ 9/THỬ", jurisdiction=home, in_force_from=TODAY)
    AdmissionRuleFactory(policy=draft, position=1)
    return draft


def address(name, *args):
    return reverse(f"health:{name}", args=args)


def document_fields(**changes):
    fields = {"number": "QĐ 9/THỬ", "issuer": "UBND tỉnh", "title": "Đón người", "jurisdiction": "province", "in_force_from": "24/11/2026"}
    return fields | changes


def rule_fields(**changes):
    fields = {"subject": "", "origin": "levels", "origin_levels": ["3"], "person_class": "any", "recovery_months": "6", "accepted_proof": "claimed",
              "outcome": "admit", "without_test": "test_first", "day_zero": "arrival", "test_days_method": "pcr"}  # fmt: skip
    return fields | changes


# --- consistency, without a database ---------------------------------------


def test_the_projects_own_documents_neither_overlap_nor_leave_anybody_out():
    for row in POLICIES:
        others = [other for other in POLICIES if other.key != row.key and other.in_force_from <= row.in_force_from]
        others = [other for other in others if row.provincial or not other.provincial]
        assert findings(row, others) == [], row.number


def paper(*rules, key=9, since=TODAY, until=None, provincial=True, supersedes=()):
    return Policy(key, f"VB {key}", 1, provincial, since, until, rules, frozenset(supersedes))


LEVEL_4 = Rule(frozenset([4]))


@pytest.mark.parametrize(
    ("draft", "others", "codes"),
    [
        (paper(), [], ["no_rules"]),
        (paper(LEVEL_4), [], []),
        (paper(LEVEL_4, Rule(frozenset([3, 4]), quarantine_place="home", quarantine_days=3)), [], ["twice"]),
        (paper(LEVEL_4, Rule(frozenset([4]), person_class="green")), [], []),
        (paper(Rule(frozenset([4]), person_class="green")), [], ["left_out"]),
        (paper(Rule(frozenset([4]), test_method="pcr", test_valid_hours=72, without_test="other_rule")), [], ["left_out"]),
        (paper(Rule(frozenset([4]), outcome="officer")), [], []),
        (paper(LEVEL_4), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1))], ["overlap"]),
        (paper(LEVEL_4), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), until=dt.date(2026, 11, 23))], []),
        (paper(LEVEL_4), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), until=TODAY)], ["overlap"]),
        (paper(LEVEL_4, until=dt.date(2026, 12, 1)), [paper(LEVEL_4, key=1, since=dt.date(2026, 12, 1))], ["overlap"]),
        (paper(LEVEL_4, until=dt.date(2026, 11, 30)), [paper(LEVEL_4, key=1, since=dt.date(2026, 12, 1))], []),
        (paper(LEVEL_4), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), provincial=False)], []),
        (paper(LEVEL_4), [paper(Rule(frozenset([3])), key=1, since=dt.date(2026, 1, 1))], []),
        (paper(LEVEL_4), [paper(Rule(subject="F1", day_zero="exposure"), key=1, since=dt.date(2026, 1, 1))], []),
        (paper(LEVEL_4, supersedes=[1]), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1))], []),
        (paper(LEVEL_4, supersedes=[1]), [paper(Rule(frozenset([3, 4])), key=1, since=dt.date(2026, 1, 1))], ["lost"]),
        (paper(LEVEL_4), [paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), until=dt.date(2026, 11, 22))], ["gap"]),
        (
            paper(LEVEL_4),
            [
                paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), until=dt.date(2026, 11, 22)),
                paper(Rule(), key=2, since=dt.date(2026, 1, 1), provincial=False),
            ],
            [],
        ),
    ],
)
def test_overlaps_and_gaps_are_found(draft, others, codes):
    assert [finding.code for finding in findings(draft, others)] == codes


def test_a_gap_names_its_days_and_the_document_before_it():
    before = paper(LEVEL_4, key=1, since=dt.date(2026, 1, 1), until=dt.date(2026, 11, 20))
    facts = findings(paper(LEVEL_4), [before])[0].facts
    assert (facts["first"], facts["last"], facts["policy"].number, facts["cell"]) == (
        dt.date(2026, 11, 21), dt.date(2026, 11, 23), "VB 1", ("", "level", 4),
    )  # fmt: skip


# --- pages ------------------------------------------------------------------


@pytest.mark.django_db
def test_a_document_is_copied_edited_submitted_and_published_by_another_officer(client, home, drafter, approver, django_capture_on_commit_callbacks):
    source = AdmissionPolicyFactory(jurisdiction=home, number="QĐ 1/THỬ")
    AdmissionRuleFactory(policy=source, position=1, origin_levels=[1, 2, 3, 4])
    worker = WorkerFactory()
    AreaLevelFactory(province=worker.home_province, level=3)
    assess_everybody(by=None, on=TODAY)
    client.force_login(drafter)
    client.post(address("policy_copy", source.pk))
    draft = AdmissionPolicy.objects.get(status="draft")
    client.post(address("policy_edit", draft.pk), document_fields(supersedes=[source.pk]))
    client.post(address("policy_rule", draft.pk, draft.rules.get().pk), rule_fields(origin_levels=["1", "2"]))
    client.post(address("policy_rule_new", draft.pk), rule_fields(origin_levels=["3", "4"], quarantine_place="home", quarantine_days="3"))
    shown = client.get(address("policy", draft.pk)).content.decode()
    assert "Cách ly 3 ngày tại nơi ở" in shown and "Cần sửa trước khi trình" not in shown
    client.post(address("policy_submit", draft.pk))
    client.force_login(approver)
    waiting = client.get(address("policies")).content.decode()
    assert "Chờ duyệt" in waiting and "QĐ 9/THỬ" in waiting
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("policy_publish", draft.pk))
    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.approved_by) == ("published", "QĐ 9/THỬ", approver)
    continue_unfinished()
    assert Clearance.objects.current().get(worker=worker).ready_on == TODAY + dt.timedelta(days=3)
    run = Reassessment.objects.get(cause="policy")
    shown = client.get(address("reassessment", run.pk)).content.decode()
    assert f"#{worker.pk}" in shown and "27/11/2026" in shown
    assert SensitiveReading.objects.filter(reader=approver, person=worker.user, what="clearance").count() == 1
    timeline = client.get(address("policies")).content.decode()
    assert "QĐ 9/THỬ" in timeline and "đã hết:" in timeline  # what it supersedes


@pytest.mark.django_db
def test_an_overlap_is_refused_with_the_row_shown(client, home, drafter, draft):
    AdmissionPolicyFactory(jurisdiction=home, number="QĐ 1/THỬ")
    AdmissionRuleFactory(policy=AdmissionPolicy.objects.get(number="QĐ 1/THỬ"), position=1, origin_levels=[4])
    client.force_login(drafter)
    shown = client.post(address("policy_submit", draft.pk), follow=True).content.decode()
    assert "Chồng với QĐ 1/THỬ (từ 01/01/2026 không thời hạn)" in shown and "cấp 4" in shown
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.django_db
def test_nobody_approves_an_own_draft_in_the_service_nor_in_the_database(draft, drafter):
    submit_policy(draft=draft, by=drafter)
    with pytest.raises(OwnDraft):
        publish_policy(policy=draft, by=drafter, on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdmissionPolicy.objects.filter(pk=draft.pk).update(status="published", approved_by=drafter, published_at=dt.datetime.now(dt.UTC))
    with pytest.raises(IntegrityError), transaction.atomic():
        AdmissionPolicy.objects.filter(pk=draft.pk).update(status="published", published_at=dt.datetime.now(dt.UTC))


@pytest.mark.django_db
def test_a_published_document_and_its_rules_can_not_be_changed_by_anybody(draft, drafter, approver):
    submit_policy(draft=draft, by=drafter)
    publish_policy(policy=draft, by=approver, on=TODAY)
    changes = [
        lambda: AdmissionPolicy.objects.filter(pk=draft.pk).update(title="khác"),
        lambda: AdmissionPolicy.objects.filter(pk=draft.pk).delete(),
        lambda: AdmissionRule.objects.filter(policy=draft).update(quarantine_days=0, monitoring_days=1),
        lambda: AdmissionRule.objects.filter(policy=draft).delete(),
        lambda: AdmissionRuleFactory(policy=draft, position=2),
        lambda: draft.supersedes.add(AdmissionPolicyFactory()),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="stay"), transaction.atomic():
            change()


@pytest.mark.django_db
def test_a_mistake_is_corrected_by_a_version_that_supersedes_it(client, draft, drafter, approver):
    submit_policy(draft=draft, by=drafter)
    publish_policy(policy=draft, by=approver, on=TODAY)
    client.force_login(approver)
    client.post(address("policy_copy", draft.pk), {"correct": "1"})
    version = AdmissionPolicy.objects.get(version=2)
    assert (version.number, list(version.supersedes.all()), version.rules.count()) == ("QĐ 9/THỬ", [draft], 1)
    assert submit_policy(draft=version, by=approver).status == "submitted"
    publish_policy(policy=version, by=drafter, on=TODAY)
    assert "QĐ 9/THỬ (v2)" in client.get(address("policy", draft.pk)).content.decode()


@pytest.mark.django_db
def test_a_returned_document_carries_the_reason_to_its_drafter(client, draft, drafter, approver):
    submit_policy(draft=draft, by=drafter)
    client.force_login(approver)
    assert client.post(address("policy_return", draft.pk), {"reason": ""}).status_code == 422
    client.post(address("policy_return", draft.pk), {"reason": "Thiếu mục cho người chưa tiêm"})
    client.force_login(drafter)
    assert "Thiếu mục cho người chưa tiêm" in client.get(address("policy", draft.pk)).content.decode()
    assert submit_policy(draft=draft, by=drafter).return_reason == ""


@pytest.mark.django_db
def test_only_the_drafter_edits_and_only_while_it_is_a_draft(client, draft, drafter, approver):
    client.force_login(approver)
    response = client.post(address("policy_edit", draft.pk), document_fields(title="Của người khác"))
    assert response.status_code == 422 and "Triệu Thị Soạn" in response.content.decode()
    client.post(address("policy_discard", draft.pk))
    client.post(address("policy_rule_remove", draft.pk, draft.rules.get().pk))
    assert AdmissionPolicy.objects.filter(pk=draft.pk).exists() and draft.rules.count() == 1
    submit_policy(draft=draft, by=drafter)
    with pytest.raises(NotADraft):
        submit_policy(draft=draft, by=drafter)
    client.force_login(drafter)
    assert client.post(address("policy_edit", draft.pk), document_fields()).status_code == 422


@pytest.mark.django_db
def test_a_draft_is_discarded_after_asking(client, draft, drafter):
    client.force_login(drafter)
    assert "Bỏ bản nháp QĐ 9/THỬ?" in client.get(address("policy_discard", draft.pk)).content.decode()
    client.post(address("policy_rule_remove", draft.pk, draft.rules.get().pk))
    assert draft.rules.count() == 0
    with pytest.raises(Inconsistent):
        submit_policy(draft=draft, by=drafter)
    client.post(address("policy_discard", draft.pk))
    assert not AdmissionPolicy.objects.filter(pk=draft.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"origin_levels": []}, "ít nhất một cấp độ"),
        ({"origin": "places", "place_names": ""}, "ít nhất một nơi"),
        ({"origin": "places", "place_names": "Tỉnh Không Có"}, "Không nhận ra: Tỉnh Không Có"),
        ({"subject": "F1"}, "với F0, F1, F2 là ngày tiếp xúc"),
        ({"quarantine_days": "3"}, "cần nơi cách ly"),
        ({"quarantine_days": "61", "quarantine_place": "home"}, "Nhiều nhất 60"),
        ({"quarantine_days": "ba", "quarantine_place": "home"}, "Hãy viết một số ngày"),
        ({"test_valid_hours": "72"}, "Hãy chọn loại xét nghiệm"),
        ({"days_of_tests": "1; bảy"}, "cách nhau bằng dấu phẩy"),
        ({"days_of_tests": "1, 99"}, "muộn nhất là ngày 60"),
        ({"person_class": "green", "dose_within_days": "9", "dose_within_months": "1"}, "không điền cả hai"),
        ({"outcome": "refuse", "person_class": "green"}, "áp dụng cho mọi người"),
        ({"minimum_doses": "2"}, "Hãy chọn nhóm đã tiêm"),
        ({"origin": "places", "place_names": "Hà Nội", "places_from": "9/9/2026", "places_to": "1/9/2026"}, "Ngày cuối phải sau"),
    ],
)
def test_a_rule_that_can_not_be_is_refused_beside_its_field_and_kept_as_typed(client, draft, drafter, changes, message):
    client.force_login(drafter)
    response = client.post(address("policy_rule_new", draft.pk), rule_fields(**changes))
    assert response.status_code == 422 and message in response.content.decode()
    assert draft.rules.count() == 1


@pytest.mark.django_db
def test_a_rule_for_named_places_keeps_their_codes_and_reads_back_in_words(client, draft, drafter):
    load_provinces()
    client.force_login(drafter)
    fields = rule_fields(
        origin="places", origin_levels=[], place_names="Hà Nội\nnghe an", places_from="1/11/2026", days_of_tests="7,1", test_days_method="antigen"
    )
    client.post(address("policy_rule_new", draft.pk), fields)
    rule = draft.rules.get(position=2)
    assert (rule.places, rule.test_days, rule.origin_levels) == (["01", "40"], [1, 7], [])
    shown = client.get(address("policy", draft.pk)).content.decode()
    assert "từ Hà Nội, Nghệ An, nếu ở đó từ 01/11/2026" in shown
    assert "Hà Nội" in client.get(address("policy_rule", draft.pk, rule.pk)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": ""}, "Hãy điền mục này"),
        ({"in_force_to": "1/11/2026"}, "phải sau ngày bắt đầu"),
        ({"in_force_from": "31/2/2026"}, "Không có ngày này"),
        ({"number": "qđ 1/thử"}, "đã có"),
    ],
)
def test_a_head_that_can_not_be_is_refused_beside_its_field(client, draft, drafter, changes, message):
    AdmissionPolicyFactory(number="QĐ 1/THỬ")
    client.force_login(drafter)
    response = client.post(address("policy_edit", draft.pk), document_fields(**changes))
    assert response.status_code == 422 and message in response.content.decode()


@pytest.mark.django_db
def test_an_imagined_person_is_decided_about_with_and_without_the_draft(client, draft, drafter):
    AdmissionRule.objects.filter(policy=draft).update(outcome="refuse")
    client.force_login(drafter)
    fields = {"on": "24/11/2026", "level": "2", "doses": "2", "last_dose": "1/9/2026", "test": "", "contact": ""}
    shown = client.post(address("policy_try", draft.pk), fields).content.decode()
    assert "Theo các văn bản đã ban hành" in shown and "Nếu ban hành QĐ 9/THỬ" in shown
    assert "chưa cho người từ nơi bạn ở vào tỉnh" in shown and "Chưa có quy định nào cho ngày này" in shown
    response = client.post(address("policy_try", draft.pk), fields | {"last_dose": "", "contact": "F1", "test": "pcr"})
    assert response.status_code == 422 and response.content.decode().count("Hãy điền ngày.") >= 2


@pytest.mark.django_db
def test_a_trial_on_the_registered_people_counts_lists_and_logs(client, home, draft, drafter):
    workers = [WorkerFactory() for _ in range(2)]
    AdmissionRule.objects.filter(policy=draft).update(outcome="refuse", origin_levels=[])
    client.force_login(drafter)
    client.post(address("policy_try_people", draft.pk))
    waiting = client.get(address("policy_try_people", draft.pk)).content.decode()
    assert "0 / 2 người" in waiting and 'http-equiv="refresh"' in waiting
    continue_unfinished()
    shown = client.get(address("policy_try_people", draft.pk)).content.decode()
    assert "Đã xong" in shown and all(f"#{worker.pk}" in shown for worker in workers) and "Chưa được vào" in shown
    assert SensitiveReading.objects.filter(reader=drafter, why="QĐ 9/THỬ").count() == 2


@pytest.mark.django_db
def test_the_projects_documents_are_loaded_once_and_shown(client, drafter):
    load_provinces()
    for _again in range(2):
        load_admission_policies()
    assert AdmissionPolicy.objects.published().count() == len(POLICIES)
    client.force_login(drafter)
    shown = client.get(address("policies")).content.decode()
    assert "CV 8318/BYT" in shown and "DT-02/2026" in shown
    named = AdmissionPolicy.objects.get(number="CV 8399/BYT")
    page = client.get(address("policy", named.pk)).content.decode()
    assert "Bình Dương" in page and "Long An" in page


@pytest.mark.django_db
def test_a_blank_document_can_be_started(client, home, drafter):
    client.force_login(drafter)
    response = client.post(address("policy_start"))
    assert client.get(response.url).status_code == 200
    assert AdmissionPolicy.objects.get().number.startswith("Dự thảo")


def seen_on(page) -> str:
    return page.context["form"]["seen"].value()


def test_a_draft_open_on_two_pages_is_not_written_over_unseen(client, draft, drafter):
    client.force_login(drafter)
    head = address("policy_edit", draft.pk)
    seen = seen_on(client.get(head))
    assert client.post(head, document_fields(title="Bản một", seen=seen)).status_code == 302
    late = client.post(head, document_fields(title="Bản hai", issuer="Sở Y tế hai", seen=seen))
    page = late.content.decode()
    assert late.status_code == 409 and "Bản một" in page and 'value="Bản hai"' in page and "Vẫn ghi" in page
    draft.refresh_from_db()
    assert draft.title == "Bản một"
    assert client.post(head, document_fields(title="Bản hai", seen=seen_on(late))).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Bản hai"


def test_a_rule_open_on_two_pages_is_not_written_over_unseen(client, draft, drafter):
    client.force_login(drafter)
    rule = address("policy_rule", draft.pk, draft.rules.get().pk)
    seen = seen_on(client.get(rule))
    assert client.post(rule, rule_fields(monitoring_days="5", seen=seen)).status_code == 302
    late = client.post(rule, rule_fields(monitoring_days="9", days_of_tests="1, 7, 14", seen=seen))
    found = {row.label: (row.this, row.other) for row in late.context["differences"]}
    assert late.status_code == 409 and found["Số ngày theo dõi"] == ("9", "5") and found["Xét nghiệm vào ngày"][0] == "1, 7, 14"
    assert client.post(rule, rule_fields(monitoring_days="5", seen=seen)).status_code == 302
    assert client.post(rule, rule_fields(monitoring_days="9", seen=seen_on(late))).status_code == 302
    assert draft.rules.get().monitoring_days == 9
    assert (
        client.post(address("policy_edit", draft.pk), document_fields(seen=seen_on(client.get(address("policy_edit", draft.pk))))).status_code == 302
    )
