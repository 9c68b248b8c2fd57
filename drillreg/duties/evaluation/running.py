"""Rules that run from an event or from the last time: rolling periods, one in force, a deadline."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from drillreg.duties.evaluation.periods import add_months
from drillreg.duties.evaluation.results import Result, least_grade
from drillreg.duties.evaluation.subjects import Subject, proofs_for
from drillreg.duties.facts import Facts, Place, Proof, counted, keys_of
from drillreg.duties.rules import Rule
from drillreg.duties.states import FAR
from drillreg.duties.terms import KEYS, Basis, Days

ONE_DAY = timedelta(days=1)
# A deadline that was kept stays in sight for a year.
KEPT_DAYS = 400


def version_on(chain: Sequence[Rule], today: date) -> Rule | None:
    """Return the version of a rule that is in force and on."""
    for rule in chain:
        if rule.starts_on <= today and (rule.ends_on is None or today <= rule.ends_on):
            return rule if rule.is_on else None
    return None


def bound_since(rule: Rule, facts: Facts, subject: Subject, today: date) -> date | None:
    """Return the day since which an organisation is bound without a break; None when it is not."""
    for first, end in subject.clip(facts.spans(rule.binds)):
        if first <= today and (end is None or today < end):
            return first
    return None


def _holding(
    chain: Sequence[Rule], facts: Facts, subject: Subject, today: date
) -> tuple[Rule, date] | None:
    """Return the version that holds and since when it binds; nobody is bound before the rule is."""
    rule = version_on(chain, today)
    if rule is None:
        return None
    since = bound_since(rule, facts, subject, today)
    return None if since is None else (rule, max(since, chain[0].starts_on))


def rolling(
    chain: Sequence[Rule],
    facts: Facts,
    subject: Subject,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    """Return how a duty stands that comes round so many months after the last time."""
    holding = _holding(chain, facts, subject, today)
    if holding is None:
        return None
    rule, since = holding
    org = facts.attributes_on(today)
    done = [each for each in proofs_for(rule, subject, proofs, org, today) if each.on_date <= today]
    done.sort(key=lambda each: (each.on_date, each.id))
    need = rule.asks.count
    grace = timedelta(days=rule.asks.grace)
    starts = done[-need].on_date if len(done) >= need else since
    due_on = _not_at_once(chain, rule, starts, today) + grace
    last = done[-need:]
    return Result(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=due_on if len(done) >= need else None,
        due_on=due_on,
        have=min(len(done), need),
        need=need,
        proofs=tuple(each.id for each in last),
        grade=least_grade(last, need),
        since=starts,
    )


def _not_at_once(chain: Sequence[Rule], rule: Rule, starts: date, today: date) -> date:
    """Return the day something is due; a period made shorter makes nobody late on its first day."""
    due_on = add_months(starts, rule.asks.months)
    before = [each for each in chain if each.is_on and each.starts_on < rule.starts_on]
    if not before:
        return due_on
    old = add_months(starts, before[-1].asks.months)
    return max(due_on, min(old, add_months(rule.starts_on, rule.asks.months)))


def standing(
    chain: Sequence[Rule],
    facts: Facts,
    subject: Subject,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    """Return how a duty stands to have something in force."""
    holding = _holding(chain, facts, subject, today)
    if holding is None:
        return None
    rule, since = holding
    org = facts.attributes_on(today)
    found = proofs_for(rule, subject, proofs, org, today)
    now = [each for each in found if each.stands_on(today)]
    now.sort(key=lambda each: (each.on_date, each.id))
    ended = [each.until_on + ONE_DAY for each in found if each.until_on and each.until_on < today]
    age = rule.asks.max_age_years
    grace = timedelta(days=rule.asks.grace)
    good_until: date | None = None
    due_on = max([since, *ended]) + timedelta(days=rule.asks.within) + grace
    if now:
        ages = FAR if age is None else add_months(now[-1].on_date, 12 * age) + grace
        ends = FAR if now[-1].until_on is None else now[-1].until_on
        good_until = due_on = min(ages, ends)
        if ends < ages:
            due_on = ends + timedelta(days=rule.asks.within) + grace
    return Result(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=good_until,
        due_on=due_on,
        have=len(now[-1:]),
        need=1,
        proofs=tuple(each.id for each in now[-1:]),
        grade=now[-1].grade if now else None,
        since=now[-1].on_date if now else since,
    )


def after(
    chain: Sequence[Rule], facts: Facts, place: Place, proofs: Sequence[Proof], today: date
) -> list[Result]:
    """Return how deadlines stand that run from events; of one record the newest event counts."""
    newest: dict[int, tuple[Proof, Rule]] = {}
    for proof in sorted(proofs, key=lambda each: (each.on_date, each.id)):
        rule = version_on(chain, proof.on_date)
        if rule is None or rule.subjects is None or proof.on_date > today:
            continue
        org = facts.attributes_on(proof.on_date)
        if counted([proof], rule.subjects, org, today) and _bound_on(rule, facts, proof.on_date):
            for key in _event_keys(rule, proof):
                newest[key] = (proof, rule)
    found = (
        _deadline(rule, key, event, facts, place, proofs, today)
        for key, (event, rule) in sorted(newest.items())
    )
    return [each for each in found if each is not None]


def _bound_on(rule: Rule, facts: Facts, day: date) -> bool:
    return bound_since(rule, facts, Subject(), day) is not None


def _event_keys(rule: Rule, event: Proof) -> tuple[int, ...]:
    if rule.basis is Basis.ORG:
        return (event.subject_id,)
    return keys_of(event, KEYS[rule.basis])


def _deadline(
    rule: Rule,
    key: int,
    event: Proof,
    facts: Facts,
    place: Place,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    asks = rule.asks
    if facts.closed_on is not None and facts.closed_on <= today:
        return None
    if event.until_on is not None and event.until_on < today:
        return None
    if asks.days is Days.WORKING:
        due_on = place.calendar.add_working_days(event.on_date, asks.within)
    else:
        due_on = event.on_date + timedelta(days=asks.within)
    due_on += timedelta(days=asks.grace)
    subject = Subject(key, str(event.attributes.get("event_type") or ""))
    org = facts.attributes_on(today)
    done = [
        each
        for each in _answers(rule, subject, proofs, event, org, today)
        if event.on_date <= each.on_date <= today and each.id != event.id
    ]
    done.sort(key=lambda each: (each.on_date, each.id))
    first = done[asks.count - 1] if len(done) >= asks.count else None
    keeps = event.on_date + timedelta(days=KEPT_DAYS)
    if first is not None and keeps < today:
        return None
    return Result(
        rule=rule,
        key=key,
        event_type=subject.event_type,
        good_until=FAR if first else None,
        due_on=FAR if first else due_on,
        have=min(len(done), asks.count),
        need=asks.count,
        proofs=tuple(each.id for each in done[: asks.count]),
        grade=least_grade(done, asks.count),
        since=event.on_date,
        late_days=max(0, (first.on_date - due_on).days) if first else 0,
        valid_until=keeps if first else None,
    )


def _answers(
    rule: Rule,
    subject: Subject,
    proofs: Sequence[Proof],
    event: Proof,
    org: Mapping[str, Any],
    today: date,
) -> list[Proof]:
    found = counted(proofs, rule.counts, org, today)
    if rule.basis is Basis.ORG:
        return [
            each
            for each in found
            if (each.subject_kind, each.subject_id) == (event.subject_kind, event.subject_id)
            or each.attributes.get("event_id") == event.subject_id
        ]
    name = KEYS[rule.basis]
    return [each for each in found if subject.key in keys_of(each, name)]
