from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.plans.naming import suggested_title, tidy_number
from drillreg.plans.rules import (
    NO_SECRETS,
    PlanState,
    VersionState,
    ensure_event_fits,
    ensure_issuable,
    ensure_may_draft,
    ensure_not_classified,
    ensure_paper,
    ensure_standing,
    plan_state,
    review_date,
)

pytestmark = pytest.mark.one_database

TODAY = date(2026, 5, 12)
SOUND = {
    "number": "白府发〔2026〕12号",
    "issued_on": TODAY,
    "review_on": date(2029, 5, 12),
    "has_text": True,
    "today": TODAY,
}


def test_a_sound_draft_can_be_issued():
    ensure_issuable(VersionState.DRAFT, **SOUND)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": ""}, "document number"),
        ({"has_text": False}, "Write the text"),
        ({"empty": ["一、总则"]}, "still empty"),
        ({"issued_on": date(2026, 5, 13)}, "future"),
        ({"review_on": TODAY}, "after the date of issue"),
        ({"last_issued_on": date(2026, 5, 13)}, "cannot be older"),
    ],
)
def test_what_stands_against_an_issue_is_said(change, sentence):
    with pytest.raises(DomainError, match=sentence):
        ensure_issuable(VersionState.DRAFT, **{**SOUND, **change})


@pytest.mark.parametrize("state", [s for s in VersionState if s is not VersionState.DRAFT])
def test_only_a_draft_is_issued(state):
    with pytest.raises(DomainError, match="Only a draft"):
        ensure_issuable(state, **SOUND)


def test_a_plan_has_one_draft_at_a_time():
    ensure_may_draft(False)
    with pytest.raises(DomainError):
        ensure_may_draft(True)


@pytest.mark.parametrize(
    ("issued_on", "due"),
    [
        (date(2026, 3, 2), date(2029, 3, 2)),
        (date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_a_plan_is_reviewed_after_three_years(issued_on, due):
    assert review_date(issued_on) == due


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_review_date_always_lies_three_years_on(issued_on):
    assert 1094 <= (review_date(issued_on) - issued_on).days <= 1096


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("白府发[2026]12号", "白府发〔2026〕12号"),
        ("白府发（2026）12号", "白府发〔2026〕12号"),
        ("白府发【2026】 12号", "白府发〔2026〕12号"),
        ("白府发〔2026〕12号", "白府发〔2026〕12号"),
        ("Z-7 (draft)", "Z-7 (draft)"),
    ],
)
def test_the_year_of_a_number_gets_its_official_brackets(typed, kept):
    assert tidy_number(typed) == kept


@pytest.mark.parametrize("text", ["机密★1年 防汛预案", "秘密 ★", "绝密☆"])
def test_a_text_with_the_mark_of_a_secret_is_refused(text):
    with pytest.raises(DomainError) as refused:
        ensure_not_classified("防汛预案", text)
    assert refused.value.message == NO_SECRETS


def test_an_office_that_is_called_after_secrets_may_have_a_plan():
    ensure_not_classified("县保密局（国家秘密载体）火灾应急预案")


@pytest.mark.parametrize("name", ["a.exe", "a.docm", "pdf", "预案.xlsx", "a.pdf.zip"])
def test_only_word_and_pdf_are_papers(name):
    with pytest.raises(DomainError):
        ensure_paper(name)


@pytest.mark.parametrize("name", ["预案.PDF", "预案.docx", "a.doc", "a.wps"])
def test_word_and_pdf_are_papers(name):
    ensure_paper(name)


@pytest.mark.parametrize(
    ("event", "kind", "title"),
    [
        ("geological", "special", "白岩镇地质灾害应急预案"),
        ("general", "overall", "白岩镇突发事件总体应急预案"),
        ("general", "village", "白岩镇突发事件应急预案"),
        ("food", "special", "白岩镇食品安全事故应急预案"),
        ("environment", "special", "白岩镇突发环境应急预案"),
        ("fire", "on-site", "白岩镇火灾现场处置方案"),
        ("flood", "handbook", "白岩镇防汛抗旱应急工作手册"),
        ("general", "joint", "白岩镇突发事件联合应急预案"),
        ("fire", "event", "白岩镇重大活动应急预案"),
    ],
)
def test_a_title_is_suggested_from_organisation_and_event(event, kind, title):
    label = code_list("event_type").get(event).label["zh"]
    assert suggested_title("白岩镇", label, event, kind) == title


def test_an_overall_plan_is_for_all_hazards():
    ensure_event_fits("overall", "general")
    ensure_event_fits("special", "fire")
    with pytest.raises(DomainError):
        ensure_event_fits("unit-overall", "fire")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"has_issued": True, "review_on": date(2026, 5, 12)}, PlanState.CURRENT),
        ({"has_issued": True, "review_on": date(2026, 5, 11)}, PlanState.REVIEW_DUE),
        ({"has_issued": True, "review_on": None}, PlanState.CURRENT),
        ({"has_issued": False, "review_on": None}, PlanState.DRAFT),
        ({"has_issued": True, "review_on": None, "abolished": True}, PlanState.ABOLISHED),
    ],
)
def test_how_a_plan_stands_turns_on_the_day(facts, state):
    assert plan_state(**{"abolished": False, **facts}, today=TODAY) is state


def test_a_plan_that_ended_is_only_read():
    ensure_standing(voided=False, abolished=False)
    for ended in ({"voided": True, "abolished": False}, {"voided": False, "abolished": True}):
        with pytest.raises(DomainError):
            ensure_standing(**ended)


def test_every_kind_of_organisation_keeps_some_kind_of_plan():
    kept = {k for item in code_list("plan_kind") for k in item.attributes["org_kinds"]}
    assert kept == set(code_list("org_kind").codes())


def test_every_event_has_a_known_class():
    classes = code_list("event_class").codes()
    for item in code_list("event_type"):
        assert item.attributes["class"] in classes
