"""The coverage matrix: every cell is a live recount, in one query, down to the named gaps."""

import io
from collections import Counter
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.duties.counting import Tally, tallies
from drillreg.duties.following import sweep_duties
from drillreg.duties.matrix import Cover, cover
from drillreg.duties.models import DutyState, DutyWaiver
from drillreg.duties.queries import reads
from drillreg.duties.states import State
from drillreg.evidence.operations import add_evidence
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Org


@pytest.fixture
def swept(app, county, frozen):
    """A county with a plan of the town, one of the school by its own word, all evaluated."""
    with app.app_context():
        with unit_of_work():
            for org, event, kind, grade in (
                (county.town, "flood", "special", Grade.EVIDENCED),
                (county.school, "general", "unit-overall", Grade.SELF_REPORTED),
            ):
                add_evidence(
                    "plan-issued",
                    org_id=org.id,
                    subject_kind="plan",
                    subject_id=org.id,
                    on_date=date(2026, 3, 2),
                    grade=grade,
                    now=frozen.now,
                    attributes={"event_type": event, "plan_id": org.id, "plan_kind": kind},
                )
        sweep_duties(frozen.now)
        db.session.rollback()
    return county


def cells(page):
    """Return the matrix as words and numbers: {(row, column): (word, "met/owed")}."""
    head = [th.get_text(strip=True) for th in page.select("thead th")][1:-1]
    found = {}
    for row in page.select("tbody tr"):
        for column, td in zip(head, row.select("td"), strict=False):
            cell = td.select_one(".dr-cell")
            word, of = cell.b or cell, cell.small
            found[row.th.get_text(strip=True), column] = (
                word.get_text(strip=True),
                of.get_text(strip=True) if of else "",
            )
    return found


def live(app, today, path, **wanted):
    """Count the rows below a path anew: (met, owed)."""
    with app.app_context():
        rows = db.session.scalars(
            select(DutyState).join(Org, Org.id == DutyState.org_id).where(Org.path.startswith(path))
        ).all()
        rows = [r for r in rows if all(getattr(r, name) == v for name, v in wanted.items())]
        states = Counter(reads(row, today) for row in rows)
    owed = sum(n for state, n in states.items() if state is not State.WAIVED)
    return f"{states[State.MET]}/{owed}" if owed else ""


def test_every_cell_equals_a_live_recount(app, swept, as_role, today):
    browser = as_role("county_staff")
    found = cells(browser.page("/duties/matrix"))
    assert found["防汛抗旱", "白岩镇"] == ("全部达到", "1/1")
    assert found["防汛抗旱", "竹源镇"] == ("缺", "0/1")
    assert found["综合（总体）", "白岩镇"][0] == "部分"
    assert "不要求" in found["校园安全", "竹源镇"][0]
    events = {"防汛抗旱": "flood", "综合（总体）": "general", "校园安全": "school-safety"}
    for name, code in events.items():
        for town in (swept.town, swept.other_town):
            counted = live(app, today, town.path, owed="plan", event_type=code)
            assert found[name, town.name][1] == counted, (name, town.name)
    by_duty = cells(browser.page("/duties/matrix?by=owed"))
    assert by_duty["预案", "白岩镇"][1] == live(app, today, swept.town.path, owed="plan")
    assert by_duty["演练", "白岩镇"][1] == live(app, today, swept.town.path, owed="drill")


def test_the_node_itself_stands_beside_what_lies_below_it(app, swept, as_role, today):
    found = cells(as_role("town_staff", swept.town).page("/duties/matrix"))
    columns = {column for _, column in found}
    assert columns == {"白岩镇本级", "岭下村", "白岩镇中心小学"}
    assert found["防汛抗旱", "白岩镇本级"] == ("全部达到", "1/1")
    assert found["综合（总体）", "白岩镇中心小学"] == ("全部达到", "1/1")
    total = as_role("town_staff", swept.town, name="乙", username="b").page("/duties/matrix")
    last = total.select("tfoot td")[-1].find(string=True).strip()
    assert last == live(app, today, swept.town.path, owed="plan")


def test_what_is_met_by_ones_own_report_alone_is_hatched(swept, as_role):
    page = as_role("town_staff", swept.town).page("/duties/matrix")
    marked = {a["title"].split(" · ")[0] for a in page.select(".dr-cell.self[title]")}
    assert marked == {"白岩镇中心小学"}
    assert "仅自报1" in page.select_one("td .dr-cell.self")["title"]


def test_the_education_bureau_sees_its_schools_by_their_rows(app, swept, as_role, today):
    page = as_role("dept_staff", swept.bureau).page("/duties/matrix?by=owed&turn=kinds")
    found = cells(page)
    assert {column for _, column in found} == {"县教育局", "白岩镇中心小学"}
    assert found["预案", "白岩镇中心小学"][1] == live(app, today, swept.school.path, owed="plan")


def test_nobody_sees_a_node_out_of_reach(swept, as_role):
    town = as_role("town_staff", swept.town)
    assert town.get(f"/duties/matrix?node={swept.other_town.id}").status_code == 404
    assert town.get(f"/duties/matrix?node={swept.county.id}").status_code == 404
    assert "竹源镇" not in town.get("/duties/matrix").text
    stranger = as_role("county_staff", swept.other_county)
    assert stranger.get(f"/duties/matrix?node={swept.county.id}").status_code == 404
    assert stranger.get(f"/duties/matrix.csv?node={swept.town.id}").status_code == 404


