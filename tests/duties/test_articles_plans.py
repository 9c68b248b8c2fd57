"""Plans filed, published, evaluated, drills evaluated: O2 to O4, O9, O10, O20, O21."""

import pytest

from drillreg.duties.states import State
from tests.duties.builders import Case, drill, named, org, proof, waiver

pytestmark = pytest.mark.one_database

MET, LATE, WAIVED, NOT = State.MET, State.BREACHED, State.WAIVED, State.NOT_APPLICABLE
RISK, SOON, OPEN = State.AT_RISK, State.DUE_SOON, State.OPEN

COUNTY = org("county")
VILLAGE = org("village")
BUREAU = org("department", field="emergency", safety_duty=True)
WORKS = org("enterprise", nature="enterprise")
MINE = org("enterprise", nature="enterprise", trades=["mine"])


def plan(on, kind, **rest):
    """Return plan 7 issued on a day."""
    return proof("plan-issued", on, **({"kind": kind, "plan_id": 7} | rest))


def did(kind, on, **rest):
    """Return something done with plan 7."""
    return proof(kind, on, **({"plan_id": 7} | rest))


SPECIAL = plan("2024-03-01", "special")
# 国办发〔2024〕5号 §34: 原则上每3年评估一次.
O2 = [
    Case(
        "evaluated",
        "O2",
        COUNTY,
        [SPECIAL, did("plan-evaluated", "2025-01-10")],
        "2028-01-10",
        MET,
        "2028-01-10",
    ),
    Case(
        "late by a day",
        "O2",
        COUNTY,
        [SPECIAL, did("plan-evaluated", "2025-01-10")],
        "2028-01-11",
        LATE,
    ),
    Case(
        "one short: another plan",
        "O2",
        COUNTY,
        [SPECIAL, did("plan-evaluated", "2025-01-10", plan_id=8)],
        "2027-03-02",
        LATE,
        "2027-03-01",
    ),
    Case(
        "waived",
        "O2",
        COUNTY,
        [SPECIAL],
        "2027-03-02",
        WAIVED,
        waivers=(waiver("2027-03-01", "2027-12-31", "O2"),),
    ),
    Case("no towns", "O2", org("town"), [SPECIAL], "2028-01-11", NOT),
]

# §26 and §28: 20 working days from issue. 2 September 2024 is a Monday; 17 September (mid-autumn)
# is off, 14 September, a Saturday, is worked; 29 September, a Sunday, is worked: 30.
ISSUED = plan("2024-09-02", "overall")
O3 = [
    Case(
        "filed on the last day",
        "O3",
        COUNTY,
        [ISSUED, did("plan-filed", "2024-09-30")],
        "2024-10-20",
        MET,
    ),
    Case("the last day", "O3", COUNTY, [ISSUED], "2024-09-30", RISK, "2024-09-30"),
    Case("late by a day", "O3", COUNTY, [ISSUED], "2024-10-01", LATE, "2024-09-30"),
    Case(
        "one short: another plan",
        "O3",
        COUNTY,
        [ISSUED, did("plan-filed", "2024-09-10", plan_id=8)],
        "2024-10-20",
        LATE,
    ),
    Case(
        "a village",
        "O3",
        VILLAGE,
        [plan("2024-09-02", "village")],
        "2024-09-03",
        SOON,
        "2024-09-30",
    ),
    Case(
        "filed before it was issued is not filed",
        "O3",
        COUNTY,
        [ISSUED, did("plan-filed", "2024-09-01")],
        "2024-10-20",
        LATE,
    ),
    Case(
        "waived",
        "O3",
        COUNTY,
        [ISSUED],
        "2024-10-20",
        WAIVED,
        waivers=(waiver("2024-10-01", "2024-10-31", "O3"),),
    ),
    Case(
        "a school files none",
        "O3",
        org("school"),
        [plan("2024-09-02", "unit-overall")],
        "2024-10-20",
        NOT,
    ),
    Case(
        "issued before the text", "O3", COUNTY, [plan("2023-09-02", "overall")], "2024-10-20", NOT
    ),
]
O4 = [
    Case(
        "published", "O4", COUNTY, [ISSUED, did("plan-published", "2024-09-30")], "2024-10-20", MET
    ),
    Case("late by a day", "O4", COUNTY, [ISSUED], "2024-10-01", LATE, "2024-09-30"),
    Case(
        "one short: filed only",
        "O4",
        COUNTY,
        [ISSUED, did("plan-filed", "2024-09-10")],
        "2024-10-01",
        LATE,
    ),
    Case(
        "waived",
        "O4",
        COUNTY,
        [ISSUED],
        "2024-10-01",
        WAIVED,
        waivers=(waiver("2024-10-01", "2024-10-31", "O4"),),
    ),
    Case("a village's is another", "O4", VILLAGE, [ISSUED], "2024-10-01", NOT),
    Case(
        "unit: made known",
        "O4-unit",
        VILLAGE,
        [ISSUED, did("plan-published", "2024-09-30")],
        "2024-10-20",
        MET,
    ),
    Case("unit: late by a day", "O4-unit", VILLAGE, [ISSUED], "2024-10-01", LATE, "2024-09-30"),
    Case(
        "unit: one short, filed only",
        "O4-unit",
        VILLAGE,
        [ISSUED, did("plan-filed", "2024-09-10")],
        "2024-10-01",
        LATE,
    ),
    Case(
        "unit: waived",
        "O4-unit",
        VILLAGE,
        [ISSUED],
        "2024-10-01",
        WAIVED,
        waivers=(waiver("2024-10-01", "2024-10-31", "O4-unit"),),
    ),
    Case("unit: a town's is another", "O4-unit", org("town"), [ISSUED], "2024-10-01", NOT),
]

