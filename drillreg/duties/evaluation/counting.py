"""Rules that ask for so many within each period of the calendar, and how closed periods ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any

from drillreg.duties.evaluation.periods import add_months, around, grid
from drillreg.duties.evaluation.results import Closed, Result, least_grade
from drillreg.duties.evaluation.subjects import Subject, by_day, proofs_for
from drillreg.duties.facts import Facts, Place, Proof, Waiver
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.workdays.seasons import Span

ONE_DAY = timedelta(days=1)
# Days after its end and grace on which a period is closed: what is known then stays.
CLOSING_DAYS = 5


@dataclass(frozen=True, eq=False)
class Owed:
    """A period in which something is owed, and the version of the rule that holds in it."""

    period: Span
    rule: Rule

    @cached_property
    def counts_in(self) -> Span:
        """The days on which what is done counts for the period."""
        if not self.rule.asks.afterwards:
            return self.period
        first = self.period.last + ONE_DAY
        return Span(first, add_months(first, self.rule.asks.months) - ONE_DAY)

    @cached_property
    def due_on(self) -> date:
        """The last day, grace counted."""
        return self.period.last + timedelta(days=self.rule.asks.grace)

    @cached_property
    def closed_on(self) -> date:
        """The day at whose end the period is closed."""
        return self.due_on + timedelta(days=CLOSING_DAYS)


@dataclass(frozen=True)
class Share:
    """What was done for a period."""

    owed: Owed
    proofs: Sequence[Proof]

    @property
    def is_short(self) -> bool:
        """Whether less was done than is asked."""
        return len(self.proofs) < self.owed.rule.asks.count


@lru_cache(maxsize=4096)
def governed(chain: tuple[Rule, ...], place: Place, today: date) -> tuple[Owed, ...]:
    """Return the periods around a day, each with the version that governs it.

    A version governs its periods from the first one it holds in for long enough (`least_share`);
    until that one begins, the period in which the version before it ended goes on, unless less is
    asked now. What was over before a version began stays as it was.
    """
    found: list[Owed] = []
    for at, rule in enumerate(chain):
        following = chain[at + 1] if at + 1 < len(chain) else None
        mine = _own(rule, following, place, today) if rule.counts_periods else []
        if mine or not rule.counts_periods:
            begins = max(mine[0].period.first if mine else rule.starts_on, rule.starts_on)
            found = [each for each in found if each.period.last < begins]
        found += mine
    return tuple(found)


def _own(rule: Rule, following: Rule | None, place: Place, today: date) -> list[Owed]:
    """Return the periods in which a version holds for long enough."""
    last_start, last_end = date.max, date.max
    if rule.ends_on is not None:
        goes_on = following is not None and _asks_no_less(following, rule)
        last_start, last_end = rule.ends_on, date.max if goes_on else rule.ends_on
    return [
        Owed(period, rule)
        for period in around(rule.asks, place, today)
        if period.first <= last_start
        and period.last <= last_end
        and _share(period, rule.starts_on, None) >= rule.asks.least_share
    ]


def _asks_no_less(new: Rule, old: Rule) -> bool:
    """Say whether a version that follows another asks for as much, or for more."""
    if not (new.follows(old) and new.counts_periods):
        return False
    return new.asks.count * old.asks.months >= old.asks.count * new.asks.months


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
        and (
            first <= owed.period.first
            or _share(owed.period, first, end) >= owed.rule.asks.least_share
        )
        for first, end in spans
    )


def shared_out(owed: Iterable[Owed], done: Mapping[int, Sequence[Proof]]) -> list[Share]:
    """Return what was done for each period; `done` has the proofs of each version by date.

    What was done in the grace of a period that is still short counts for it, and not again for
    the next.
    """
    found: list[Share] = []
    used: set[int] = set()
    for each in owed:
        days, asks = each.counts_in, each.rule.asks
        mine = [
            proof
            for proof in done[id(each.rule)]
            if days.first <= proof.on_date <= days.last and proof.id not in used
        ]
        if asks.grace and not asks.afterwards and len(mine) < asks.count:
            in_grace = [
                proof
                for proof in done[id(each.rule)]
                if days.last < proof.on_date <= each.due_on and proof.id not in used
            ][: asks.count - len(mine)]
            used.update(proof.id for proof in in_grace)
            mine += in_grace
        found.append(Share(each, mine))
    return found


def _is_waived(owed: Owed, subject: Subject, waivers: Iterable[Waiver]) -> bool:
    return any(
        each.covers(subject.key, subject.event_type)
        and each.from_on <= owed.period.last <= each.until_on
        for each in waivers
    )


class Done:
    """What counts for a subject by the versions of a rule; looked for once for each."""

    def __init__(
        self, subject: Subject, facts: Facts, proofs: Sequence[Proof], today: date
    ) -> None:
        self.subject, self.facts, self.proofs, self.today = subject, facts, proofs, today
        self._found: dict[tuple[int, int], list[Proof]] = {}

    def by(self, owed: Iterable[Owed], day: date) -> dict[int, Sequence[Proof]]:
        """Return what counts by the versions that govern some periods, as of a day."""
        org = self.facts.attributes_on(day)
        return {id(each.rule): self._counted(each.rule, org) for each in owed}

    def _counted(self, rule: Rule, org: Mapping[str, Any]) -> list[Proof]:
        key = (id(rule), id(org))
        if key not in self._found:
            found = proofs_for(rule, self.subject, self.proofs, org, self.today)
            self._found[key] = by_day(found, self.today)
        return self._found[key]


def stand(rule: Rule, owed: Sequence[Owed], done: Done, waivers: Sequence[Waiver]) -> list[Result]:
    """Return how a counted duty stands; nothing where nothing is or was owed.

    `rule`: the last version, by whose horizon the periods were chosen. A period whose last day is
    waived is not missed, and nothing has to be done for it.
    """
    if not owed:
        return []
    subject, today = done.subject, done.today
    every = shared_out(owed, done.by(owed, today))
    shares = [
        each for each in every if not (each.is_short and _is_waived(each.owed, subject, waivers))
    ] or every
    past = [each for each in shares if each.owed.due_on < today]
    coming = [each for each in shares if each.owed.due_on >= today]
    found = _coming(past, coming, subject, today) if coming else _over(past, subject)
    return [replace(found, valid_until=_holds_until(owed, rule, today))]


def _holds_until(owed: Iterable[Owed], rule: Rule, today: date) -> date:
    """Return the next day at whose end a period is due or closed, or the calendar's own is over."""
    days = (day for each in owed for day in (each.due_on, each.closed_on) if day >= today)
    return min((*days, grid(today, rule.asks.months).last))


