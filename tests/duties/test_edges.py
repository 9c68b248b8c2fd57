"""The edges of the calendar, of rules, of organisations and of what is entered when."""

from dataclasses import replace
from datetime import date

import pytest

from drillreg.duties.conditions import Criteria
from drillreg.duties.facts import Facts, Place, Version
from drillreg.duties.states import State
from drillreg.duties.terms import Anchor, Basis, Days, Shape, Unit
from drillreg.workdays.rules import DayKind, WorkCalendar
from drillreg.workdays.seasons import Season, SeasonCalendar
from tests.duties.builders import (
    LONG_AGO,
    PLACE,
    day,
    drill,
    look,
    made_rule,
    org,
    proof,
    reads,
    shipped,
    waiver,
)

pytestmark = pytest.mark.one_database

MET, LATE, WAIVED, NOT = State.MET, State.BREACHED, State.WAIVED, State.NOT_APPLICABLE
RISK, SOON, OPEN = State.AT_RISK, State.DUE_SOON, State.OPEN
SCHOOL = org("school")
O11 = shipped("O11")
MONTHLY = made_rule(unit=Unit.MONTH)
ROLLING = {"anchor": Anchor.ROLLING, "unit": Unit.YEAR}


def stands(chain, facts, proofs, today, waivers=(), place=PLACE):
    """Return how the one result reads on a day."""
    return reads(look(chain, facts, proofs, today, waivers, place), today)


def due(chain, facts, proofs, today):
    """Return when the one result is due."""
    return look(chain, facts, proofs, today).results[0].due_on.isoformat()


def closed(chain, facts, proofs, today, waivers=()):
    """Return how each closed period ended, by its first day."""
    found = look(chain, facts, proofs, today, waivers).closed
    return {each.period.first.isoformat(): each for each in found}


def versions(old, new, change):
    """Return a rule that was one thing up to a day and another from it on."""
    first = day(change)
    return (
        replace(old, ends_on=date.fromordinal(first.toordinal() - 1)),
        replace(new, starts_on=first),
    )


# ---- the calendar


def test_year_end():
    rule = made_rule(unit=Unit.YEAR)
    assert stands(rule, SCHOOL, [drill("2024-06-01")], "2025-12-31") is RISK
    assert stands(rule, SCHOOL, [drill("2025-12-31")], "2025-12-31") is MET
    assert stands(rule, SCHOOL, [drill("2025-12-31")], "2026-01-01") is OPEN
    assert stands(rule, SCHOOL, [drill("2026-01-01")], "2026-01-01") is MET
    assert closed(rule, SCHOOL, [drill("2026-01-01")], "2026-01-06")["2025-01-01"].state is LATE


def test_29_february():
    rule = made_rule(**ROLLING)
    done = [drill("2024-02-29")]
    assert due(rule, SCHOOL, done, "2024-03-01") == "2025-02-28"
    assert stands(rule, SCHOOL, done, "2025-02-28") is MET
    assert stands(rule, SCHOOL, done, "2025-03-01") is LATE
    four_years = made_rule(**ROLLING, every=4)
    assert due(four_years, SCHOOL, done, "2024-03-01") == "2028-02-29"
    assert stands(MONTHLY, SCHOOL, [drill("2024-02-29")], "2024-02-29") is MET
    assert due(MONTHLY, SCHOOL, [drill("2024-01-02")], "2024-02-29") == "2024-02-29"


def test_month_end():
    months = made_rule(anchor=Anchor.ROLLING, unit=Unit.MONTH)
    assert due(months, SCHOOL, [drill("2025-01-31")], "2025-02-01") == "2025-02-28"
    assert due(months, SCHOOL, [drill("2025-02-28")], "2025-03-01") == "2025-03-28"
    assert stands(MONTHLY, SCHOOL, [drill("2025-04-01")], "2025-04-30") is MET
    assert stands(MONTHLY, SCHOOL, [drill("2025-03-31")], "2025-04-30") is RISK
    assert stands(MONTHLY, SCHOOL, [drill("2025-03-31")], "2025-05-01") is LATE