# 88号令 §26: 20 working days; §28: the authority checks in 5.
UNIT_PLAN = plan("2024-09-02", "unit-overall")
RECEIVED = proof("filing-received", "2024-09-09", filing_id=5, filer_kind="enterprise")
O9 = [
    Case("filed", "O9", MINE, [UNIT_PLAN, did("plan-filed", "2024-09-30")], "2024-10-20", MET),
    Case("late by a day", "O9", MINE, [UNIT_PLAN], "2024-10-01", LATE, "2024-09-30"),
    Case(
        "one short: published only",
        "O9",
        MINE,
        [UNIT_PLAN, did("plan-published", "2024-09-03")],
        "2024-10-01",
        LATE,
    ),
    Case(
        "waived",
        "O9",
        MINE,
        [UNIT_PLAN],
        "2024-10-01",
        WAIVED,
        waivers=(waiver("2024-10-01", "2024-10-31", "O9"),),
    ),
    Case("no dangerous trade", "O9", WORKS, [UNIT_PLAN], "2024-10-01", NOT),
    Case(
        "answered in 5 working days",
        "O9-check",
        BUREAU,
        [RECEIVED, proof("filing-answered", "2024-09-14", filing_id=5)],
        "2024-09-20",
        MET,
    ),
    Case(
        "the fifth is a Saturday that is worked",
        "O9-check",
        BUREAU,
        [RECEIVED],
        "2024-09-14",
        RISK,
        "2024-09-14",
    ),
    Case("answered late by a day", "O9-check", BUREAU, [RECEIVED], "2024-09-15", LATE),
    Case(
        "one short: another filing",
        "O9-check",
        BUREAU,
        [RECEIVED, proof("filing-answered", "2024-09-10", filing_id=6)],
        "2024-09-15",
        LATE,
    ),
    Case(
        "check waived",
        "O9-check",
        BUREAU,
        [RECEIVED],
        "2024-09-15",
        WAIVED,
        waivers=(waiver("2024-09-15", "2024-09-20", "O9-check", key=5),),
    ),
    Case(
        "a village's filing has no such clock",
        "O9-check",
        BUREAU,
        [proof("filing-received", "2024-09-09", filing_id=5, filer_kind="village")],
        "2024-09-15",
        NOT,
    ),
    Case(
        "a bureau without safety duties",
        "O9-check",
        org("department", field="commerce"),
        [RECEIVED],
        "2024-09-15",
        NOT,
    ),
]
# 88号令 §35: 每三年进行一次应急预案评估.
O10 = [
    Case(
        "evaluated",
        "O10",
        MINE,
        [UNIT_PLAN, did("plan-evaluated", "2025-02-28")],
        "2028-02-28",
        MET,
        "2028-02-28",
    ),
    Case(
        "late by a day",
        "O10",
        MINE,
        [UNIT_PLAN, did("plan-evaluated", "2025-02-28")],
        "2028-02-29",
        LATE,
    ),
    Case(
        "one short: drilled only",
        "O10",
        MINE,
        [UNIT_PLAN, drill("2025-02-28", plan_id=7)],
        "2027-09-03",
        LATE,
        "2027-09-02",
    ),
    Case(
        "waived",
        "O10",
        MINE,
        [UNIT_PLAN],
        "2027-09-03",
        WAIVED,
        waivers=(waiver("2027-09-03", "2027-10-31", "O10"),),
    ),
    Case(
        "a small enterprise without a trade",
        "O10",
        org("enterprise", enterprise_size="small"),
        [UNIT_PLAN],
        "2027-09-03",
        NOT,
    ),
]


