"""Drills by their articles: government (O1, O5), enterprises (O6 to O8), schools (O11, O12)."""

import pytest

from drillreg.duties.states import State
from tests.duties.builders import Case, drill, named, org, proof, waiver

pytestmark = pytest.mark.one_database

MET, LATE, WAIVED, NOT = State.MET, State.BREACHED, State.WAIVED, State.NOT_APPLICABLE
RISK, SOON, OPEN = State.AT_RISK, State.DUE_SOON, State.OPEN

COUNTY = org("county")
BUREAU = org("department", field="emergency", safety_duty=True)
WORKS = org("enterprise", nature="enterprise")
MINE = org("enterprise", nature="enterprise", trades=["mine"])
SCHOOL = org("school")
KINDERGARTEN = org("kindergarten")


def plan(on, kind, plan_id=7, **rest):
    """Return a plan issued on a day."""
    return proof("plan-issued", on, kind=kind, plan_id=plan_id, **rest)


SPECIAL = plan("2024-03-01", "special")
# 国办发〔2024〕5号 §32: 专项应急预案、部门应急预案每3年至少进行一次演练.
O1 = [
    Case(
        "drilled within 3 years",
        "O1",
        COUNTY,
        [SPECIAL, drill("2024-06-10", plan_id=7)],
        "2027-06-10",
        MET,
        "2027-06-10",
    ),
    Case(
        "late by a day",
        "O1",
        COUNTY,
        [SPECIAL, drill("2024-06-10", plan_id=7)],
        "2027-06-11",
        LATE,
        "2027-06-10",
    ),
    Case(
        "never drilled, runs from its issue",
        "O1",
        COUNTY,
        [SPECIAL],
        "2027-03-01",
        RISK,
        "2027-03-01",
    ),
    Case("never drilled, late by a day", "O1", COUNTY, [SPECIAL], "2027-03-02", LATE),
    Case(
        "one short: another plan was drilled",
        "O1",
        COUNTY,
        [SPECIAL, drill("2027-02-01", plan_id=8)],
        "2027-03-02",
        LATE,
    ),
    Case(
        "an old plan is not late before the text is 3 years old",
        "O1",
        COUNTY,
        [plan("2015-01-01", "special")],
        "2027-01-31",
        RISK,
        "2027-01-31",
    ),
    Case(
        "a drill long before the text makes nobody late sooner",
        "O1",
        COUNTY,
        [plan("2015-01-01", "special"), drill("2019-05-01", plan_id=7)],
        "2026-12-01",
        OPEN,
        "2027-01-31",
    ),
    Case(
        "two plans in one drill",
        "O1",
        COUNTY,
        [SPECIAL, drill("2026-01-05", plan_id=[7, 9])],
        "2028-01-01",
        MET,
        "2029-01-05",
    ),
    Case(
        "waived",
        "O1",
        COUNTY,
        [SPECIAL],
        "2027-05-01",
        WAIVED,
        waivers=(waiver("2027-01-01", "2027-05-01", "O1"),),
    ),
    Case(
        "waived for another plan",
        "O1",
        COUNTY,
        [SPECIAL],
        "2027-05-01",
        LATE,
        waivers=(waiver("2027-01-01", "2027-05-01", "O1", key=8),),
    ),
    Case(
        "the waiver is over",
        "O1",
        COUNTY,
        [SPECIAL],
        "2027-05-02",
        LATE,
        waivers=(waiver("2027-01-01", "2027-05-01", "O1"),),
    ),
    Case(
        "no number for the overall plan",
        "O1",
        COUNTY,
        [plan("2024-03-01", "overall")],
        "2030-01-01",
        NOT,
    ),
    Case("a town has no special plan", "O1", org("town"), [SPECIAL], "2030-01-01", NOT),
    Case(
        "abolished",
        "O1",
        COUNTY,
        [plan("2024-03-01", "special", until="2026-12-31")],
        "2027-06-01",
        NOT,
    ),
]