def test_half_years():
    rule = made_rule(unit=Unit.HALF_YEAR)
    done = [drill("2025-06-30")]
    assert stands(rule, SCHOOL, done, "2025-07-01") is OPEN
    assert stands(rule, SCHOOL, done, "2025-12-01") is SOON
    assert stands(rule, SCHOOL, done, "2026-01-01") is LATE
    assert stands(rule, SCHOOL, [*done, drill("2025-07-01")], "2025-12-31") is MET


def test_grace_takes_what_is_done_in_it_once():
    rule = made_rule(unit=Unit.HALF_YEAR, grace=10)
    late = [drill("2024-12-01"), drill("2025-07-08")]
    assert stands(rule, SCHOOL, late[:1], "2025-07-10") is RISK
    assert stands(rule, SCHOOL, late, "2025-07-10") is OPEN
    assert due(rule, SCHOOL, late, "2025-07-10") == "2026-01-10"
    assert closed(rule, SCHOOL, late, "2025-08-01")["2025-01-01"].state is MET
    both = [*late, drill("2025-07-09")]
    assert stands(rule, SCHOOL, both, "2025-07-10") is MET


# ---- terms


def test_terms_and_the_summer_gap_for_monthly_drills_of_schools():
    june = [drill("2025-06-12")]
    assert stands(O11, SCHOOL, june, "2025-06-30") is MET
    # Three days of school in July ask for nothing, nor does August.
    assert stands(O11, SCHOOL, june, "2025-07-31") is MET
    assert stands(O11, SCHOOL, june, "2025-08-31") is MET
    assert due(O11, SCHOOL, june, "2025-08-31") == "2025-09-30"
    assert stands(O11, SCHOOL, june, "2025-09-01") is SOON
    assert stands(O11, SCHOOL, june, "2025-10-01") is LATE
    # What was missed in June is not made up for by a drill in the holidays.
    may = [drill("2025-05-12"), drill("2025-07-20")]
    assert stands(O11, SCHOOL, may, "2025-08-01") is LATE
    assert stands(O11, SCHOOL, [*may, drill("2025-09-02")], "2025-09-02") is MET


def test_the_first_term_goes_on_across_new_year():
    december = [drill("2025-12-03")]
    assert stands(O11, SCHOOL, december, "2025-12-31") is MET
    assert stands(O11, SCHOOL, december, "2026-01-01") is SOON
    # Its last month ends with the term.
    assert due(O11, SCHOOL, december, "2026-01-01") == "2026-01-20"
    assert stands(O11, SCHOOL, december, "2026-01-20") is RISK
    assert stands(O11, SCHOOL, december, "2026-01-21") is LATE
    january = [*december, drill("2026-01-20")]
    assert stands(O11, SCHOOL, january, "2026-02-16") is MET
    assert due(O11, SCHOOL, january, "2026-02-16") == "2026-02-28"


def test_without_a_term_to_come_nothing_is_met_for_ever():
    one = Season(1, 1, "term", "autumn", date(2025, 9, 1), date(2026, 1, 20))
    place = Place(WorkCalendar(), SeasonCalendar((1,), (one,), {"term": "term"}))
    done = [drill("2025-12-03"), drill("2026-01-15")]
    assert stands(O11, SCHOOL, done, "2026-01-20", place=place) is MET
    assert stands(O11, SCHOOL, done, "2026-01-21", place=place) is NOT
    assert stands(O11, SCHOOL, done[:1], "2026-01-21", place=place) is LATE
    assert stands(O11, SCHOOL, [], "2026-01-21", place=Place()) is NOT


# ---- rules that change


@pytest.mark.parametrize("change", ["2025-06-01", "2025-06-20", "2025-05-31", "2025-07-01"])
def test_a_version_that_asks_the_same_leaves_no_hole(change):
    chain = versions(MONTHLY, MONTHLY, change)
    for today in ("2025-06-30", "2025-07-30"):
        month = today[:7]
        before = [drill("2025-04-02"), drill("2025-05-02"), drill("2025-06-02")]
        done = [each for each in before if each.on_date < day(f"{month}-01")]
        assert stands(chain, SCHOOL, done, today) is RISK
        assert stands(chain, SCHOOL, [*done, drill(f"{month}-03")], today) is MET