def _coming(
    past: Sequence[Share], coming: Sequence[Share], subject: Subject, today: date
) -> Result:
    """Return how a duty stands of which a period is still to end."""
    full = list(takewhile(lambda each: not each.is_short, coming))
    short = coming[len(full)].owed if len(full) < len(coming) else None
    missed = _missed_in_a_row(past)
    if short is None:
        return replace(_told(full[-1], subject), good_until=full[-1].owed.due_on)
    has_begun = short.counts_in.first <= today
    found = _told(full[-1] if full and not has_begun else coming[len(full)], subject)
    if missed and not full:
        return replace(found, due_on=missed[0].owed.due_on)
    good_until = short.counts_in.first - ONE_DAY if full or past else None
    return replace(found, good_until=good_until, due_on=short.due_on)


def _over(past: Sequence[Share], subject: Subject) -> Result:
    """Return how a duty stands of which nothing more is to come: late, or no longer owed."""
    missed = _missed_in_a_row(past)
    return replace(_told(past[-1], subject), due_on=missed[0].owed.due_on if missed else None)


def _told(share: Share, subject: Subject) -> Result:
    """Return a result that tells what was done for a period, without its dates."""
    need = share.owed.rule.asks.count
    return Result(
        rule=share.owed.rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=None,
        due_on=None,
        have=len(share.proofs),
        need=need,
        proofs=tuple(each.id for each in share.proofs),
        grade=least_grade(share.proofs, need),
        period=share.owed.period,
    )


def _missed_in_a_row(past: Sequence[Share]) -> list[Share]:
    """Return the last periods in which too little was done, back to the last good one."""
    return list(takewhile(lambda each: each.is_short, reversed(past)))[::-1]


def closings(
    owed: Sequence[Owed], done: Done, waivers: Sequence[Waiver], since: date = date.min
) -> Iterator[Closed]:
    """Yield how each period ended that is closed by a day, with what became known later beside.

    `since`: the day as of which the periods closed before it were written.
    """
    for at, each in enumerate(owed):
        if since <= each.closed_on < done.today:
            # Only a period with grace can take something from the one after it.
            until_it = owed[0 if each.rule.asks.grace else at : at + 1]
            yield _closed(until_it, done.by(until_it, each.period.last), done.subject, waivers)


def _closed(
    owed: Sequence[Owed],
    done: Mapping[int, Sequence[Proof]],
    subject: Subject,
    waivers: Sequence[Waiver],
) -> Closed:
    """Return how the last of some periods ended."""
    last = owed[-1]
    known = {
        key: [each for each in proofs if each.entered_on <= last.closed_on]
        for key, proofs in done.items()
    }
    in_time = [each for each in shared_out(owed, known)[-1].proofs if each.on_date <= last.due_on]
    now = shared_out(owed, done)[-1].proofs
    late = [each for each in now if each.entered_on > last.closed_on or each.on_date > last.due_on]
    need = last.rule.asks.count
    state = State.WAIVED if _is_waived(last, subject, waivers) else State.BREACHED
    return Closed(
        rule=last.rule,
        key=subject.key,
        event_type=subject.event_type,
        period=last.period,
        state=State.MET if len(in_time) >= need else state,
        have=len(in_time),
        need=need,
        proofs=tuple(each.id for each in in_time),
        grade=least_grade(in_time, need),
        closed_on=last.closed_on,
        late_proofs=tuple(each.id for each in late),
        late_days=max(((each.entered_on - last.due_on).days for each in late), default=0),
    )
