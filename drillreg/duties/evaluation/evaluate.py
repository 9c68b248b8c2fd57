"""One rule, one organisation, one day: the results, and how the closed periods ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from drillreg.duties.evaluation import counting, running
from drillreg.duties.evaluation.results import Closed, Result
from drillreg.duties.evaluation.subjects import subjects_of
from drillreg.duties.facts import Facts, Place, Proof, Waiver
from drillreg.duties.rules import Rule
from drillreg.duties.terms import Shape

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Evaluated:
    """All that a rule says of an organisation on a day, and the last day on which it holds."""

    results: tuple[Result, ...]
    closed: tuple[Closed, ...]
    valid_until: date | None


def evaluate(
    chain: tuple[Rule, ...],
    facts: Facts,
    proofs: Sequence[Proof],
    place: Place,
    waivers: Sequence[Waiver],
    today: date,
    closed_since: date = date.min,
) -> Evaluated:
    """Evaluate the versions of one rule, in order of time, for one organisation on a day.

    `proofs` are those of the organisation that were not struck out, of the kinds the rule reads.
    `closed_since`: periods closed before that day are left out, where nothing came in since.
    """
    mine = [each for each in waivers if each.rule_id == chain[0].id]
    if not any(facts.spans(rule.binds) for rule in chain):
        # Never bound: most rules, of most organisations.
        return Evaluated((), (), _next_change(chain, facts, (), (), today))
    current = running.version_on(chain, today)
    results: list[Result] = []
    closed: list[Closed] = []
    # When a period ends of which no result tells any more, because another version governs.
    ends: list[date] = []
    for alike in _by_basis(chain):
        governs = current if current in alike and current.counts_periods else None
        for subject in subjects_of(governs or alike[-1], proofs, facts, today):
            owed = counting.owed_periods(alike, facts, place, subject, today)
            done = counting.Done(subject, facts, proofs, today)
            closed += counting.closings(owed, done, mine, closed_since)
            ends += [each.closed_on for each in owed if each.closed_on >= today]
            if governs and running.bound_since(governs, facts, subject, today):
                results += counting.stand(alike[-1], owed, done, mine)
    if current is not None and not current.counts_periods:
        results += _running(chain, current, facts, proofs, place, today)
    results = [_waived(each, mine, today) for each in results]
    changes = [each.valid_until for each in results]
    changes += [_next_change(chain, facts, proofs, mine, today), _least(ends)]
    return Evaluated(tuple(results), tuple(closed), _least(changes))


def _by_basis(chain: Sequence[Rule]) -> list[tuple[Rule, ...]]:
    """Return the versions that have the basis of one that counts periods, basis by basis."""
    return [
        tuple(rule for rule in chain if rule.basis is basis)
        for basis in dict.fromkeys(rule.basis for rule in chain if rule.counts_periods)
    ]


def _running(
    chain: tuple[Rule, ...],
    current: Rule,
    facts: Facts,
    proofs: Sequence[Proof],
    place: Place,
    today: date,
) -> list[Result]:
    """Return how duties stand that run from an event or from the last time."""
    if current.asks.shape is Shape.AFTER:
        return running.after(chain, facts, place, proofs, today)
    one = running.standing if current.asks.shape is Shape.STANDING else running.rolling
    found = (
        one(chain, facts, subject, proofs, today)
        for subject in subjects_of(current, proofs, facts, today)
    )
    return [each for each in found if each is not None]


def _waived(result: Result, waivers: Iterable[Waiver], today: date) -> Result:
    days = [
        each.until_on
        for each in waivers
        if each.covers(result.key, result.event_type) and each.from_on <= today <= each.until_on
    ]
    return replace(result, waived_until=max(days)) if days else result


def _next_change(
    chain: Sequence[Rule],
    facts: Facts,
    proofs: Iterable[Proof],
    waivers: Iterable[Waiver],
    today: date,
) -> date | None:
    """Return the last day before a version, a rule, a proof or a waiver begins or ends."""
    days = [rule.starts_on for rule in chain]
    days += [rule.ends_on + ONE_DAY for rule in chain if rule.ends_on is not None]
    days += [each.from_on for each in waivers]
    days += [each.on_date for each in proofs]
    days += [each.until_on + ONE_DAY for each in proofs if each.until_on is not None]
    days += [day for day in (facts.next_change(today),) if day is not None]
    following = [day for day in days if day > today]
    return min(following) - ONE_DAY if following else None


def _least(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