def test_a_rule_made_shorter_in_mid_period():
    halves, quarters = made_rule(unit=Unit.HALF_YEAR), made_rule(unit=Unit.QUARTER)
    done = [drill("2024-11-01")]
    # From May: the second quarter is held to it, and nobody is late on the first day.
    chain = versions(halves, quarters, "2025-05-01")
    assert stands(chain, SCHOOL, done, "2025-05-01") is OPEN
    assert due(chain, SCHOOL, done, "2025-05-01") == "2025-06-30"
    assert stands(chain, SCHOOL, done, "2025-07-01") is LATE
    # From June: too little of the quarter is left, so the half-year goes on.
    chain = versions(halves, quarters, "2025-06-01")
    assert look(chain, SCHOOL, done, "2025-06-01").results[0].period.first == date(2025, 1, 1)
    assert stands(chain, SCHOOL, [*done, drill("2025-02-01")], "2025-06-15") is MET
    assert stands(chain, SCHOOL, done, "2025-07-01") is LATE
    assert due(chain, SCHOOL, [*done, drill("2025-02-01")], "2025-07-01") == "2025-09-30"


def test_a_rule_made_longer_in_mid_period():
    halves, quarters = made_rule(unit=Unit.HALF_YEAR), made_rule(unit=Unit.QUARTER)
    done = [drill("2024-12-01"), drill("2025-02-01")]
    # From March: the half-year, and the drill of February is in it.
    chain = versions(quarters, halves, "2025-03-01")
    assert stands(chain, SCHOOL, done, "2025-06-30") is MET
    # From May: the quarter that has begun asks for nothing more.
    chain = versions(quarters, halves, "2025-05-01")
    assert stands(chain, SCHOOL, done, "2025-06-30") is MET
    assert stands(chain, SCHOOL, done, "2025-07-01") is OPEN
    # What was over before stays as it was.
    assert closed(chain, SCHOOL, done[:1], "2025-05-01")["2025-01-01"].state is LATE
    years = versions(MONTHLY, made_rule(unit=Unit.YEAR), "2025-05-01")
    ends = closed(years, SCHOOL, [drill("2025-02-03")], "2025-06-01")
    assert ends["2025-02-01"].state is MET
    assert ends["2025-04-01"].state is LATE


def test_a_rolling_rule_made_shorter_makes_nobody_late_on_its_first_day():
    three = made_rule(**ROLLING, every=3)
    two, one = replace(three), replace(three)
    two = replace(two, asks=replace(two.asks, every=2))
    one = replace(one, asks=replace(one.asks, every=1))
    done = [drill("2022-06-10")]
    chain = versions(three, two, "2025-01-01")
    assert stands(chain, SCHOOL, done, "2025-01-01") is MET
    assert due(chain, SCHOOL, done, "2025-01-01") == "2025-06-10"
    # Nor twice in a row.
    chain = (chain[0], *versions(chain[1], one, "2025-02-01"))
    assert stands(chain, SCHOOL, done, "2025-02-01") is MET
    assert stands(chain, SCHOOL, done, "2025-06-11") is LATE
    # Who was late before stays late.
    assert stands(chain, SCHOOL, [drill("2021-06-10")], "2025-02-01") is LATE
    # Made longer it is longer at once.
    assert due(versions(one, three, "2025-01-01"), SCHOOL, done, "2025-02-01") == "2025-06-10"


def test_a_rule_that_is_switched_on_makes_nobody_late_on_its_first_day():
    off = replace(made_rule(**ROLLING), is_on=False)
    chain = versions(off, made_rule(**ROLLING), "2025-03-10")
    assert stands(chain, SCHOOL, [], "2025-03-09") is NOT
    assert due(chain, SCHOOL, [], "2025-03-10") == "2026-03-10"
    in_force = made_rule(shape=Shape.STANDING, within=90)
    chain = versions(replace(in_force, is_on=False), in_force, "2025-03-10")
    assert due(chain, SCHOOL, [], "2025-03-10") == "2025-06-08"
    off = replace(MONTHLY, is_on=False)
    chain = versions(off, MONTHLY, "2025-03-10")
    assert due(chain, SCHOOL, [], "2025-03-10") == "2025-03-31"
    chain = versions(off, MONTHLY, "2025-03-20")
    assert due(chain, SCHOOL, [], "2025-03-20") == "2025-04-30"


