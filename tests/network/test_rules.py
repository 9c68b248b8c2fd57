"""Hidden numbers, stale contacts, rounds, cells, filling, conflicts."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.masking import masked_phone
from drillreg.network.duties import (
    Named,
    conflicts,
    copy_last_week,
    duty_day,
    positions,
    read_cell,
    read_day,
    rotate,
    running,
)
from drillreg.network.rules import all_asked, is_stale, post_kinds_of, round_of, stale_before

pytestmark = pytest.mark.one_database

MAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138 **** 5678"),
        ("0797-1234567", "0797-***4567".replace("0797-***", "079*-***")),
        ("12345678", "****5678"),
        ("110", "**0"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_middle_of_a_number_is_hidden(phone, shown):
    assert masked_phone(phone) == shown


@given(st.from_regex(r"[0-9]{3,15}", fullmatch=True))
def test_a_hidden_number_keeps_its_length_and_loses_digits(phone):
    shown = masked_phone(phone)
    assert len(shown) == len(phone)
    assert "*" in shown


def test_a_contact_is_stale_after_six_months_to_the_day():
    today = date(2026, 11, 24)
    assert stale_before(today) == date(2026, 5, 24)
    assert not is_stale(date(2026, 5, 24), today)
    assert is_stale(date(2026, 5, 23), today)
    assert is_stale(None, today)


@pytest.mark.parametrize(
    ("today", "code", "starts_on"),
    [
        (date(2026, 1, 1), "2026-1", date(2026, 1, 1)),
        (date(2026, 6, 30), "2026-1", date(2026, 1, 1)),
        (date(2026, 7, 1), "2026-2", date(2026, 7, 1)),
        (date(2026, 12, 31), "2026-2", date(2026, 7, 1)),
    ],
)
def test_rounds_begin_in_january_and_july(today, code, starts_on):
    found = round_of(today)
    assert (found.code, found.starts_on) == (code, starts_on)
    assert found.answer_by == starts_on.replace(day=16)


def test_every_post_that_is_asked_for_can_be_had_by_its_kinds_of_organisation():
    for asked in all_asked():
        for kind in asked.kinds:
            assert code_list("org_kind").get(kind)
            assert not asked.post or asked.post in post_kinds_of(kind)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", []),
        ("张三", [Named("张三")]),
        ("张三、李四", [Named("张三"), Named("李四")]),
        ("张三 13800001234，李四", [Named("张三", "13800001234"), Named("李四")]),
        ("张三：0797-123456", [Named("张三", "0797-123456")]),
        ("张三、张三", [Named("张三")]),
    ],
)
def test_a_cell_is_read_as_people_write_it(text, people):
    assert read_cell(text) == people


@pytest.mark.parametrize("text", ["13800001234", "一" * 21, "甲、乙、丙、丁、戊"])
def test_a_cell_that_names_nobody_is_refused(text):
    with pytest.raises(DomainError):
        read_cell(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-12", 12),
        ("2026年5月12日", 12),
        ("5月12日（星期二）", 12),
        ("5.12", 12),
        ("5/12 周二", 12),
        ("12", 12),
        ("12日", 12),
        ("2026-06-12", None),
        ("6月12日", None),
        ("32", None),
        ("合计", None),
    ],
)
def test_a_day_is_found_as_tables_write_it(text, day):
    assert read_day(text, MAY) == (MAY.replace(day=day) if day else None)


def test_the_week_before_fills_empty_cells_only():
    first, eighth = MAY, MAY.replace(day=8)
    cells = {(first, "lead"): "张三", (first, "officer"): "李四", (eighth, "officer"): "王五"}
    filled = copy_last_week(cells, [eighth, MAY.replace(day=15)])
    assert filled[eighth, "lead"] == "张三"
    assert filled[eighth, "officer"] == "王五"
    assert filled[MAY.replace(day=15), "officer"] == "王五"


def test_people_take_turns_in_empty_cells():
    days = [MAY.replace(day=n) for n in range(1, 6)]
    filled = rotate({(days[1], "officer"): "留"}, days, "officer", ["甲", "乙", "丙"])
    assert [filled[day, "officer"] for day in days] == ["甲", "留", "乙", "丙", "甲"]
    assert rotate({}, days, "officer", []) == {}


def wrong(cells, *, works=True, kind="town"):
    found = conflicts(cells, [MAY], org_kind=kind, works=lambda _: works)
    return [(each.position, each.message.split()[0]) for each in found]


def test_an_officer_is_asked_for_every_day_and_a_leader_on_days_off():
    assert [position for position, _ in wrong({})] == ["officer"]
    assert [position for position, _ in wrong({}, works=False)] == ["lead", "officer"]
    assert wrong({}, works=False, kind="school") == []


def test_nobody_stands_twice_at_the_same_time():
    cells = {(MAY, "lead"): "张三", (MAY, "officer"): "李四、张三"}
    assert wrong(cells) == [("officer", "%(name)s")]


def test_the_duty_of_a_day_lasts_until_the_next_morning():
    def on_the_wall(text):
        return datetime.fromisoformat(f"2026-05-12T{text}")

    assert duty_day(on_the_wall("07:59")) == date(2026, 5, 11)
    assert duty_day(on_the_wall("08:00")) == date(2026, 5, 12)
    night = running(on_the_wall("03:00"))
    assert (date(2026, 5, 11), "officer") in night
    assert (date(2026, 5, 12), "officer") not in night
    assert {day for day, _ in night} == {date(2026, 5, 11)}


def test_every_position_has_words_by_which_tables_know_it():
    assert all(each.words and each.lasts for each in positions())
