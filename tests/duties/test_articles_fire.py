"""Fire drills, patrols and checks by their articles: O13 to O15."""

import pytest

from drillreg.duties.states import State
from tests.duties.builders import Case, drill, named, org, proof, waiver

pytestmark = pytest.mark.one_database

MET, LATE, WAIVED, NOT = State.MET, State.BREACHED, State.WAIVED, State.NOT_APPLICABLE
RISK, OPEN = State.AT_RISK, State.OPEN

HOSPITAL = org("hospital")
KEY = org("hospital", fire_key_unit=True)
TOWER = org("enterprise", building_use="public", building_height=60, building_storeys=18)
SPIRE = org("enterprise", building_use="public", building_height=130, building_storeys=32)
PARTS = org(
    "enterprise",
    building_use="public",
    building_height=60,
    building_storeys=18,
    fire_sub_plans=True,
)


def patrol(on, **rest):
    """Return the signed log of a month of patrols."""
    return proof("fire-patrolled", on, **({"complete": True} | rest))


def check(on):
    """Return a fire check."""
    return proof("fire-checked", on)


# 公安部令第61号 §40: 重点单位至少每半年进行一次演练, 其他单位至少每年组织一次演练.
O13 = [
    Case("in the year", "O13", HOSPITAL, [drill("2025-01-01")], "2025-12-31", MET, "2026-12-31"),
    Case("late by a day", "O13", HOSPITAL, [drill("2024-12-31")], "2026-01-01", LATE, "2025-12-31"),
    Case(
        "one short: an earthquake",
        "O13",
        HOSPITAL,
        [drill("2025-05-12", event_type="earthquake")],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived",
        "O13",
        HOSPITAL,
        [],
        "2026-01-01",
        WAIVED,
        waivers=(waiver("2025-12-31", "2026-01-31", "O13"),),
    ),
    Case("a key unit is held to more", "O13", KEY, [], "2026-01-01", NOT),
    Case("a village is none of them", "O13", org("village"), [], "2026-01-01", NOT),
    Case(
        "key: in the half-year",
        "O13-key",
        KEY,
        [drill("2025-06-30")],
        "2025-06-30",
        MET,
        "2025-12-31",
    ),
    Case(
        "key: late by a day",
        "O13-key",
        KEY,
        [drill("2024-12-31")],
        "2025-07-01",
        LATE,
        "2025-06-30",
    ),
    Case(
        "key: one short, at a table",
        "O13-key",
        KEY,
        [drill("2025-03-01", mode="tabletop")],
        "2025-07-01",
        LATE,
    ),
    Case(
        "key: waived",
        "O13-key",
        KEY,
        [],
        "2025-07-01",
        WAIVED,
        waivers=(waiver("2025-07-01", "2025-07-31", "O13-key"),),
    ),
    Case("key: not on the list", "O13-key", HOSPITAL, [], "2025-07-01", NOT),
]

# 应急管理部令第5号 §44.
O14 = [
    Case("in the year", "O14", TOWER, [drill("2025-11-09")], "2025-12-31", MET, "2026-12-31"),
    Case("late by a day", "O14", TOWER, [drill("2024-11-09")], "2026-01-01", LATE, "2025-12-31"),
    Case(
        "one short: at a table",
        "O14",
        TOWER,
        [drill("2025-11-09", mode="tabletop")],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived",
        "O14",
        TOWER,
        [],
        "2026-01-01",
        WAIVED,
        waivers=(waiver("2026-01-01", "2026-01-31", "O14"),),
    ),
    Case(
        "24 m are not high",
        "O14",
        org("enterprise", building_use="public", building_height=24),
        [],
        "2026-01-01",
        NOT,
    ),
    Case("over 100 m is held to more", "O14", SPIRE, [], "2026-01-01", NOT),
    Case(
        "100 m: in the half-year",
        "O14-100m",
        SPIRE,
        [drill("2025-05-01")],
        "2025-06-30",
        MET,
        "2025-12-31",
    ),
    Case(
        "100 m: late by a day",
        "O14-100m",
        SPIRE,
        [drill("2024-11-01")],
        "2025-07-01",
        LATE,
        "2025-06-30",
    ),
    Case(
        "100 m: one short",
        "O14-100m",
        SPIRE,
        [drill("2025-05-01", event_type="earthquake")],
        "2025-07-01",
        LATE,
    ),
    Case(
        "100 m: waived",
        "O14-100m",
        SPIRE,
        [],
        "2025-07-01",
        WAIVED,
        waivers=(waiver("2025-07-01", "2025-07-31", "O14-100m"),),
    ),
    Case(
        "100 m: exactly",
        "O14-100m",
        org("enterprise", building_use="public", building_height=100),
        [],
        "2025-07-01",
        NOT,
    ),
    Case(
        "parts: in the quarter",
        "O14-sub",
        PARTS,
        [drill("2025-02-01")],
        "2025-03-31",
        MET,
        "2025-06-30",
    ),
    Case(
        "parts: late by a day",
        "O14-sub",
        PARTS,
        [drill("2024-12-01")],
        "2025-04-01",
        LATE,
        "2025-03-31",
    ),
    Case(
        "parts: one short",
        "O14-sub",
        PARTS,
        [drill("2025-02-01", mode="tabletop")],
        "2025-04-01",
        LATE,
    ),
    Case(
        "parts: waived",
        "O14-sub",
        PARTS,
        [],
        "2025-04-01",
        WAIVED,
        waivers=(waiver("2025-04-01", "2025-04-30", "O14-sub"),),
    ),
    Case("no separate plans", "O14-sub", TOWER, [], "2025-04-01", NOT),
]