@pytest.mark.parametrize("asks", [{"unit": Unit.MONTH}, ROLLING, {"shape": Shape.STANDING}])
def test_a_rule_that_is_switched_off_or_over_asks_for_nothing(asks):
    rule = made_rule(**asks)
    assert stands(rule, SCHOOL, [], "2025-06-15") in {LATE, RISK}
    off = versions(rule, replace(rule, is_on=False), "2025-06-10")
    assert stands(off, SCHOOL, [], "2025-06-15") is NOT
    over = replace(rule, ends_on=date(2025, 6, 9))
    assert stands(over, SCHOOL, [], "2025-06-15") is NOT
    # Months that were closed stay.
    if rule.counts_periods:
        assert closed(off, SCHOOL, [], "2025-06-15")["2025-05-01"].state is LATE


def test_a_reading_switched_from_the_unit_to_each_plan():
    plans = Criteria(frozenset({"plan-issued"}))
    each_plan = replace(MONTHLY, basis=Basis.PLAN, subjects=plans)
    chain = versions(MONTHLY, each_plan, "2025-06-01")
    done = [
        proof("plan-issued", "2024-01-01", plan_id=1),
        proof("plan-issued", "2024-01-01", plan_id=2),
        drill("2025-05-05", plan_id=1),
        drill("2025-06-05", plan_id=1),
    ]
    found = look(chain, SCHOOL, done, "2025-06-30")
    assert [(each.key, each.state(day("2025-06-30"))) for each in found.results] == [
        (1, MET),
        (2, RISK),
    ]
    may = [each for each in found.closed if each.period.first == date(2025, 5, 1)]
    assert [(each.key, each.state) for each in may] == [(0, MET)]
    # What the old reading still owes is looked at again when its month is closed.
    last = look(versions(MONTHLY, each_plan, "2025-06-01"), SCHOOL, [], "2025-06-02")
    (open_month,) = closed(chain, SCHOOL, [], "2025-06-30").keys() & {"2025-05-01"}
    assert open_month not in closed(chain, SCHOOL, [], last.valid_until.isoformat())
    after = date.fromordinal(last.valid_until.toordinal() + 1).isoformat()
    assert open_month in closed(chain, SCHOOL, [], after)


def test_a_deadline_keeps_the_days_of_the_version_its_event_fell_under():
    old = made_rule(shape=Shape.AFTER, within=30, basis=Basis.PLAN)
    old = replace(old, subjects=Criteria(frozenset({"plan-issued"})))
    new = replace(old, asks=replace(old.asks, within=10))
    chain = versions(old, new, "2025-03-01")
    assert due(chain, SCHOOL, [proof("plan-issued", "2025-02-28", plan_id=1)], "2025-03-05") == (
        "2025-03-30"
    )
    assert due(chain, SCHOOL, [proof("plan-issued", "2025-03-01", plan_id=1)], "2025-03-05") == (
        "2025-03-11"
    )


# ---- organisations that open, close, change


def test_an_organisation_opened_in_mid_period():
    early, late = org("school", opened="2025-10-10"), org("school", opened="2025-10-20")
    assert stands(O11, early, [], "2025-10-31") is RISK
    assert stands(O11, early, [], "2025-11-01") is LATE
    # Bound for less than half of the month: the next one is the first.
    assert due(O11, late, [], "2025-10-31") == "2025-11-30"
    assert stands(O11, late, [], "2025-11-01") is SOON
    # The share is that of the school days of January.
    assert due(O11, org("school", opened="2026-01-10"), [], "2026-01-15") == "2026-01-20"
    assert due(O11, org("school", opened="2026-01-12"), [], "2026-01-15") == "2026-02-28"
    assert due(made_rule(**ROLLING), early, [], "2025-10-31") == "2026-10-10"


