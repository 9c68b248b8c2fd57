"""Rules that ask for so many within each period of the calendar, and how closed periods ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from drillreg.duties.evaluation.periods import around
from drillreg.duties.evaluation.results import Closed, Result, least_grade
from drillreg.duties.evaluation.subjects import Subject, proofs_for
from drillreg.duties.facts import Facts, Place, Proof, Waiver
from drillreg.duties.rules import Rule
from drillreg.duties.states import FAR, State
from drillreg.workdays.seasons import Span

ONE_DAY = timedelta(days=1)
# Days after its end and grace on which a period is closed: what is known then stays.
CLOSING_DAYS = 5


@dataclass(frozen=True)
class Owed:
    """A period in which something is owed, and the version of the rule that holds in it."""

    period: Span
    rule: Rule

    @property
    def due_on(self) -> date:
        """The last day, grace counted."""
        return self.period.last + timedelta(days=self.rule.asks.grace)

    @property
    def closed_on(self) -> date:
        """The day at whose end the period is closed."""
        return self.due_on + timedelta(days=CLOSING_DAYS)


@lru_cache(maxsize=4096)
def governed(chain: tuple[Rule, ...], place: Place, today: date) -> tuple[Owed, ...]:
    """Return the periods around a day, each with the version that governs it.

    A version governs its periods from the first one it holds in for long enough (`least_share`);
    until that one begins, the version before it goes on.
    """
    found: list[Owed] = []
    for rule in chain:
        if not rule.is_on:
            begins: date | None = rule.starts_on
            mine: list[Owed] = []
        else:
            mine = [Owed(period, rule) for period in around(rule.asks, place, today)]
            mine = [each for each in mine if _holds_in(rule, each.period)]
            begins = mine[0].period.first if mine else None
        if begins is not None:
            found = [each for each in found if each.period.last < begins]
        found += mine
    return tuple(found)


def _holds_in(rule: Rule, period: Span) -> bool:
    if rule.ends_on is not None and period.last > rule.ends_on:
        return False
    return _share(period, rule.starts_on, None) >= rule.asks.least_share


def _share(period: Span, first: date, end: date | None) -> float:
    """Return the share of a period's days that lie in a half-open span."""
    last = period.last if end is None else min(period.last, end - ONE_DAY)
    days = (last - max(first, period.first)).days + 1
    return max(0, days) / ((period.last - period.first).days + 1)


def owed_periods(
    chain: tuple[Rule, ...], facts: Facts, place: Place, subject: Subject, today: date
) -> list[Owed]:
    """Return the periods in which an organisation owes something for a subject, in order.

    It must be bound on the last day, and for `least_share` of the period.
    """
    spans = {id(rule): subject.clip(facts.spans(rule.binds)) for rule in chain}
    horizon = chain[-1].horizon(today)
    return [
        each
        for each in governed(chain, place, today)
        if each.period.first >= horizon and _bound_in(each, spans[id(each.rule)])
    ]


def _bound_in(owed: Owed, spans: Iterable[tuple[date, date | None]]) -> bool:
    last = owed.period.last
    return any(
        first <= last
        and (end is None or last < end)
        and _share(owed.period, first, end) >= owed.rule.asks.least_share
        for first, end in spans
    )


def _inside(proofs: Iterable[Proof], period: Span) -> list[Proof]:
    return [each for each in proofs if period.holds(each.on_date)]


def stand(
    chain: tuple[Rule, ...],
    facts: Facts,
    place: Place,
    subject: Subject,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    """Return how a counted duty stands; None where nothing is or was owed."""
    owed = owed_periods(chain, facts, place, subject, today)
    past = [each for each in owed if each.due_on < today]
    coming = [each for each in owed if each.due_on >= today]
    org = facts.attributes_on(today)
    done = {
        id(rule): [
            each for each in proofs_for(rule, subject, proofs, org, today) if each.on_date <= today
        ]
        for rule in {id(each.rule): each.rule for each in owed}.values()
    }
    missed = _missed_in_a_row(past, done)
    if not coming:
        return _last_one(past[-1], missed, done, subject) if past else None
    now = coming[0]
    inside = _inside(done[id(now.rule)], now.period)
    need = now.rule.asks.count
    found = Result(
        rule=now.rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=now.period.first - ONE_DAY if past else None,
        due_on=now.due_on,
        have=len(inside),
        need=need,
        proofs=tuple(each.id for each in inside),
        grade=least_grade(inside, need),
        period=now.period,
        valid_until=now.due_on,
    )
    if len(inside) >= need:
        after = coming[1] if len(coming) > 1 else None
        return replace(
            found,
            good_until=after.period.first - ONE_DAY if after else FAR,
            due_on=after.due_on if after else FAR,
        )
    if missed:
        return replace(found, good_until=None, due_on=missed[0].due_on)
    return found


def _missed_in_a_row(past: Sequence[Owed], done: dict[int, list[Proof]]) -> list[Owed]:
    """Return the last periods in which too little was done, back to the last good one."""
    missed: list[Owed] = []
    for each in reversed(past):
        if len(_inside(done[id(each.rule)], each.period)) >= each.rule.asks.count:
            break
        missed.insert(0, each)
    return missed


def _last_one(
    last: Owed, missed: Sequence[Owed], done: dict[int, list[Proof]], subject: Subject
) -> Result:
    """Return how a duty stands of which nothing more is to come."""
    inside = _inside(done[id(last.rule)], last.period)
    return Result(
        rule=last.rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=None if missed else FAR,
        due_on=missed[0].due_on if missed else FAR,
        have=len(inside),
        need=last.rule.asks.count,
        proofs=tuple(each.id for each in inside),
        grade=least_grade(inside, last.rule.asks.count),
        period=last.period,
    )


def closings(
    chain: tuple[Rule, ...],
    facts: Facts,
    place: Place,
    subject: Subject,
    proofs: Sequence[Proof],
    waivers: Sequence[Waiver],
    today: date,
) -> Iterator[Closed]:
    """Yield how each period ended that is closed by a day, with what became known later beside."""
    for each in owed_periods(chain, facts, place, subject, today):
        if each.closed_on < today:
            yield _closed(each, facts, subject, proofs, waivers, today)


def _closed(
    owed: Owed,
    facts: Facts,
    subject: Subject,
    proofs: Sequence[Proof],
    waivers: Sequence[Waiver],
    today: date,
) -> Closed:
    rule, period = owed.rule, owed.period
    org = facts.attributes_on(period.last)
    known = _inside(proofs_for(rule, subject, proofs, org, owed.closed_on), period)
    now = _inside(proofs_for(rule, subject, proofs, org, today), period)
    late = [each for each in now if each.entered_on > owed.closed_on]
    waived = any(
        each.covers(subject.key, subject.event_type)
        and each.from_on <= period.last <= each.until_on
        for each in waivers
    )
    met = len(known) >= rule.asks.count
    state = State.MET if met else State.WAIVED if waived else State.BREACHED
    return Closed(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        period=period,
        state=state,
        have=len(known),
        need=rule.asks.count,
        proofs=tuple(each.id for each in known),
        grade=least_grade(known, rule.asks.count),
        closed_on=owed.closed_on,
        late_proofs=tuple(each.id for each in late),
        late_days=max(((each.entered_on - period.last).days for each in late), default=0),
    )
