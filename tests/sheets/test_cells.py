"""What cells say, in every form people write it in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.codes import code_list
from drillreg.sheets.cells import (
    CellError,
    Words,
    degrees_or_none,
    read_column,
    read_integer,
    read_number,
    read_phone,
    read_position,
    read_text,
    read_yes_no,
    reader_for,
    says_nothing,
)
from drillreg.sheets.days import DayOrder, day_or_none, day_order

pytestmark = pytest.mark.one_database

MAY_FIRST = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01", MAY_FIRST),
        ("2026/5/1", MAY_FIRST),
        ("2026.5.1", MAY_FIRST),
        ("2026年5月1日", MAY_FIRST),
        ("2026年5月1号", MAY_FIRST),
        ("2026年05月01日 08:30", MAY_FIRST),
        ("2026年5月1日 上午8时30分", MAY_FIRST),
        ("2026年5月1日（星期五）", MAY_FIRST),
        ("2026-05-01 00:00:00", MAY_FIRST),
        ("2026-05-01T08:30:00+08:00", MAY_FIRST),
        ("20260501", MAY_FIRST),
        ("'2026-05-01", MAY_FIRST),
        ("46143", MAY_FIRST),
        ("46143.354", MAY_FIRST),
        ("２０２６年５月１日", MAY_FIRST),
        ("二〇二六年五月一日", MAY_FIRST),
        ("二〇二六年十月三十一日", date(2026, 10, 31)),
        ("1 May 2026", MAY_FIRST),
        ("May 1, 2026", MAY_FIRST),
        ("4/4/2026", date(2026, 4, 4)),
        ("5/1/2026", None),
        ("2026年5月", None),
        ("2026-02-30", None),
        ("2026-05-01 前后", None),
        ("1 Mai 2026", None),
        ("二〇二六年十三月一日", None),
        ("13800000000", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates_are_read_as_people_write_them(text, expected):
    assert day_or_none(text) == expected


def test_dates_with_the_year_last_need_a_proof_in_the_column():
    assert day_order(["5/1/2026", "5/13/2026 12:00:00 AM"]) is DayOrder.MONTH_FIRST
    assert day_order(["1.5.2026", "13.5.2026"]) is DayOrder.DAY_FIRST
    assert day_order(["5/1/2026", "6/2/2026"]) is DayOrder.UNPROVEN
    assert day_order(["13/5/2026", "5/13/2026"]) is DayOrder.UNPROVEN
    assert day_or_none("5/1/2026", DayOrder.MONTH_FIRST) == MAY_FIRST
    assert day_or_none("5/1/2026", DayOrder.DAY_FIRST) == date(2026, 1, 5)


def test_bare_numbers_count_from_1900_or_1904():
    assert day_or_none("44681", since_1904=True) == MAY_FIRST
    assert day_or_none("46143") == MAY_FIRST


CHINESE = "〇一二三四五六七八九"
FORMS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d:%Y-%m-%d} 09:30",
    lambda d: d.strftime("%d %b %Y"),
    lambda d: f"{d.month}/{d.day}/{d.year}",
)


@given(
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.sampled_from(range(len(FORMS))),
    st.booleans(),
)
def test_a_date_in_any_form_reads_back_the_same(day, form, wide):
    text = FORMS[form](day)
    if wide:
        text = text.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert day_or_none(text, DayOrder.MONTH_FIRST) == day


@given(st.dates(date(1955, 1, 1), date(2063, 12, 31)))
def test_a_serial_reads_back_as_its_day(day):
    assert day_or_none(str((day - date(1899, 12, 30)).days)) == day
    assert day_or_none(str((day - date(1904, 1, 1)).days), since_1904=True) in {day, None}


@given(st.text(st.characters(exclude_categories=["Nd", "No", "Nl"], exclude_characters=CHINESE)))
def test_a_text_without_figures_is_no_date(text):
    assert day_or_none(text, DayOrder.MONTH_FIRST) is None


@given(st.text("0123456789-/.年月日 :约人()", max_size=14))
def test_what_reads_as_a_date_holds_its_year_and_day(text):
    found = day_or_none(text, DayOrder.DAY_FIRST)
    if found is not None and not text.strip().replace(".", "").isdigit():
        assert str(found.year) in text
        assert str(found.day) in text


@given(st.integers(0, 19_999) | st.integers(60_000, 10**7))
def test_a_number_that_is_no_likely_serial_is_no_date(number):
    assert day_or_none(str(number)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("436", 436),
        ("４３６人", 436),
        ("约12户", 12),
        ("50余人", 50),
        ("1,234 人", 1234),
        ("12.0", 12),
        ("1.2万人", 12000),
        ("无", None),
        ("/", None),
        ("", None),
    ],
)
def test_counts_are_read_with_their_words(text, expected):
    assert read_integer(text) == expected


@pytest.mark.parametrize("text", ["3—5人", "四百", "-3", "12.5", "12-3", "第3组"])
def test_what_is_no_count_is_said_to_be_none(text):
    with pytest.raises(CellError):
        read_integer(text)


def test_decimals_with_units():
    assert read_number("12.5㎡") == 12.5
    assert read_number("-3.25") == -3.25
    assert read_number("１，２３４.5米") == 1234.5
    with pytest.raises(CellError):
        read_number("一米")


@given(st.integers(0, 10**9), st.sampled_from(["", "人", "户", " 人"]), st.sampled_from(["", "约"]))
def test_a_count_reads_back_whatever_stands_around_it(number, unit, before):
    assert read_integer(f"{before}{number}{unit}") == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("是", True),
        ("√", True),
        ("有", True),
        ("Y", True),
        ("否", False),
        ("无", False),
        ("", None),
    ],
)
def test_yes_and_no(text, expected):
    assert read_yes_no(text) is expected


def test_neither_yes_nor_no():
    with pytest.raises(CellError):
        read_yes_no("也许")


def test_phones_stay_text():
    assert read_phone("０７９７－1234567") == "0797-1234567"
    assert read_phone("13800000000、13900000000") == "13800000000、13900000000"
    assert read_phone("110") == "110"
    assert read_phone("无") is None
    with pytest.raises(CellError):
        read_phone("找村长")


def test_texts_are_plain_and_not_too_long():
    assert read_text("  甲\n乙 ") == "甲 乙"
    assert read_text("") is None
    for text in ("戊\u200b镇", "长" * 201):
        with pytest.raises(CellError):
            read_text(text)


def test_strokes_say_nothing_and_words_say_something():
    assert all(says_nothing(text) for text in ("", " ", "—", "／", "暂无", "N/A"))
    assert not says_nothing("0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("115.4786", 115.4786),
        ("115.4786°", 115.4786),
        ("115°28'43\"", 115 + 28 / 60 + 43 / 3600),
        ("115度28分43.5秒", 115 + 28 / 60 + 43.5 / 3600),
        ("E115°28′43″", 115 + 28 / 60 + 43 / 3600),
        ("24.5S", -24.5),
        ("115°75'00\"", None),
        ("赤道", None),
    ],
)
def test_angles_are_read_in_decimals_and_in_minutes(text, expected):
    found = degrees_or_none(text)
    assert found == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        ("", "24.2", "no position"),
        ("东边", "24.2", "cannot be read"),
        ("24.2", "115.1", "swapped"),
        ("0", "0", "no such place"),
        ("200", "24", "no such place"),
        ("39512345", "2712345", "cannot be read"),
    ],
)
def test_what_is_no_position_says_why(lon, lat, words):
    with pytest.raises(CellError) as caught:
        read_position(lon, lat)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "codes", "expected"),
    [
        ("滑坡", "hazard_kind", "landslide"),
        ("土质滑坡", "hazard_kind", "landslide"),
        ("Debris_Flow", "hazard_kind", "debris-flow"),
        ("Mudslide", "hazard_kind", "debris-flow"),
        ("村后土质滑坡（大）", "hazard_kind", "landslide"),
        ("predicted", "hazard_kind", None),
        ("", "hazard_kind", None),
        ("Very_large", "risk_level", "red"),
        ("红", "risk_level", "red"),
        ("Ⅱ级", "risk_level", "orange"),
        ("中型", "risk_level", "yellow"),
        ("predicted", "risk_level", None),
    ],
)
def test_codes_are_found_by_their_words(text, codes, expected):
    assert Words(code_list(codes)).code_of(text) == expected


def test_readers_by_the_type_a_data_file_names(app):
    with app.test_request_context():
        levels = code_list("risk_level")
        assert reader_for("choice", codes=levels)("重大") == "red"
        with pytest.raises(CellError):
            reader_for("choice", codes=levels)("怪")
        assert reader_for("integer")("3层") == 3
        assert reader_for("decimal")("1.5") == 1.5
        assert reader_for("yes-no")("√") is True
        assert reader_for("text")("x") == "x"
        assert reader_for("date", order=DayOrder.DAY_FIRST)("1/5/2026") == MAY_FIRST
        with pytest.raises(KeyError):
            reader_for("colour")


def test_a_column_is_read_once_for_each_text():
    seen = []

    def read(text):
        seen.append(text)
        return read_integer(text)

    found = read_column(["1", "x", "1", "", "x"], read)
    assert found.values == [1, None, 1, None, None]
    assert sorted(found.errors) == [1, 4]
    assert seen == ["1", "x", ""]


def test_days_of_both_systems_lie_four_years_apart():
    assert day_or_none("30000", since_1904=True) - day_or_none("30000") == timedelta(days=1462)
