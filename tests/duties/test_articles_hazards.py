"""Geological hazards and hidden dangers by their articles: O16 to O19."""

import pytest

from drillreg.duties.states import State
from tests.duties.builders import Case, named, org, proof, waiver

pytestmark = pytest.mark.one_database

MET, LATE, WAIVED, NOT = State.MET, State.BREACHED, State.WAIVED, State.NOT_APPLICABLE
RISK, SOON, OPEN = State.AT_RISK, State.DUE_SOON, State.OPEN

VILLAGE = org("village", geohazard_area=True)
LAND = org("department", field="natural-resources")
WORKS = org("enterprise", nature="enterprise")
BUREAU = org("department", field="emergency")

SITE = proof("site-registered", "2022-03-01", kind="landslide", site=9)


def survey(on, site=9):
    """Return a survey of a point."""
    return proof("survey-made", on, site=site)


def round_made(on):
    """Return a round through all points."""
    return proof("round-made", on)


# 国务院令第394号 §15: 在地质灾害重点防范期内 … 加强地质灾害险情的巡回检查.
O16 = [
    Case(
        "a round in the month",
        "O16-round",
        VILLAGE,
        [round_made("2025-05-03")],
        "2025-05-31",
        MET,
        "2025-06-30",
    ),
    Case(
        "late by a day",
        "O16-round",
        VILLAGE,
        [round_made("2025-04-03")],
        "2025-06-01",
        LATE,
        "2025-05-31",
    ),
    Case(
        "one short of two",
        "O16-round",
        VILLAGE,
        [round_made("2025-05-03")],
        "2025-06-01",
        LATE,
        asks={"count": 2},
    ),
    Case(
        "nothing is asked in winter",
        "O16-round",
        VILLAGE,
        [round_made("2025-09-03")],
        "2025-12-01",
        MET,
        "2026-04-30",
    ),
    Case(
        "waived",
        "O16-round",
        VILLAGE,
        [],
        "2025-06-01",
        WAIVED,
        waivers=(waiver("2025-06-01", "2025-06-30", "O16-round"),),
    ),
    Case("no geohazard area", "O16-round", org("village"), [], "2025-06-01", NOT),
    Case(
        "before the season",
        "O16-before",
        VILLAGE,
        [SITE, survey("2025-03-31")],
        "2025-04-01",
        MET,
        "2026-03-31",
    ),
    Case(
        "before: late by a day",
        "O16-before",
        VILLAGE,
        [SITE, survey("2024-03-31")],
        "2025-04-01",
        LATE,
        "2025-03-31",
    ),
    Case(
        "before: too early", "O16-before", VILLAGE, [SITE, survey("2025-01-30")], "2025-04-01", LATE
    ),
    Case(
        "before: one short, another point",
        "O16-before",
        VILLAGE,
        [SITE, survey("2025-03-01", site=8)],
        "2025-04-01",
        LATE,
    ),
    Case(
        "before: waived for the point",
        "O16-before",
        VILLAGE,
        [SITE],
        "2025-04-01",
        WAIVED,
        waivers=(waiver("2025-04-01", "2025-04-30", "O16-before", key=9),),
    ),
    Case("before: no point", "O16-before", VILLAGE, [], "2025-04-01", NOT),
    Case(
        "before: the point was struck off",
        "O16-before",
        VILLAGE,
        [proof("site-registered", "2022-03-01", kind="slope", site=9, until="2025-03-01")],
        "2025-04-01",
        NOT,
    ),
    Case(
        "before: registered at the end of March",
        "O16-before",
        VILLAGE,
        [proof("site-registered", "2025-03-20", kind="slope", site=9)],
        "2025-04-01",
        OPEN,
        "2026-03-31",
    ),
    Case(
        "during",
        "O16-during",
        VILLAGE,
        [SITE, survey("2025-09-01")],
        "2025-09-30",
        MET,
        "2026-04-30",
    ),
    Case(
        "during: late by a day",
        "O16-during",
        VILLAGE,
        [SITE, survey("2025-08-31")],
        "2025-10-01",
        LATE,
        "2025-09-30",
    ),
    Case(
        "during: one short, another point",
        "O16-during",
        VILLAGE,
        [SITE, survey("2025-09-01", site=8)],
        "2025-10-01",
        LATE,
    ),
    Case(
        "during: waived",
        "O16-during",
        VILLAGE,
        [SITE],
        "2025-10-01",
        WAIVED,
        waivers=(waiver("2025-10-01", "2025-10-30", "O16-during"),),
    ),
    Case("during: a bureau", "O16-during", LAND, [SITE], "2025-10-01", NOT),
    Case(
        "after", "O16-after", VILLAGE, [SITE, survey("2025-10-01")], "2025-11-29", MET, "2026-11-29"
    ),
    Case(
        "after: late by a day",
        "O16-after",
        VILLAGE,
        [SITE, survey("2024-11-01")],
        "2025-11-30",
        LATE,
        "2025-11-29",
    ),
    Case(
        "after: one short, within the season",
        "O16-after",
        VILLAGE,
        [SITE, survey("2025-09-30")],
        "2025-11-30",
        LATE,
    ),
    Case(
        "after: waived",
        "O16-after",
        VILLAGE,
        [SITE],
        "2025-11-30",
        WAIVED,
        waivers=(waiver("2025-11-30", "2025-12-30", "O16-after"),),
    ),
    Case("after: a school", "O16-after", org("school"), [SITE], "2025-11-30", NOT),
]


def scheme(on, **rest):
    """Return the scheme of the year issued."""
    return proof("scheme-issued", on, **({"scheme": "geohazard-year"} | rest))