# 国务院令第708号 §8: 应当至少每2年组织1次.
O5 = [
    Case(
        "a town drilled within 2 years",
        "O5",
        org("town"),
        [drill("2024-04-30", event_type="production")],
        "2026-04-30",
        MET,
        "2026-04-30",
    ),
    Case(
        "a town late by a day",
        "O5",
        org("town"),
        [drill("2024-04-30", event_type="chemical")],
        "2026-05-01",
        LATE,
    ),
    Case(
        "one short: another kind of event",
        "O5",
        org("town"),
        [drill("2025-04-30", event_type="flood")],
        "2026-05-01",
        LATE,
        "2021-04-01",
    ),
    Case(
        "a table-top counts",
        "O5",
        COUNTY,
        [drill("2025-04-30", event_type="production", mode="tabletop")],
        "2026-05-01",
        MET,
    ),
    Case(
        "waived",
        "O5",
        COUNTY,
        [],
        "2026-05-01",
        WAIVED,
        waivers=(waiver("2026-05-01", "2026-06-01", "O5"),),
    ),
    Case("a village is not held", "O5", org("village"), [], "2026-05-01", NOT),
    Case(
        "records kept since 2026: two years from then",
        "O5",
        org("town", since="2026-01-01"),
        [],
        "2026-05-01",
        OPEN,
        "2028-01-01",
    ),
    Case(
        "the emergency bureau",
        "O5-dept",
        BUREAU,
        [drill("2024-05-01", event_type="traffic")],
        "2026-05-01",
        MET,
        "2026-05-01",
    ),
    Case(
        "the emergency bureau, late by a day",
        "O5-dept",
        BUREAU,
        [drill("2024-05-01", event_type="traffic")],
        "2026-05-02",
        LATE,
    ),
    Case("the emergency bureau, never", "O5-dept", BUREAU, [], "2026-05-02", LATE),
    Case(
        "the bureau's waiver",
        "O5-dept",
        BUREAU,
        [],
        "2026-05-02",
        WAIVED,
        waivers=(waiver("2026-05-01", "2026-06-01", "O5-dept"),),
    ),
    Case(
        "a bureau without safety duties",
        "O5-dept",
        org("department", field="civil-affairs"),
        [],
        "2026-05-01",
        NOT,
    ),
]

# 88号令 §33: 每年至少组织一次综合应急预案演练或者专项应急预案演练,
# 每半年至少组织一次现场处置方案演练.
O6 = [
    Case(
        "in the year",
        "O6",
        WORKS,
        [drill("2025-12-31", plan_kind="unit-special")],
        "2025-12-31",
        MET,
        "2026-12-31",
    ),
    Case(
        "late by a day",
        "O6",
        WORKS,
        [drill("2024-12-31", plan_kind="unit-overall")],
        "2026-01-01",
        LATE,
        "2025-12-31",
    ),
    Case(
        "on the last day",
        "O6",
        WORKS,
        [drill("2024-12-31", plan_kind="unit-overall")],
        "2025-12-31",
        RISK,
        "2025-12-31",
    ),
    Case(
        "one short: only a scheme",
        "O6",
        WORKS,
        [drill("2025-06-01", plan_kind="on-site")],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived on the last day of the year",
        "O6",
        WORKS,
        [drill("2024-12-31", plan_kind="unit-overall")],
        "2025-12-31",
        WAIVED,
        waivers=(waiver("2025-12-01", "2025-12-31", "O6"),),
    ),
    Case(
        "a waived year is not missed",
        "O6",
        WORKS,
        [drill("2024-12-31", plan_kind="unit-overall")],
        "2026-01-01",
        OPEN,
        "2026-12-31",
        waivers=(waiver("2025-12-01", "2025-12-31", "O6"),),
    ),
    Case(
        "a small risk may have schemes alone",
        "O6",
        org("enterprise", low_risk=True),
        [],
        "2026-01-01",
        NOT,
    ),
    Case(
        "a public body is no enterprise",
        "O6",
        org("site", nature="institution"),
        [],
        "2026-01-01",
        NOT,
    ),
]
O7 = [
    Case(
        "in the half-year",
        "O7",
        WORKS,
        [drill("2025-01-01", plan_kind="on-site")],
        "2025-06-30",
        MET,
        "2025-12-31",
    ),
    Case(
        "the next one is open in July",
        "O7",
        WORKS,
        [drill("2025-06-30", plan_kind="on-site")],
        "2025-07-01",
        OPEN,
        "2025-12-31",
    ),
    Case(
        "late by a day",
        "O7",
        WORKS,
        [drill("2024-12-31", plan_kind="on-site")],
        "2025-07-01",
        LATE,
        "2025-06-30",
    ),
    Case(
        "one short: an overall plan",
        "O7",
        WORKS,
        [drill("2025-02-01", plan_kind="unit-overall")],
        "2025-07-01",
        LATE,
    ),
    Case(
        "waived",
        "O7",
        WORKS,
        [],
        "2025-07-01",
        WAIVED,
        waivers=(waiver("2025-05-01", "2025-08-31", "O7"),),
    ),
    Case("a school is no enterprise", "O7", SCHOOL, [], "2025-07-01", NOT),
]
# 国务院令第708号 §8: 应当至少每半年组织1次, 并将演练情况报送.
O8 = [
    Case(
        "in the half-year",
        "O8",
        MINE,
        [drill("2025-05-01", event_type="production")],
        "2025-06-01",
        MET,
        "2025-12-31",
    ),
    Case(
        "a crowded place",
        "O8",
        org("site", crowded_place=True),
        [drill("2025-05-01")],
        "2025-06-01",
        MET,
    ),
    Case("late by a day", "O8", MINE, [drill("2024-07-01")], "2025-07-01", LATE, "2025-06-30"),
    Case(
        "one short: a flood drill",
        "O8",
        MINE,
        [drill("2025-05-01", event_type="flood")],
        "2025-07-01",
        LATE,
    ),
    Case(
        "waived",
        "O8",
        MINE,
        [],
        "2025-07-01",
        WAIVED,
        waivers=(waiver("2025-07-01", "2025-07-01", "O8"),),
    ),
    Case(
        "chemicals that are only used",
        "O8",
        org("enterprise", hazardous_chemicals=["use"]),
        [],
        "2025-07-01",
        NOT,
    ),
    Case("no dangerous trade", "O8", WORKS, [], "2025-07-01", NOT),
    Case(
        "reported",
        "O8-report",
        MINE,
        [drill("2025-05-01", drill_id=3), proof("drill-reported", "2025-05-31", drill_id=3)],
        "2025-06-01",
        MET,
    ),
    Case(
        "to be reported",
        "O8-report",
        MINE,
        [drill("2025-05-01", drill_id=3)],
        "2025-05-31",
        RISK,
        "2025-05-31",
    ),
    Case(
        "not reported, late by a day",
        "O8-report",
        MINE,
        [drill("2025-05-01", drill_id=3)],
        "2025-06-01",
        LATE,
    ),
    Case(
        "one short: another drill was reported",
        "O8-report",
        MINE,
        [drill("2025-05-01", drill_id=3), proof("drill-reported", "2025-05-31", drill_id=4)],
        "2025-06-01",
        LATE,
    ),
    Case(
        "report waived",
        "O8-report",
        MINE,
        [drill("2025-05-01", drill_id=3)],
        "2025-06-01",
        WAIVED,
        waivers=(waiver("2025-06-01", "2025-07-01", "O8-report", key=3),),
    ),
    Case("no drill, no report", "O8-report", MINE, [], "2025-06-01", NOT),
    Case(
        "no dangerous trade, no report",
        "O8-report",
        WORKS,
        [drill("2025-05-01", drill_id=3)],
        "2025-06-01",
        NOT,
    ),
]

