"""Rules, wording and the snapshot's writing, without an application."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.drills.rules import DrillMode, DrillStatus, Rating
from drillreg.reports.forms import row_numbers, with_rows_changed
from drillreg.reports.rules import (
    ActionState,
    ReportState,
    Standing,
    ensure_closable,
    ensure_drill_held,
    ensure_due_after,
    ensure_editable,
    ensure_reviewable,
    ensure_submittable,
    standing,
)
from drillreg.reports.snapshot import canonical, digest
from drillreg.reports.wording import (
    DrillFacts,
    against_target,
    composed_summary,
    duration_text,
    formal_name,
    number_template,
    opening,
    report_title,
)

pytestmark = pytest.mark.one_database

HELD = date(2026, 5, 8)


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.APPROVED])
def test_text_stands_once_it_is_handed_in(state):
    with pytest.raises(DomainError):
        ensure_editable(state)


def test_a_report_needs_a_summary_and_an_answer_to_every_finding():
    ensure_submittable(ReportState.RETURNED, has_summary=True, findings_open=0)
    with pytest.raises(DomainError, match="summary"):
        ensure_submittable(ReportState.DRAFT, has_summary=False, findings_open=0)
    with pytest.raises(DomainError, match="neither"):
        ensure_submittable(ReportState.DRAFT, has_summary=True, findings_open=1)


def test_nobody_decides_on_their_own_submission():
    one, other, both = frozenset({1}), frozenset({2}), frozenset({1, 2})
    ensure_reviewable(ReportState.SUBMITTED, submitters=one, reviewers=other)
    # Also not through a deputy, on either side.
    for submitters, reviewers in ((one, one), (one, both), (both, other)):
        with pytest.raises(NotAllowed):
            ensure_reviewable(ReportState.SUBMITTED, submitters=submitters, reviewers=reviewers)
    with pytest.raises(DomainError):
        ensure_reviewable(ReportState.APPROVED, submitters=one, reviewers=other)


def test_only_a_held_drill_has_a_report():
    ensure_drill_held(DrillStatus.HELD)
    with pytest.raises(DomainError):
        ensure_drill_held(DrillStatus.PLANNED)


def test_an_action_cannot_be_due_before_its_drill():
    ensure_due_after(HELD, HELD)
    with pytest.raises(DomainError):
        ensure_due_after(date(2026, 5, 7), HELD)


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (date(2026, 5, 11), Standing.LATE),
        (date(2026, 5, 12), Standing.OPEN),
        (date(2026, 5, 13), Standing.OPEN),
    ],
)
def test_an_action_is_late_from_the_day_after_its_date(due_on, expected):
    today = date(2026, 5, 12)
    assert standing(ActionState.OPEN, due_on, today) is expected
    assert standing(ActionState.DONE, due_on, today) is Standing.DONE


@pytest.mark.parametrize("done_on", [date(2026, 5, 7), date(2026, 5, 13)])
def test_an_action_is_done_between_the_drill_and_today(done_on):
    days = {"held_on": HELD, "today": date(2026, 5, 12)}
    ensure_closable(ReportState.APPROVED, ActionState.OPEN, done_on=HELD, **days)
    with pytest.raises(DomainError):
        ensure_closable(ReportState.APPROVED, ActionState.OPEN, done_on=done_on, **days)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("青岭县", "county", "青岭县人民政府"),
        ("白岩镇", "town", "白岩镇人民政府"),
        ("城关街道", "town", "城关街道办事处"),
        ("岭下村", "village", "岭下村民委员会"),
        ("河东社区", "village", "河东社区居民委员会"),
        ("白岩镇人民政府", "town", "白岩镇人民政府"),
        ("县应急管理局", "department", "县应急管理局"),
        ("白岩镇中心小学", "school", "白岩镇中心小学"),
    ],
)
def test_papers_are_signed_with_the_full_name(name, kind, expected):
    assert formal_name(name, kind) == expected


def test_a_number_takes_the_pattern_of_the_county():
    pattern = "{word}应急报〔{year}〕{number}号"
    assert number_template("青", pattern) == "青应急报〔{year}〕{number}号"
    assert number_template("白岩镇") == "白岩镇演练报〔{year}〕{number}号"
    assert number_template("a{number}") == "anumber演练报〔{year}〕{number}号"
    assert number_template("青", "no place at all").endswith("{number}号")


def test_titles_and_durations_read_as_papers_do():
    assert report_title("消防疏散") == "关于消防疏散演练的总结报告"
    assert report_title("桌面推演") == "关于桌面推演的总结报告"
    assert [duration_text(s) for s in (45, 180, 161)] == ["45秒", "3分钟", "2分41秒"]
    assert against_target(161, 180) == "用时2分41秒，目标3分钟，比目标快19秒"
    assert against_target(200, 180) == "用时3分20秒，目标3分钟，超过目标20秒"
    assert against_target(180, 180).endswith("刚好达到")
    assert against_target(180, None) == "用时3分钟"


def test_the_summary_writes_itself_from_the_record():
    facts = DrillFacts(
        title="地质灾害演练",
        org="白岩镇人民政府",
        held_on=HELD,
        mode=DrillMode.FULL,
        place="中心小学",
        started=datetime(2026, 5, 8, 9, 30, tzinfo=UTC),
        plan_title="白岩镇地质灾害应急预案",
        plan_number="白府发〔2026〕12号",
        participants=436,
        expected=440,
        groups=[("学生", 400), ("教师", 36)],
        evacuation_seconds=161,
        target_seconds=180,
        rating=Rating.GOOD,
    )
    assert opening(facts) == (
        "2026年5月8日，白岩镇人民政府按照《白岩镇地质灾害应急预案》（白府发〔2026〕12号）"
        "组织了地质灾害演练。现将情况报告如下。"
    )
    assert composed_summary(facts) == (
        "演练9时30分开始，在中心小学以实战方式进行。应到440人，实到436人，其中学生400人、教师36人。\n"
        "从下达指令到清点完毕用时2分41秒，目标3分钟，比目标快19秒。综合评定为良。"
    )


def test_a_bare_record_still_makes_sentences():
    facts = DrillFacts("疏散", "岭下村民委员会", HELD, DrillMode.TABLETOP)
    assert composed_summary(facts) == "演练以桌面推演方式进行。"


def test_a_snapshot_is_written_one_way_only():
    one, other = {"b": 1, "a": [1.5, "应急"]}, {"a": [1.5, "应急"], "b": 1}
    assert canonical(one) == canonical(other) == '{"a":[1.5,"应急"],"b":1}'.encode()
    assert digest(one) == digest(other) != digest({"b": 2, "a": [1.5, "应急"]})


def test_rows_come_and_go_without_a_script():
    fields = {"title": "t"}
    fields = with_rows_changed(fields, "add-finding")
    fields = with_rows_changed(fields, "add-finding")
    fields = with_rows_changed(fields, "add-action-1")
    fields = with_rows_changed(fields, "add-action-1")
    assert row_numbers(fields) == {0: [], 1: [0, 1]}
    fields = with_rows_changed(fields, "remove-action-1-0")
    assert row_numbers(fields) == {0: [], 1: [1]}
    fields = with_rows_changed(fields, "remove-finding-0")
    assert row_numbers(fields) == {1: [1]}
    assert row_numbers(with_rows_changed(fields, "add-action-7")) == {1: [1]}


@given(st.text(max_size=40))
def test_no_command_breaks_the_rows(command):
    fields = with_rows_changed({"finding-0-id": "", "finding-0-text": "a"}, command)
    assert isinstance(row_numbers(fields), dict)


def test_a_form_cannot_grow_without_bound():
    fields = {}
    for _ in range(40):
        fields = with_rows_changed(fields, "add-finding")
    for _ in range(20):
        fields = with_rows_changed(fields, "add-action-0")
    assert len(row_numbers(fields)) == 30
    assert len(row_numbers(fields)[0]) == 10
