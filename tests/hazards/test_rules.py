from datetime import date

import pytest

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.hazards.ledgers import column_words
from drillreg.hazards.rows import (
    DayOrder,
    Reading,
    Refusal,
    SiteRow,
    code_of,
    day_order,
    read_count,
    read_day,
    read_degrees,
    read_row,
    reading_of,
)
from drillreg.hazards.rules import (
    Conflict,
    Freshness,
    RiskLevel,
    body_hash,
    ensure_check_day,
    ensure_same_submission,
    freshness,
    is_client_id,
    number_after,
)
from drillreg.sheets.columns import match_columns

TODAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        ("2026/5/1", date(2026, 5, 1)),
        ("2026.5.1", date(2026, 5, 1)),
        ("2026年5月1日", date(2026, 5, 1)),
        ("2026年05月01日 08:30", date(2026, 5, 1)),
        ("2026-05-01 00:00:00", date(2026, 5, 1)),
        ("20260501", date(2026, 5, 1)),
        ("'2026-05-01", date(2026, 5, 1)),
        ("46143", date(2026, 5, 1)),
        ("２０２６年５月１日", date(2026, 5, 1)),
        ("4/4/2026", date(2026, 4, 4)),
        ("5/1/2026", None),
        ("2026年5月", None),
        ("2026-02-30", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates_are_read_as_people_write_them(text, expected):
    assert read_day(text) == expected


def test_american_dates_need_a_proof_in_the_column():
    assert day_order(["5/1/2026", "5/13/2026"]) is DayOrder.MONTH_FIRST
    assert day_order(["1/5/2026", "13/5/2026"]) is DayOrder.DAY_FIRST
    assert day_order(["5/1/2026", "6/2/2026"]) is DayOrder.UNPROVEN
    assert day_order(["13/5/2026", "5/13/2026"]) is DayOrder.UNPROVEN
    assert read_day("5/1/2026", DayOrder.MONTH_FIRST) == date(2026, 5, 1)
    assert read_day("5/1/2026", DayOrder.DAY_FIRST) == date(2026, 1, 5)


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
    found = read_degrees(text)
    assert found == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("436", 436), ("436人", 436), ("约12户", 12), ("12.0", 12), ("3—5人", None), ("", None)],
)
def test_counts_are_read_with_their_words(text, expected):
    assert read_count(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("滑坡", "landslide"),
        ("土质滑坡", "landslide"),
        ("Debris_Flow", "debris-flow"),
        ("Mudslide", "debris-flow"),
        ("村后土质滑坡（大）", "landslide"),
        ("predicted", None),
        ("", None),
    ],
)
def test_kinds_are_found_by_their_words(text, expected):
    assert code_of(text, code_list("hazard_kind")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Very_large", "red"),
        ("红", "red"),
        ("Ⅱ级", "orange"),
        ("中型", "yellow"),
        ("predicted", None),
    ],
)
def test_levels_are_found_by_their_words(text, expected):
    assert code_of(text, code_list("risk_level")) == expected


def test_columns_are_found_by_chinese_and_english_words():
    chinese = ["序号", "野外编号", "灾害点名称", "灾害类型", "经度", "纬度", "威胁户数", "威胁人数"]
    assert match_columns(chinese, column_words()) == {
        "number": 1,
        "name": 2,
        "kind": 3,
        "lon": 4,
        "lat": 5,
        "threatened_households": 6,
        "threatened_people": 7,
    }
    english = ["id", "date", "hazard_type", "landslide_type", "cat_id", "latitude", "longitude"]
    found = match_columns(english, column_words())
    assert found["number"] == 4
    assert found["kind"] == 3
    assert (found["lat"], found["lon"]) == (5, 6)


@pytest.fixture
def reading():
    columns = {"number": 0, "name": 1, "kind": 2, "level": 3, "lon": 4, "lat": 5, "found_on": 6}
    return Reading(columns, code_list("hazard_kind"), code_list("risk_level"))


def test_a_row_becomes_a_site_with_remarks_on_what_was_put(reading):
    row = read_row(3, ["QL-1", "老虎坳", "怪事", "", "115.1", "24.2", "5/1/2026"], reading)
    assert isinstance(row, SiteRow)
    assert (row.kind, row.level, row.found_on) == ("other", RiskLevel.YELLOW, None)
    assert [remark.params.get("text") for remark in row.remarks] == ["怪事", None, "5/1/2026"]


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        ("", "24.2", "no position"),
        ("东边", "24.2", "cannot be read"),
        ("24.2", "115.1", "swapped"),
        ("0", "0", "no such place"),
        ("39512345", "2712345", "cannot be read"),
    ],
)
def test_a_row_without_a_real_position_says_so(reading, lon, lat, words):
    row = read_row(0, ["1", "n", "滑坡", "红", lon, lat, ""], reading)
    assert isinstance(row, Refusal)
    assert words in row.message


def test_a_file_decides_the_order_of_its_dates_as_a_whole():
    found = reading_of(
        {"found_on": 0},
        [["5/1/2026"], ["5/13/2026"]],
        kinds=code_list("hazard_kind"),
        levels=code_list("risk_level"),
        default_level=RiskLevel.BLUE,
    )
    assert found.day_order is DayOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("level", "last", "state"),
    [
        (RiskLevel.RED, date(2026, 5, 5), Freshness.FRESH),
        (RiskLevel.RED, date(2026, 5, 4), Freshness.STALE),
        (RiskLevel.BLUE, date(2026, 2, 11), Freshness.FRESH),
        (RiskLevel.BLUE, date(2026, 2, 10), Freshness.STALE),
        (RiskLevel.BLUE, None, Freshness.NEVER),
    ],
)
def test_how_long_a_check_counts_depends_on_the_level(level, last, state):
    assert freshness(level, last, TODAY) is state


@pytest.mark.parametrize(
    ("number", "following"),
    [("QL-BY-017", "QL-BY-018"), ("099", "100"), ("A9b", "A10b"), ("山", "山-001"), ("", "001")],
)
def test_the_next_number_keeps_the_form_of_the_last(number, following):
    assert number_after(number) == following


def test_a_check_may_be_a_week_old_and_never_of_tomorrow():
    ensure_check_day(TODAY, TODAY)
    ensure_check_day(date(2026, 5, 5), TODAY)
    for day in (date(2026, 5, 4), date(2026, 5, 13)):
        with pytest.raises(DomainError):
            ensure_check_day(day, TODAY)


def test_a_resend_is_the_same_body_and_nothing_else():
    sent = body_hash({"result": "normal"}, [b"photo"])
    ensure_same_submission(sent, body_hash({"result": "normal"}, [b"photo"]))
    for other in (
        body_hash({"result": "abnormal"}, [b"photo"]),
        body_hash({"result": "normal"}, []),
    ):
        with pytest.raises(Conflict):
            ensure_same_submission(sent, other)


def test_client_ids_are_uuids():
    assert is_client_id("0f8fad5b-d9cb-469f-a165-70867728950e")
    assert not is_client_id("0f8fad5bd9cb469fa16570867728950e")
    assert not is_client_id("1; drop table")