def summary(on, **rest):
    """Return the yearly summary sent."""
    return proof("return-sent", on, **({"return": "plan-supervision-year"} | rest))


# 88号令 §42.
O20 = [
    Case(
        "sent in the year", "O20", BUREAU, [summary("2025-01-15")], "2025-12-31", MET, "2026-12-31"
    ),
    Case("late by a day", "O20", BUREAU, [summary("2024-12-31")], "2026-01-01", LATE, "2025-12-31"),
    Case(
        "one short: another return",
        "O20",
        BUREAU,
        [summary("2025-01-15", **{"return": "danger-year"})],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived",
        "O20",
        BUREAU,
        [],
        "2026-01-01",
        WAIVED,
        waivers=(waiver("2026-01-01", "2026-01-31", "O20"),),
    ),
    Case("another department", "O20", org("department", field="water"), [], "2026-01-01", NOT),
]

HELD = drill("2025-05-12", drill_id=3)


def report(on, **rest):
    """Return the report on drill 3 approved."""
    return proof("report-approved", on, **({"drill_id": 3} | rest))


# 88号令 §34, 国办发〔2024〕5号 §33, AQ/T 9009 §7.5.
O21 = [
    Case("reported", "O21", WORKS, [HELD, report("2025-06-11")], "2025-07-01", MET),
    Case("the last day", "O21", WORKS, [HELD], "2025-06-11", RISK, "2025-06-11"),
    Case("late by a day", "O21", WORKS, [HELD], "2025-06-12", LATE),
    Case(
        "one short: another drill",
        "O21",
        WORKS,
        [HELD, report("2025-06-01", drill_id=4)],
        "2025-06-12",
        LATE,
    ),
    Case(
        "the drill was struck out, its report is left",
        "O21",
        WORKS,
        [report("2025-06-01")],
        "2025-06-12",
        NOT,
    ),
    Case(
        "waived",
        "O21",
        WORKS,
        [HELD],
        "2025-06-12",
        WAIVED,
        waivers=(waiver("2025-06-12", "2025-06-30", "O21", key=3),),
    ),
    Case("a school is held by another", "O21", org("school"), [HELD], "2025-06-12", NOT),
    Case(
        "government: reported", "O21-gov", COUNTY, [HELD, report("2025-06-11")], "2025-07-01", MET
    ),
    Case("government: late by a day", "O21-gov", COUNTY, [HELD], "2025-06-12", LATE, "2025-06-11"),
    Case(
        "government: one short, a signed sheet",
        "O21-gov",
        COUNTY,
        [HELD, proof("report-signed", "2025-06-01", drill_id=3)],
        "2025-06-12",
        LATE,
    ),
    Case(
        "government: waived",
        "O21-gov",
        COUNTY,
        [HELD],
        "2025-06-12",
        WAIVED,
        waivers=(waiver("2025-06-12", "2025-06-30", "O21-gov"),),
    ),
    Case("government: an enterprise", "O21-gov", WORKS, [HELD], "2025-06-12", NOT),
    Case(
        "problems: put right",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=2), proof("problems-fixed", "2025-09-09", drill_id=3)],
        "2025-09-10",
        MET,
    ),
    Case(
        "problems: late by a day",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=2)],
        "2025-09-10",
        LATE,
        "2025-09-09",
    ),
    Case(
        "problems: one short, another drill",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=2), proof("problems-fixed", "2025-09-09", drill_id=4)],
        "2025-09-10",
        LATE,
    ),
    Case(
        "problems: a second report puts nothing off",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=2), report("2025-08-11", actions=1)],
        "2025-09-10",
        LATE,
        "2025-09-09",
    ),
    Case(
        "problems: waived",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=2)],
        "2025-09-10",
        WAIVED,
        waivers=(waiver("2025-09-01", "2025-09-30", "O21-fix"),),
    ),
    Case(
        "problems: none found",
        "O21-fix",
        WORKS,
        [report("2025-06-11", actions=0)],
        "2025-09-10",
        NOT,
    ),
]


@pytest.mark.parametrize("case", [*O2, *O3, *O4, *O9, *O10, *O20, *O21], ids=named)
def test_plans_by_their_articles(case):
    case.holds()