def test_the_cells_take_one_query_however_many_towns(app, swept, as_role, make_org, count_queries):
    browser = as_role("county_staff")
    browser.get("/duties/matrix")
    with count_queries() as few:
        browser.get("/duties/matrix")
    for number in range(18):
        make_org(f"镇{number}", "town", swept.county)
    with app.app_context():
        sweep_duties(clock.now())
    with count_queries() as many:
        assert "镇17" in browser.get("/duties/matrix").text
    assert len([each for each in few if "duty_count" in each]) == 1
    assert len(few) == len(many)


def test_it_can_be_turned_narrowed_and_handed_out(swept, as_role):
    browser = as_role("county_staff")
    down = cells(browser.page("/duties/matrix"))
    across = cells(browser.page("/duties/matrix?turn=orgs"))
    assert across == {(column, row): cell for (row, column), cell in down.items()}
    gaps = cells(browser.page("/duties/matrix?turn=orgs&only=gaps&class=natural"))
    assert {row for row, _ in gaps} == {"青岭县本级", "白岩镇", "竹源镇"}
    sheet = load_workbook(io.BytesIO(browser.get("/duties/matrix.xlsx?turn=orgs").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[-1][0] == "合计"
    column = rows[0].index("防汛抗旱")
    assert {row[0]: row[column] for row in rows}["竹源镇"] == "缺 0/1"
    assert browser.get("/duties/matrix.csv").status_code == 200


def test_the_old_matrix_of_plans_leads_here(swept, as_role):
    found = as_role("county_staff").get(f"/plans/matrix?org={swept.town.id}")
    assert (found.status_code, found.location) == (303, f"/duties/matrix?node={swept.town.id}")


def test_heads_lead_down_the_tree_and_cells_to_the_names(swept, as_role):
    browser = as_role("county_staff")
    page = browser.page("/duties/matrix")
    heads = {a.get_text(strip=True): a["href"] for a in page.select("thead a")}
    assert heads["白岩镇"].endswith(f"node={swept.town.id}")
    for found in page.select("a.dr-cell.gap, a.dr-cell.old"):
        met, owed = map(int, found.small.get_text().split("/"))
        if "不分种类" not in found["title"]:  # the list cannot be narrowed to these
            listed = browser.page(found["href"]).get_text()
            assert f"共 {owed - met} 条" in listed, found["title"]


def test_many_children_are_cut_with_a_sentence(app, swept, as_role, make_org, monkeypatch):
    monkeypatch.setattr("drillreg.duties.matrix.MOST_PLACES", 1)
    page = as_role("county_staff").page("/duties/matrix")
    assert "这里有2个单位" in page.get_text()
    assert "竹源镇" not in page.select_one("table").get_text()


S = State
COVERS = [
    ({}, {}, Cover.NOT_OWED),
    ({S.WAIVED: 2}, {}, Cover.WAIVED),
    ({S.MET: 2}, {Grade.EVIDENCED: 1, Grade.SELF_REPORTED: 1}, Cover.ALL),
    ({S.MET: 2}, {Grade.SELF_REPORTED: 2}, Cover.SELF),
    ({S.MET: 2, S.WAIVED: 1}, {Grade.VERIFIED: 2}, Cover.ALL),
    ({S.MET: 2, S.OPEN: 1}, {}, Cover.WAITING),
    ({S.MET: 2, S.OPEN: 1, S.DUE_SOON: 1}, {}, Cover.SOON),
    ({S.AT_RISK: 1}, {}, Cover.SOON),
    ({S.MET: 9, S.BREACHED: 1, S.AT_RISK: 1}, {}, Cover.SOME),
    ({S.BREACHED: 1, S.OPEN: 1}, {}, Cover.NONE),
]


@pytest.mark.parametrize(("states", "grades", "reads_as"), COVERS)
def test_how_a_cell_reads(states, grades, reads_as):
    assert cover(Tally(dict(states), dict(grades))) is reads_as


@pytest.mark.parametrize("days", [0, 1, 25, 40, 300])
def test_tallies_equal_counting_the_rows_one_by_one_on_any_day(app, swept, frozen, today, days):
    """By node and by leaf, by every word, also with a waiver, on days without a new evaluation."""
    with app.app_context():
        with unit_of_work():
            db.session.add(
                DutyWaiver(
                    org_id=swept.school.id,
                    rule="P7-school",
                    from_on=today,
                    until_on=today + timedelta(days=30),
                    reason="改建",
                    given_at=frozen.now,
                    given_by_id=1,
                    given_by_name="周敏",
                )
            )
            announce("duties", org_id=swept.school.id)
        sweep_duties(frozen.now)
        day = today + timedelta(days=days)
        rows = db.session.scalars(select(DutyState)).all()
        nodes, leaves = [swept.county.id, swept.town.id], [swept.school.id, swept.bureau.id]
        for by in ((), ("event_type",), ("owed",), ("rule",), ("owed", "event_type")):
            expected = {}
            for row in rows:
                at = [each for each in (row.at1, row.at2) if each in nodes]
                for node in [*at, *([row.org_id] if row.org_id in leaves else [])]:
                    key = (node, *(getattr(row, name) for name in by))
                    grade = Grade(row.grade) if row.grade else None
                    expected.setdefault(key, Tally()).add(reads(row, day), grade, 1)
            assert tallies(nodes, leaves, day, by=by) == expected
