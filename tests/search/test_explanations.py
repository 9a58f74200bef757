"""Every note of a match has its sentences, for both readers, in both languages."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import given

from search.explanations import BLOCKERS, RECRUITER, WORKER, blocker_text, reason_text
from search.scoring import score
from tests.search.test_scoring import CANDIDATES, OPENING, OPENINGS, PERFECT, TODAY


@given(OPENINGS, CANDIDATES)
def test_every_note_can_be_said(opening, candidate):
    match = score(opening, candidate)
    said = [reason_text(note) for note in match.reasons]
    said += [
        blocker_text(note, reader) for note in match.blockers if not (note.rule == "shift" and not opening.shift) for reader in (WORKER, RECRUITER)
    ]
    assert not [sentence for sentence in said if "%(" in sentence or "None" in sentence or sentence.endswith(" ")]


def test_a_late_start_names_both_days_and_what_to_do():
    late = score(OPENING, replace(PERFECT, ready_on=TODAY + dt.timedelta(days=12))).blockers[0]
    assert blocker_text(late, RECRUITER) == "Vào làm được từ 06/12/2026, sau ngày bắt đầu 24/11/2026. Hãy lùi ngày bắt đầu cho người này."


def test_nobody_is_praised_for_a_wish_that_nobody_has():
    modest = score(replace(OPENING, experience_months=0), replace(PERFECT, wage_wanted=None, zones=frozenset()))
    said = {note.rule: reason_text(note) for note in modest.reasons}
    assert said["wage"] == "Không nêu mức thu nhập mong muốn"
    assert said["experience"] == "Không cần kinh nghiệm"
    assert said["zone"] == "Làm ở khu công nghiệp nào cũng được"


@pytest.mark.parametrize("rule", BLOCKERS)
def test_each_blocker_has_an_act_for_either_side(rule):
    assert set(BLOCKERS[rule]) == {WORKER, RECRUITER}
    with translation.override("vi"):
        assert all("Hãy" in str(sentence) or "hãy" in str(sentence) for sentence in BLOCKERS[rule].values())
