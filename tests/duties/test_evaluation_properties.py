"""Whatever was done and whenever it is looked at: what an evaluation must never say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drillreg.duties.conditions import Criteria
from drillreg.duties.evaluation.evaluate import Evaluated, evaluate
from drillreg.duties.facts import Facts, Proof, Version, Waiver
from drillreg.duties.states import RANK, State
from drillreg.duties.terms import Anchor, Basis, Days, Shape, Unit, WindowPart
from drillreg.evidence.rules import Grade
from tests.duties.builders import PLACE, made_rule

pytestmark = pytest.mark.one_database
quick = settings(max_examples=60, deadline=None)

FIRST = date(2024, 1, 1)
ONE_DAY = timedelta(days=1)
days = st.integers(0, 1000).map(lambda n: FIRST + timedelta(days=n))
AFTER_DRILLS = Criteria(frozenset({"plan-issued"}))


@st.composite
def proofs_upto(draw, today):
    """Return what was done and entered by a day."""
    found = []
    for at in range(draw(st.integers(0, 8))):
        ago = draw(st.integers(0, 500))
        on = today - timedelta(days=ago)
        until = draw(st.none() | st.integers(0, 800))
        found.append(
            Proof(
                id=at + 1,
                kind=draw(st.sampled_from(["drill-held", "drill-held", "plan-issued"])),
                subject_kind="record",
                subject_id=1,
                on_date=on,
                entered_on=on + timedelta(days=draw(st.integers(0, min(ago, 60)))),
                grade=draw(st.sampled_from(list(Grade))),
                attributes={"plan_id": draw(st.sampled_from([1, 2]))},
                until_on=None if until is None else on + timedelta(days=until),
            )
        )
    return found


def _asks(draw):
    shape = draw(st.sampled_from(["period", "rolling", "standing", "after"]))
    grace = draw(st.sampled_from([0, 0, 10]))
    if shape == "rolling":
        return {
            "anchor": Anchor.ROLLING,
            "unit": draw(st.sampled_from(list(Unit))),
            "count": draw(st.sampled_from([1, 1, 2])),
            "grace": grace,
        }
    if shape == "standing":
        ages = draw(st.sampled_from([None, 1, 2]))
        return {"shape": Shape.STANDING, "within": 60, "max_age_years": ages, "grace": grace}
    if shape == "after":
        within = draw(st.sampled_from([5, 20, 60]))
        return {
            "shape": Shape.AFTER,
            "within": within,
            "days": draw(st.sampled_from(list(Days))),
            "grace": grace,
        }
    return _period_asks(draw, grace)


def _period_asks(draw, grace):
    window = draw(st.sampled_from(["", "", "term", "flood-season"]))
    part = draw(st.sampled_from(list(WindowPart))) if window else WindowPart.DURING
    return {
        "unit": draw(st.sampled_from(list(Unit))),
        "count": draw(st.sampled_from([1, 1, 2])),
        "window": window,
        "window_part": part,
        "grace": grace,
        "afterwards": not window and grace > 0 and draw(st.booleans()),
    }


def _rule(draw, starts, ends=""):
    rule = made_rule(starts=starts, ends=ends, **_asks(draw))
    if rule.asks.shape is Shape.AFTER:
        return replace(
            rule, subjects=AFTER_DRILLS, basis=draw(st.sampled_from([Basis.ORG, Basis.PLAN]))
        )
    if draw(st.booleans()):
        return replace(rule, subjects=AFTER_DRILLS, basis=Basis.PLAN)
    return rule


@st.composite
def chains(draw):
    """Return a rule in one version or two, the second from a day in 2025."""
    change = draw(st.none() | st.integers(0, 300))
    if change is None:
        return (_rule(draw, "2020-01-01"),)
    first = date(2025, 1, 1) + timedelta(days=change)
    old = _rule(draw, "2020-01-01", (first - ONE_DAY).isoformat())
    return (old, _rule(draw, first.isoformat()))


@st.composite
def schools(draw):
    """Return a school that opened, closed or became one on some days, or has always been one."""
    opened = draw(st.none() | days)
    closed = draw(st.none() | st.integers(1, 900))
    became = draw(st.none() | days)
    versions = [Version(date(2000, 1, 1), became, "school" if became is None else "site", {})]
    if became is not None:
        versions.append(Version(became, None, "school", {}))
    return Facts(
        1,
        versions,
        opened_on=opened,
        closed_on=None if closed is None else (opened or FIRST) + timedelta(days=closed),
    )


@st.composite
def worlds(draw):
    """Return a chain, a school, what it did, waivers, and the day that is today."""
    today = draw(days)
    first = today + timedelta(days=draw(st.integers(-300, 300)))
    waiver = Waiver("X1", first, first + timedelta(days=draw(st.integers(0, 200))))
    return (
        draw(chains()),
        draw(schools()),
        draw(proofs_upto(today)),
        [waiver] if draw(st.booleans()) else [],
        today,
    )


def states(found: Evaluated, day: date) -> dict[tuple[int, str], State]:
    """Return what is owed and how it reads on a day."""
    read = {(each.key, each.event_type): each.state(day) for each in found.results}
    assert len(read) == len(found.results)
    return {key: state for key, state in read.items() if state is not State.NOT_APPLICABLE}


@quick
@given(world=worlds(), ahead=st.integers(0, 400))
def test_a_result_reads_on_a_later_day_as_one_that_is_made_then(world, ahead):
    chain, facts, proofs, waivers, today = world
    found = evaluate(chain, facts, proofs, PLACE, waivers, today)
    day = today + timedelta(days=ahead)
    if found.valid_until is not None:
        assert found.valid_until >= today
        day = min(day, found.valid_until)
    anew = evaluate(chain, facts, proofs, PLACE, waivers, day)
    assert states(found, day) == states(anew, day)
    # What is closed long ago is forgotten at the horizon; nothing new is closed in the meantime.
    assert all(each in found.closed for each in anew.closed)


@quick
@given(data=st.data(), today=days, ahead=st.integers(0, 400))
def test_where_nothing_begins_or_ends_a_result_holds_beyond_its_validity(data, today, ahead):
    """A deadline that was kept is dropped after a time; all else goes on."""
    rule = _rule(data.draw, "2020-01-01")
    if rule.counts_periods and not rule.asks.afterwards:
        # What the oldest period took in its grace from the next is not seen beyond the horizon.
        rule = replace(rule, asks=replace(rule.asks, grace=0))
    facts = Facts(1, [Version(date(2000, 1, 1), None, "school", {})])
    proofs = [each._replace(until_on=None) for each in data.draw(proofs_upto(today))]
    day = today + timedelta(days=ahead)
    found = states(evaluate((rule,), facts, proofs, PLACE, [], today), day)
    anew = states(evaluate((rule,), facts, proofs, PLACE, [], day), day)
    if rule.asks.shape is Shape.AFTER:
        found = {key: state for key, state in found.items() if key in anew or state != State.MET}
    assert found == anew


def worst(found: Evaluated, day: date) -> int:
    """Return the rank of how a thing stands; what is not owed cannot be worse."""
    return min((RANK[each] for each in states(found, day).values()), default=len(RANK))


@quick
@given(data=st.data(), today=days, facts=schools())
def test_more_done_is_never_worse_and_less_never_better(data, today, facts):
    """Of one rule that counts by organisation, in any shape but a deadline that an event begins."""
    rule = made_rule(**_asks(data.draw))
    if rule.asks.shape is Shape.AFTER:
        return
    proofs = data.draw(proofs_upto(today))
    without = evaluate((rule,), facts, proofs[1:], PLACE, [], today)
    full = evaluate((rule,), facts, proofs, PLACE, [], today)
    assert worst(full, today) >= worst(without, today)
    for one, other in zip(without.closed, full.closed, strict=True):
        assert RANK[other.state] >= RANK[one.state]


@quick
@given(world=worlds())
def test_nothing_reads_met_without_proof(world):
    chain, facts, proofs, waivers, today = world
    found = evaluate(chain, facts, proofs, PLACE, waivers, today)
    known = {each.id for each in proofs if each.kind == "drill-held" and each.entered_on <= today}
    for each in found.results:
        assert set(each.proofs) <= known
        if each.state(today) is State.MET and each.have < each.need:
            # The next period is not to be done yet, and the one before it was.
            asks = each.rule.asks
            assert today < each.period.first or (asks.afterwards and today <= each.period.last)
            assert known
    for closed in found.closed:
        assert closed.state is not State.MET or len(set(closed.proofs)) >= closed.need


@quick
@given(world=worlds(), ahead=st.integers(0, 400))
def test_what_was_never_done_never_reads_met(world, ahead):
    chain, facts, proofs, waivers, today = world
    events = [each for each in proofs if each.kind == "plan-issued"]
    found = evaluate(chain, facts, events, PLACE, waivers, today)
    for each in found.results:
        assert each.state(today + timedelta(days=ahead)) is not State.MET
    assert all(each.state is not State.MET for each in found.closed)


@quick
@given(world=worlds(), data=st.data())
def test_the_order_of_proofs_does_not_matter(world, data):
    chain, facts, proofs, waivers, today = world
    mixed = data.draw(st.permutations(proofs))
    assert evaluate(chain, facts, mixed, PLACE, waivers, today) == evaluate(
        chain, facts, proofs, PLACE, waivers, today
    )


@quick
@given(world=worlds())
def test_what_is_entered_later_is_not_known_earlier(world):
    chain, facts, proofs, waivers, today = world
    later = [each._replace(entered_on=today + ONE_DAY) for each in proofs]
    assert states(evaluate(chain, facts, later, PLACE, waivers, today), today) == states(
        evaluate(chain, facts, [], PLACE, waivers, today), today
    )