# 公安部令第61号 §25, §26.
O15 = [
    Case(
        "the month's log",
        "O15-patrol",
        KEY,
        [patrol("2025-02-28")],
        "2025-02-28",
        MET,
        "2025-03-31",
    ),
    Case(
        "late by a day", "O15-patrol", KEY, [patrol("2025-01-31")], "2025-03-01", LATE, "2025-02-28"
    ),
    Case(
        "one short: days are missing",
        "O15-patrol",
        KEY,
        [patrol("2025-01-31"), patrol("2025-02-28", complete=False)],
        "2025-03-01",
        LATE,
    ),
    Case(
        "waived",
        "O15-patrol",
        KEY,
        [],
        "2025-03-01",
        WAIVED,
        waivers=(waiver("2025-03-01", "2025-03-31", "O15-patrol"),),
    ),
    Case("not on the list", "O15-patrol", HOSPITAL, [], "2025-03-01", NOT),
    Case(
        "bodies: in the quarter",
        "O15-check-org",
        HOSPITAL,
        [check("2025-01-05")],
        "2025-03-31",
        MET,
        "2025-06-30",
    ),
    Case(
        "bodies: late by a day",
        "O15-check-org",
        HOSPITAL,
        [check("2024-12-31")],
        "2025-04-01",
        LATE,
        "2025-03-31",
    ),
    Case(
        "bodies: one short, a patrol",
        "O15-check-org",
        HOSPITAL,
        [patrol("2025-02-01")],
        "2025-04-01",
        LATE,
    ),
    Case(
        "bodies: waived",
        "O15-check-org",
        HOSPITAL,
        [],
        "2025-04-01",
        WAIVED,
        waivers=(waiver("2025-04-01", "2025-04-30", "O15-check-org"),),
    ),
    Case("bodies: an enterprise", "O15-check-org", org("enterprise"), [], "2025-04-01", NOT),
    Case(
        "others: in the month",
        "O15-check-other",
        org("enterprise"),
        [check("2025-02-01")],
        "2025-02-28",
        MET,
        "2025-03-31",
    ),
    Case(
        "others: late by a day",
        "O15-check-other",
        org("enterprise"),
        [check("2025-01-01")],
        "2025-03-01",
        LATE,
        "2025-02-28",
    ),
    Case(
        "others: one short, a patrol",
        "O15-check-other",
        org("enterprise"),
        [patrol("2025-02-01")],
        "2025-03-01",
        LATE,
    ),
    Case(
        "others: waived",
        "O15-check-other",
        org("enterprise"),
        [],
        "2025-03-01",
        WAIVED,
        waivers=(waiver("2025-03-01", "2025-03-31", "O15-check-other"),),
    ),
    Case("others: a public hospital", "O15-check-other", HOSPITAL, [], "2025-03-01", NOT),
]


@pytest.mark.parametrize("case", [*O13, *O14, *O15], ids=named)
def test_fire_by_its_articles(case):
    case.holds()
