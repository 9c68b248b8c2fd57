from datetime import date

import pytest

from drillreg.core.errors import DomainError
from drillreg.core.submissions import Conflict, body_hash, ensure_same_submission, is_client_id
from drillreg.hazards.check_rules import ensure_check_day
from drillreg.hazards.rules import (
    Freshness,
    RiskLevel,
    freshness,
    number_after,
)
from drillreg.hazards.site_rows import read_sites
from drillreg.sheets.cells import CellError
from drillreg.sheets.columns import match_columns
from drillreg.work.importers import Grid, Source, fields_of

TODAY = date(2026, 5, 12)


def column_words():
    return {each.code: each.words for each in fields_of("site_column")}


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


def source(*rows, columns=("number", "name", "kind", "level", "lon", "lat", "found_on")):
    grid = Grid(list(columns), [list(row) for row in rows], list(range(2, 2 + len(rows))))
    return Source(grid, {name: at for at, name in enumerate(columns)}, {}, None, TODAY)


def _nowhere(town, village):
    raise CellError(f"no place {town}{village}")


def read(*rows):
    return read_sites(source(*rows), _nowhere, default_level=RiskLevel.YELLOW)


def test_a_row_becomes_a_site_with_remarks_on_what_was_put():
    found = read(["QL-1", "老虎坳", "怪事", "", "115.1", "24.2", "5/1/2026"])
    values = {name: column[0] for name, column in found.values.items()}
    assert (values["kind"], values["level"]) == ("other", RiskLevel.YELLOW)
    assert values["found_on"] is None
    assert (found.at, found.lons, found.lats) == ([0], [115.1], [24.2])
    assert {note.params.get("text") for note in found.remarks} == {"怪事", None, "5/1/2026"}
    assert {note.column for note in found.remarks} == {"kind", "level", "found_on"}


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [("", "24.2", "no position"), ("24.2", "115.1", "swapped"), ("0", "0", "no such place")],
)
def test_a_row_without_a_real_position_says_so(lon, lat, words):
    found = read(["1", "n", "滑坡", "红", lon, lat, ""])
    assert found.at == []
    assert words in found.problems[0].message


def test_a_file_decides_the_order_of_its_dates_as_a_whole():
    row = ["1", "n", "滑坡", "红", "115.1", "24.2"]
    found = read([*row, "5/1/2026"], [*row, "5/13/2026"])
    assert found.values["found_on"] == [date(2026, 5, 1), date(2026, 5, 13)]


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
