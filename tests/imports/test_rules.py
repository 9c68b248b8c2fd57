"""Rules of the wizard without an application."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.app import IMPORTS
from drillreg.core.errors import DomainError
from drillreg.imports.planning import missing_fields
from drillreg.imports.reading import grid_of
from drillreg.imports.rules import (
    Decision,
    choose,
    digest_of,
    ensure_applied,
    ensure_open,
    fingerprint,
    group_key,
    known_header,
)
from drillreg.sheets.operations import Table
from drillreg.work.importers import Act, Entry, Grid, Kind, Note, Plan, fields_of
from drillreg.work.rules import ImportState

pytestmark = pytest.mark.one_database


def test_headings_of_one_make_have_one_fingerprint():
    assert fingerprint(["名 称：", "人数(必填)"]) == fingerprint(["名称", "人数(必填)"])
    assert fingerprint(["名称", "人数"]) != fingerprint(["人数", "名称"])
    assert fingerprint(["", ""]) == ""


def test_a_remembered_header_is_found_in_one_row_or_two():
    top = [["台账", "台账"], ["坐标", "坐标"], ["经度", "纬度"], ["115", "24"]]
    one = fingerprint(["经度", "纬度"])
    two = fingerprint(["坐标 经度", "坐标 纬度"])
    assert known_header(top, [one]) == (3, 1, one)
    assert known_header(top, [two]) == (3, 2, two)
    assert known_header(top, [fingerprint(["别的"])]) is None


def plan():
    entries = [
        Entry(0, "a"),
        Entry(1, "b", Act.SAME),
        Entry(2, "c", Act.CHANGE, 7, {}, ("stands %(name)s", {"name": "c"})),
        Entry(3, "d"),
    ]
    return Plan(entries, [Note(4, "bad"), Note(-1, "shape")], [Note(0, "odd"), Note(3, "rare")])


def test_what_comes_in_without_any_decision():
    chosen = choose(plan(), Decision(), [2, 3, 4, 5, 6])
    assert [entry.data for entry in chosen.entries] == ["a", "d"]
    assert [(note.at, note.message) for note in chosen.explained] == [
        (2, "stands %(name)s"),
        (4, "bad"),
        (-1, "shape"),
    ]
    assert (chosen.same, chosen.left_out) == (1, 0)


def test_groups_and_rows_are_left_out_and_records_updated():
    decision = Decision(True, frozenset({group_key("odd")}), frozenset({4}))
    chosen = choose(plan(), decision, [2, 3, 4, 5, 6])
    assert [entry.data for entry in chosen.entries] == ["d"]
    assert [note.at for note in chosen.remarks] == [3]
    assert chosen.left_out == 2


def test_what_depends_on_a_row_left_out_goes_with_it():
    def orphans(kept, left):
        return [Note(entry.at, "lost") for entry in kept if left]

    chosen = choose(plan(), Decision(rows=frozenset({2})), [2, 3, 4, 5, 6], orphans)
    assert chosen.entries == []
    assert "lost" in {note.message for note in chosen.explained}


@given(
    st.lists(st.tuples(st.sampled_from(list(Act)), st.booleans()), max_size=30),
    st.booleans(),
    st.sets(st.integers(0, 29)),
)
def test_every_row_is_in_or_explained_or_stands(rows, update, left):
    entries = [Entry(at, at, act) for at, (act, _) in enumerate(rows)]
    remarks = [Note(at, "odd") for at, (_, odd) in enumerate(rows) if odd]
    decision = Decision(update, rows=frozenset(left))
    chosen = choose(Plan(entries, [], remarks), decision, list(range(len(rows))))
    assert len(chosen.entries) + len(chosen.explained) + chosen.same == len(rows)
    places = [entry.at for entry in chosen.entries] + [note.at for note in chosen.explained]
    assert len(places) == len(set(places))


def test_the_same_files_have_the_same_digest_in_any_order():
    assert digest_of(["a"]) == "a"
    assert digest_of(["a", "b"]) == digest_of(["b", "a"])


def test_states_open_doors():
    ensure_open(ImportState.PREVIEW)
    ensure_applied(ImportState.APPLIED)
    for state in (ImportState.APPLIED, ImportState.UNDONE):
        with pytest.raises(DomainError):
            ensure_open(state)
    for state in (ImportState.PREVIEW, ImportState.UNDONE):
        with pytest.raises(DomainError):
            ensure_applied(state)


def a_table(header, rows):
    return Table("", (), header, rows, 1, "utf-8", 0, 1, [header, *rows], False)


def test_our_own_columns_examples_and_empty_rows_are_no_data():
    header = ["文件中的行号", "名称", "人数", "说明"]
    grid = grid_of(a_table(header, [["5", "坡", "3", "没有坐标"], ["", "", "", ""]]))
    assert (grid.header, grid.rows, grid.numbers) == (["名称", "人数"], [["坡", "3"]], [2])
    kept = grid_of(a_table(["说明", "名称"], [["示例：甲", "x"], ["乙", "y"]]))
    assert (kept.header, kept.rows, kept.examples) == (["说明", "名称"], [["乙", "y"]], 1)


def test_positions_are_missing_only_where_no_shape_brings_them():
    class Sites(Kind):
        def fields(self):
            return fields_of("site_column")

    plain = Grid(["名称"], [["坡"]], [2])
    assert [each.code for each in missing_fields(Sites(), plain, {})] == ["lon", "lat"]
    shaped = Grid(["名称"], [["坡"]], [1], wkbs=[b"x"])
    assert missing_fields(Sites(), shaped, {}) == ()


def test_choices_of_kinds_do_not_clash_with_the_form(app):
    taken = {"kind", "org_id", "file", "columns", "sheet", "header_row", "depth", "existing"}
    taken |= {"without", "without_rows", "files", "outlines_id", "attempt"}
    with app.test_request_context():
        for kind in IMPORTS:
            assert not taken & {choice.name for choice in kind.choices()}, kind.code