def test_a_plan_that_came_into_being_in_mid_period():
    each = replace(shipped("O7"), basis=Basis.PLAN)
    works = org("enterprise", nature="enterprise")

    def scheme(on, **rest):
        return proof("plan-issued", on, kind="on-site", plan_id=1, **rest)

    assert due(each, works, [scheme("2025-03-20")], "2025-04-01") == "2025-06-30"
    assert due(each, works, [scheme("2025-05-20")], "2025-06-01") == "2025-12-31"
    assert stands(each, works, [scheme("2025-05-20")], "2025-07-01") is OPEN
    # A new version of it is the same plan, and one that is abolished is owed nothing for.
    both = [scheme("2024-03-20", until="2025-05-19"), scheme("2025-05-20")]
    assert due(each, works, both, "2025-06-01") == "2024-06-30"
    gone = [scheme("2024-03-20", until="2025-05-19"), drill("2024-10-01", plan_id=1)]
    assert stands(each, works, gone, "2025-06-30") is NOT
    assert "2025-01-01" not in closed(each, works, gone, "2025-08-01")


def test_an_organisation_closed_in_mid_period():
    facts = org("school", closed="2025-10-20")
    assert stands(O11, facts, [drill("2025-09-09")], "2025-10-19") is NOT
    assert stands(O11, facts, [], "2025-10-19") is LATE
    assert stands(O11, facts, [], "2025-10-20") is NOT
    assert closed(O11, facts, [], "2025-12-01")["2025-09-01"].state is LATE
    assert "2025-10-01" not in closed(O11, facts, [], "2025-12-01")


def test_a_renamed_unit_goes_on_without_a_break():
    renamed = Facts(
        1,
        [
            Version(LONG_AGO, day("2025-10-16"), "school", {"name": "A"}),
            Version(day("2025-10-16"), None, "school", {"name": "B"}),
        ],
    )
    assert stands(O11, renamed, [drill("2025-10-09")], "2025-10-31") is MET
    assert stands(O11, renamed, [drill("2025-09-09")], "2025-11-01") is LATE
    assert due(made_rule(**ROLLING), renamed, [drill("2025-01-09")], "2025-11-01") == "2026-01-09"


def test_a_merged_unit_owes_nothing_more_and_the_new_one_begins():
    merged = org("school", closed="2025-08-31")
    began = org("school", opened="2025-08-31")
    assert stands(O11, merged, [], "2025-09-30") is NOT
    assert due(O11, began, [], "2025-09-15") == "2025-09-30"


def test_a_unit_that_becomes_another_kind():
    facts = Facts(
        1,
        [
            Version(LONG_AGO, day("2025-10-05"), "kindergarten", {}),
            Version(day("2025-10-05"), None, "school", {}),
        ],
    )
    assert stands(O11, facts, [], "2025-10-04") is NOT
    assert look(O11, facts, [], "2025-10-04").valid_until == date(2025, 10, 4)
    assert stands(O11, facts, [], "2025-11-01") is LATE
    assert stands(shipped("O12"), facts, [], "2025-10-31") is NOT


# ---- working days


def test_make_up_working_days_inside_a_clock_of_20():
    filed = replace(shipped("O3"), starts_on=date(2023, 1, 1))
    county = org("county")
    # National Day 2024: 1 to 7 October off; Sundays 29 September and Saturday 12 October worked.
    issued = [proof("plan-issued", "2024-09-20", kind="overall", plan_id=1)]
    assert due(filed, county, issued, "2024-09-21") == "2024-10-23"
    # National Day 2025: 1 to 8 October off; Sunday 28 September and Saturday 11 October worked.
    issued = [proof("plan-issued", "2025-09-19", kind="overall", plan_id=1)]
    assert due(filed, county, issued, "2025-09-21") == "2025-10-23"
    # A county in a flood has its own days: one off, one worked instead.
    own = {date(2025, 9, 22): DayKind.OFF, date(2025, 10, 18): DayKind.WORK}
    place = Place(WorkCalendar(own), PLACE.seasons)
    found = look(filed, county, issued, "2025-09-21", place=place)
    assert found.results[0].due_on == date(2025, 10, 23)
    own = {date(2025, 9, 22): DayKind.OFF}
    found = look(filed, county, issued, "2025-09-21", place=Place(WorkCalendar(own), PLACE.seasons))
    assert found.results[0].due_on == date(2025, 10, 24)


