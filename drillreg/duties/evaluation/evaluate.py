"""One rule, one organisation, one day: the results, and how the closed periods ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from drillreg.duties.evaluation import counting, running
from drillreg.duties.evaluation.results import Closed, Result
from drillreg.duties.evaluation.subjects import subjects_of
from drillreg.duties.facts import Facts, Place, Proof, Waiver
from drillreg.duties.rules import Rule
from drillreg.duties.terms import Anchor, Shape

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
) -> Evaluated:
    """Evaluate the versions of one rule, in order of time, for one organisation on a day.

    `proofs` are those of the organisation that were not struck out, of the kinds the rule reads.
    """
    mine = [each for each in waivers if each.rule_id == chain[0].id]
    newest = running.version_on(chain, today) or chain[-1]
    closed: list[Closed] = []
    if newest.asks.shape is Shape.AFTER:
        results = running.after(chain, facts, place, proofs, today)
    else:
        results = []
        for subject in subjects_of(newest, proofs, facts, today):
            if newest.asks.shape is Shape.STANDING:
                found = running.standing(chain, facts, subject, proofs, today)
            elif newest.asks.anchor is Anchor.ROLLING:
                found = running.rolling(chain, facts, subject, proofs, today)
            else:
                closed += counting.closings(chain, facts, place, subject, proofs, mine, today)
                found = (
                    counting.stand(chain, facts, place, subject, proofs, today)
                    if running.bound_since(newest, facts, subject, today) is not None
                    else None
                )
            if found is not None:
                results.append(found)
    results = [_waived(each, mine, today) for each in results]
    changes = [each.valid_until for each in results]
    changes += [_next_change(chain, facts, mine, today)]
    return Evaluated(tuple(results), tuple(closed), _least(changes))


def _waived(result: Result, waivers: Iterable[Waiver], today: date) -> Result:
    days = [
        each.until_on
        for each in waivers
        if each.covers(result.key, result.event_type) and each.from_on <= today <= each.until_on
    ]
    return replace(result, waived_until=max(days)) if days else result


def _next_change(
    chain: Sequence[Rule], facts: Facts, waivers: Iterable[Waiver], today: date
) -> date | None:
    """Return the last day before a version, a rule or a waiver begins or ends."""
    days = [rule.starts_on for rule in chain]
    days += [rule.ends_on + ONE_DAY for rule in chain if rule.ends_on is not None]
    days += [each.from_on for each in waivers]
    days += [day for day in (facts.next_change(today),) if day is not None]
    following = [day for day in days if day > today]
    return min(following) - ONE_DAY if following else None


def _least(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