# 国务院令第394号 §18.
O17 = [
    Case("issued", "O17", LAND, [scheme("2025-03-15")], "2025-12-31", MET, "2026-12-31"),
    Case("late by a day", "O17", LAND, [scheme("2024-03-15")], "2026-01-01", LATE, "2025-12-31"),
    Case(
        "one short: another scheme",
        "O17",
        LAND,
        [scheme("2025-03-15", scheme="plan-programme")],
        "2026-01-01",
        LATE,
    ),
    Case(
        "waived",
        "O17",
        LAND,
        [],
        "2026-01-01",
        WAIVED,
        waivers=(waiver("2026-01-01", "2026-02-01", "O17"),),
    ),
    Case("another department", "O17", BUREAU, [], "2026-01-01", NOT),
]


def sent(on, kind="danger-quarter"):
    """Return statistics sent."""
    return proof("return-sent", on, **{"return": kind})


# 总局令第16号 §14: 下一季度15日前, 下一年1月31日前.
O18 = [
    Case(
        "sent on the 15th",
        "O18-quarter",
        WORKS,
        [sent("2025-04-15")],
        "2025-06-30",
        MET,
        "2025-07-15",
    ),
    Case("the 15th", "O18-quarter", WORKS, [sent("2025-01-10")], "2025-04-15", RISK, "2025-04-15"),
    Case(
        "late by a day",
        "O18-quarter",
        WORKS,
        [sent("2025-01-10")],
        "2025-04-16",
        LATE,
        "2025-04-15",
    ),
    Case(
        "nothing to send within the quarter",
        "O18-quarter",
        WORKS,
        [sent("2025-01-10")],
        "2025-03-31",
        MET,
        "2025-04-15",
    ),
    Case(
        "sent late it is for the quarter that was late",
        "O18-quarter",
        WORKS,
        [sent("2025-01-10"), sent("2025-04-20")],
        "2025-07-01",
        SOON,
        "2025-07-15",
    ),
    Case(
        "one short: the year's only",
        "O18-quarter",
        WORKS,
        [sent("2025-01-10"), sent("2025-04-10", "danger-year")],
        "2025-04-16",
        LATE,
    ),
    Case(
        "waived",
        "O18-quarter",
        WORKS,
        [],
        "2025-04-16",
        WAIVED,
        waivers=(waiver("2025-04-16", "2025-04-30", "O18-quarter"),),
    ),
    Case("a public body", "O18-quarter", org("site", nature="organ"), [], "2025-04-16", NOT),
    Case(
        "the year: sent",
        "O18-year",
        WORKS,
        [sent("2026-01-31", "danger-year")],
        "2026-12-31",
        MET,
        "2027-01-31",
    ),
    Case(
        "the year: late by a day",
        "O18-year",
        WORKS,
        [sent("2025-01-31", "danger-year")],
        "2026-02-01",
        LATE,
        "2026-01-31",
    ),
    Case(
        "the year: one short, a quarter's",
        "O18-year",
        WORKS,
        [sent("2026-01-10")],
        "2026-02-01",
        LATE,
    ),
    Case(
        "the year: waived",
        "O18-year",
        WORKS,
        [],
        "2026-02-01",
        WAIVED,
        waivers=(waiver("2026-02-01", "2026-02-28", "O18-year"),),
    ),
    Case("the year: a school", "O18-year", org("school"), [], "2026-02-01", NOT),
]

FOUND = proof("danger-found", "2025-06-02", danger_id=4, level="major")
MINOR = proof("danger-found", "2025-06-02", danger_id=4, level="general")
RECEIVED = proof("danger-received", "2025-06-02", danger_id=4)
REMOVED = proof("danger-removed", "2025-06-02", danger_id=4, level="major")


def did(kind, on, danger=4):
    """Return something done about a danger."""
    return proof(kind, on, danger_id=danger)


def four(rule_id, facts, event, answer, last, next_day):
    """Return the cases that every step of a major danger has."""
    return [
        Case("done", rule_id, facts, [event, did(answer, last)], next_day, MET),
        Case("the last day", rule_id, facts, [event], last, RISK, last),
        Case("late by a day", rule_id, facts, [event], next_day, LATE, last),
        Case(
            "one short: another danger",
            rule_id,
            facts,
            [event, did(answer, last, 5)],
            next_day,
            LATE,
        ),
        Case(
            "waived",
            rule_id,
            facts,
            [event],
            next_day,
            WAIVED,
            waivers=(waiver(next_day, "2025-12-31", rule_id, key=4),),
        ),
        Case("a school", rule_id, org("school"), [event], next_day, NOT),
    ]


# 安全生产法 §41, 总局令第16号 §15, local: acceptance within 10 days.
O19 = [
    *four("O19-report", WORKS, FOUND, "danger-reported", "2025-06-09", "2025-06-10"),
    Case("a minor danger", "O19-report", WORKS, [MINOR], "2025-07-01", NOT),
    *four("O19-supervise", BUREAU, RECEIVED, "danger-supervised", "2025-06-17", "2025-06-18"),
    Case("a bureau without safety duties", "O19-supervise", LAND, [RECEIVED], "2025-07-01", NOT),
    *four("O19-plan", WORKS, FOUND, "danger-plan-made", "2025-07-02", "2025-07-03"),
    Case("a minor danger", "O19-plan", WORKS, [MINOR], "2025-09-01", NOT),
    *four("O19-accept", WORKS, REMOVED, "danger-accepted", "2025-06-12", "2025-06-13"),
    Case("not removed yet", "O19-accept", WORKS, [FOUND], "2025-07-01", NOT),
]


@pytest.mark.parametrize("case", [*O16, *O17, *O18, *O19], ids=named)
def test_hazards_by_their_articles(case):
    case.holds()