def test_make_up_days_do_not_matter_to_a_clock_of_days():
    rule = made_rule(shape=Shape.AFTER, within=20, days=Days.CALENDAR, basis=Basis.PLAN)
    rule = replace(rule, subjects=Criteria(frozenset({"plan-issued"})))
    issued = [proof("plan-issued", "2024-09-20", plan_id=1)]
    assert due(rule, SCHOOL, issued, "2024-09-21") == "2024-10-10"


# ---- what is entered


def test_several_drills_on_one_day_are_several():
    twice = made_rule(unit=Unit.MONTH, count=2)
    before = [drill("2025-09-09"), drill("2025-09-09")]
    done = [*before, drill("2025-10-09"), drill("2025-10-09")]
    assert stands(twice, SCHOOL, done, "2025-10-31") is MET
    assert stands(twice, SCHOOL, done[:3], "2025-10-31") is RISK
    result = look(twice, SCHOOL, done, "2025-10-31").results[0]
    assert (result.have, result.need) == (2, 2)
    same_day = made_rule(shape=Shape.AFTER, within=5, basis=Basis.PLAN)
    same_day = replace(same_day, subjects=Criteria(frozenset({"plan-issued"})))
    both = [proof("plan-issued", "2025-10-09", plan_id=1), drill("2025-10-09", plan_id=1)]
    assert stands(same_day, SCHOOL, both, "2025-10-20") is MET


def test_a_drill_entered_late():
    """The closed month keeps what was known; what came in stands beside it with its days."""
    known = [drill("2025-09-09"), drill("2025-11-05")]
    late = drill("2025-10-20", entered="2025-11-17")
    assert stands(O11, SCHOOL, [known[0], late], "2025-11-10") is LATE
    october = closed(O11, SCHOOL, [*known, late], "2025-11-20")["2025-10-01"]
    assert (october.state, october.have, october.late_days) == (LATE, 0, 17)
    assert october.late_proofs == (late.id,)
    # It is no longer late now, and before it was entered it was.
    assert stands(O11, SCHOOL, [known[0], late], "2025-11-16") is LATE
    assert stands(O11, SCHOOL, [known[0], late], "2025-11-17") is SOON
    # Entered before the month is closed it counts as if it had been entered at once.
    early = drill("2025-10-20", entered="2025-11-05")
    october = closed(O11, SCHOOL, [early], "2025-11-20")["2025-10-01"]
    assert (october.state, october.have, october.late_proofs) == (MET, 1, ())


def test_a_return_sent_late_leaves_its_quarter_late():
    works = org("enterprise", nature="enterprise")
    sent = proof("return-sent", "2025-04-17", **{"return": "danger-quarter"})
    first = closed(shipped("O18-quarter"), works, [sent], "2025-05-01")["2025-01-01"]
    assert (first.state, first.late_days) == (LATE, 2)


def test_a_waived_month_is_not_missed():
    june = (waiver("2025-06-10", "2025-06-30"),)
    may = [drill("2025-05-12")]
    assert stands(MONTHLY, SCHOOL, may, "2025-06-09", june) is MET
    assert stands(MONTHLY, SCHOOL, may, "2025-06-30", june) is WAIVED
    assert stands(MONTHLY, SCHOOL, may, "2025-07-01", june) is SOON
    assert closed(MONTHLY, SCHOOL, may, "2025-08-01", june)["2025-06-01"].state is WAIVED
    # A waiver that ends before the month does puts nothing off.
    half = (waiver("2025-06-10", "2025-06-20"),)
    assert stands(MONTHLY, SCHOOL, may, "2025-06-21", half) is SOON
    assert stands(MONTHLY, SCHOOL, may, "2025-07-01", half) is LATE