# 教基一厅〔2014〕2号: 中小学每月至少一次, 幼儿园每季度至少一次.
O11 = [
    Case("in the month", "O11", SCHOOL, [drill("2025-10-09")], "2025-10-31", MET, "2025-11-30"),
    Case("on the last day", "O11", SCHOOL, [drill("2025-09-09")], "2025-10-31", RISK, "2025-10-31"),
    Case("late by a day", "O11", SCHOOL, [drill("2025-09-09")], "2025-11-01", LATE, "2025-10-31"),
    Case(
        "one short of two",
        "O11",
        SCHOOL,
        [drill("2025-09-09"), drill("2025-10-09")],
        "2025-11-01",
        LATE,
        asks={"count": 2},
    ),
    Case(
        "a talk at a table is none",
        "O11",
        SCHOOL,
        [drill("2025-09-09"), drill("2025-10-09", mode="tabletop")],
        "2025-11-01",
        LATE,
    ),
    Case(
        "food poisoning is walked out of by nobody",
        "O11",
        SCHOOL,
        [drill("2025-09-09"), drill("2025-10-09", event_type="food")],
        "2025-11-01",
        LATE,
    ),
    Case(
        "timed to the last one out",
        "O11",
        SCHOOL,
        [drill("2025-10-09", event_type="food", seconds=140)],
        "2025-10-10",
        MET,
    ),
    Case(
        "waived",
        "O11",
        SCHOOL,
        [],
        "2025-10-31",
        WAIVED,
        waivers=(waiver("2025-10-01", "2025-10-31", "O11"),),
    ),
    Case("a kindergarten is held by another", "O11", KINDERGARTEN, [], "2025-10-31", NOT),
]
O12 = [
    Case(
        "in the quarter",
        "O12",
        KINDERGARTEN,
        [drill("2025-10-09")],
        "2025-12-31",
        MET,
        "2026-03-31",
    ),
    Case(
        "late by a day",
        "O12",
        KINDERGARTEN,
        [drill("2025-09-09")],
        "2026-01-01",
        LATE,
        "2025-12-31",
    ),
    Case(
        "one short: a talk at a table",
        "O12",
        KINDERGARTEN,
        [drill("2025-09-09"), drill("2025-10-09", mode="tabletop")],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived",
        "O12",
        KINDERGARTEN,
        [],
        "2026-01-01",
        WAIVED,
        waivers=(waiver("2026-01-01", "2026-01-31", "O12"),),
    ),
    Case("a school is held by another", "O12", SCHOOL, [], "2026-01-01", NOT),
]


@pytest.mark.parametrize("case", [*O1, *O5, *O6, *O7, *O8, *O11, *O12], ids=named)
def test_drills_by_their_articles(case):
    case.holds()