# ---- one in force, and deadlines


def test_the_last_plan_to_end_is_the_one_that_counts():
    rule = replace(
        made_rule(shape=Shape.STANDING, within=90), counts=Criteria(frozenset({"plan-issued"}))
    )
    stays = proof("plan-issued", "2020-03-01")
    ends = proof("plan-issued", "2023-03-01", until="2025-06-30")
    assert stands(rule, SCHOOL, [stays, ends], "2025-07-01") is MET
    assert look(rule, SCHOOL, [stays, ends], "2025-06-01").results[0].good_until == date.max
    assert stands(rule, SCHOOL, [ends], "2025-07-01") is OPEN
    assert due(rule, SCHOOL, [ends], "2025-07-01") == "2025-09-28"


def test_an_old_plan_is_never_worse_than_none():
    rule = made_rule(shape=Shape.STANDING, within=90, max_age_years=5, starts="2025-01-01")
    rule = replace(rule, counts=Criteria(frozenset({"plan-issued"})))
    old = proof("plan-issued", "2015-03-01")
    assert due(rule, SCHOOL, [], "2025-01-10") == "2025-04-01"
    assert due(rule, SCHOOL, [old], "2025-01-10") == "2025-04-01"
    # Too old it is late, and abolishing it then wins no time.
    gone = proof("plan-issued", "2015-03-01", until="2025-05-01")
    assert stands(rule, SCHOOL, [gone], "2025-05-02") is LATE


def test_a_deadline_of_the_organisation_is_answered_by_anything_that_counts():
    rule = made_rule(shape=Shape.AFTER, within=30)
    rule = replace(rule, subjects=Criteria(frozenset({"revision-triggered"})))
    events = [
        proof("revision-triggered", "2025-03-01", about=("accident", 5)),
        proof("revision-triggered", "2025-03-20", about=("plan", 5)),
    ]
    assert due(rule, SCHOOL, events, "2025-03-25") == "2025-03-31"
    assert stands(rule, SCHOOL, events, "2025-04-01") is LATE
    assert (
        stands(rule, SCHOOL, [*events, drill("2025-03-25", about=("drill", 9))], "2025-04-25")
        is MET
    )
    # What followed the first one only leaves the second owed.
    between = [*events, drill("2025-03-10", about=("drill", 9))]
    assert due(rule, SCHOOL, between, "2025-04-01") == "2025-04-19"


def test_a_deadline_by_kind_of_event():
    rule = made_rule(shape=Shape.AFTER, within=30, basis=Basis.EVENT_TYPE)
    rule = replace(rule, subjects=Criteria(frozenset({"plan-issued"})), event_types=("fire",))
    issued = [
        proof("plan-issued", "2025-03-01", event_type="fire"),
        proof("plan-issued", "2025-03-01", event_type="flood"),
    ]
    found = look(rule, SCHOOL, issued, "2025-03-05").results
    assert [(each.event_type, each.due_on) for each in found] == [("fire", date(2025, 3, 31))]
    assert stands(rule, SCHOOL, [*issued, drill("2025-03-09")], "2025-03-10") is MET


def test_issuing_a_plan_again_does_not_put_off_its_filing():
    issued = [
        proof("plan-issued", "2025-03-03", kind="overall", plan_id=1),
        proof("plan-issued", "2025-05-06", kind="overall", plan_id=1),
    ]
    assert stands(shipped("O3"), org("county"), issued, "2025-05-10") is LATE
    filed = proof("plan-filed", "2025-05-12", plan_id=1)
    assert stands(shipped("O3"), org("county"), [*issued, filed], "2025-05-12") is MET


def test_a_closed_organisation_answers_no_deadline():
    held = [drill("2025-05-12", drill_id=3)]
    assert (
        stands(shipped("O21-gov"), org("county", closed="2025-06-20"), held, "2025-06-19") is LATE
    )
    assert stands(shipped("O21-gov"), org("county", closed="2025-06-20"), held, "2025-06-20") is NOT
