"""Rules that run from an event or from the last time: rolling periods, one in force, a deadline."""

from collections.abc import Sequence
from datetime import date, timedelta

from drillreg.duties.evaluation.periods import add_months
from drillreg.duties.evaluation.results import Result, least_grade
from drillreg.duties.evaluation.subjects import Subject, about, by_day, proofs_for
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


def _before(chain: Sequence[Rule], rule: Rule) -> Rule | None:
    """Return the version that a version took the place of, None where nothing was owed before."""
    return next((each for each in chain if rule.follows(each)), None)


def _in_force_since(chain: Sequence[Rule], rule: Rule) -> date:
    """Return the day since which a rule has been in force, through all its versions."""
    before = _before(chain, rule)
    return rule.starts_on if before is None else _in_force_since(chain, before)


def _holding(
    chain: Sequence[Rule], facts: Facts, subject: Subject, today: date
) -> tuple[Rule, date] | None:
    """Return the version that holds and since when it binds; nobody is bound before the rule is."""
    rule = version_on(chain, today)
    if rule is None:
        return None
    since = bound_since(rule, facts, subject, today)
    return None if since is None else (rule, max(since, _in_force_since(chain, rule)))


def rolling(
    chain: Sequence[Rule],
    facts: Facts,
    subject: Subject,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    """Return how a duty stands that comes round so many months after the last time.

    What was done before the organisation was bound does not make it late sooner.
    """
    holding = _holding(chain, facts, subject, today)
    if holding is None:
        return None
    rule, since = holding
    org = facts.attributes_on(today)
    done = by_day(proofs_for(rule, subject, proofs, org, today), today)
    need = rule.asks.count
    grace = timedelta(days=rule.asks.grace)
    starts = done[-need].on_date if len(done) >= need else None
    good_until = None if starts is None else _comes_round(chain, rule, starts) + grace
    due_on = _comes_round(chain, rule, since) + grace
    last = done[-need:]
    return Result(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=good_until,
        due_on=due_on if good_until is None else max(good_until, due_on),
        have=len(last),
        need=need,
        proofs=tuple(each.id for each in last),
        grade=least_grade(last, need),
        since=starts or since,
    )


def _comes_round(chain: Sequence[Rule], rule: Rule, starts: date) -> date:
    """Return the day something is due; a period made shorter makes nobody late on its first day."""
    due_on = add_months(starts, rule.asks.months)
    before = _before(chain, rule)
    if before is None:
        return due_on
    old = _comes_round(chain, before, starts)
    return max(due_on, min(old, add_months(rule.starts_on, rule.asks.months)))


def standing(
    chain: Sequence[Rule],
    facts: Facts,
    subject: Subject,
    proofs: Sequence[Proof],
    today: date,
) -> Result | None:
    """Return how a duty stands to have something in force.

    Who comes to be bound, or loses what was in force, has `within` days; who lets it grow too old
    has none.
    """
    holding = _holding(chain, facts, subject, today)
    if holding is None:
        return None
    rule, since = holding
    org = facts.attributes_on(today)
    within = timedelta(days=rule.asks.within + rule.asks.grace)
    good_until: date | None = None
    due_on = since + within
    now: list[tuple[date, Proof]] = []
    for proof in by_day(proofs_for(rule, subject, proofs, org, today), today):
        ages = _too_old(chain, rule, proof.on_date)
        ends = min(ages, proof.until_on or FAR)
        good_until = max(good_until or ends, ends)
        due_on = max(due_on, ends if ends == ages else ends + within)
        if proof.stands_on(today):
            now.append((ends, proof))
    best = max(now, key=lambda each: (each[0], each[1].on_date, each[1].id))[1] if now else None
    return Result(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=good_until,
        due_on=due_on,
        have=1 if best else 0,
        need=1,
        proofs=(best.id,) if best else (),
        grade=best.grade if best else None,
        since=best.on_date if best else since,
    )


def _too_old(chain: Sequence[Rule], rule: Rule, made: date) -> date:
    """Return the last day before something is too old; as for periods, nobody is late at once."""
    age = rule.asks.max_age_years
    if age is None:
        return FAR
    due_on = add_months(made, 12 * age) + timedelta(days=rule.asks.grace)
    before = _before(chain, rule)
    if before is None:
        return due_on
    old = _too_old(chain, before, made)
    first = rule.starts_on + timedelta(days=rule.asks.within + rule.asks.grace)
    return max(due_on, min(old, first))


def after(
    chain: Sequence[Rule], facts: Facts, place: Place, proofs: Sequence[Proof], today: date
) -> list[Result]:
    """Return how deadlines stand that run from events.

    Of one record the first event that nothing followed counts, else the newest: what comes later
    does not put off what is owed.
    """
    if facts.closed_on is not None and facts.closed_on <= today:
        return []
    org = facts.attributes_on(today)
    answers: dict[int, list[Proof]] = {}
    found: dict[tuple[int, str], list[Result]] = {}
    for event in by_day(proofs, today):
        rule = version_on(chain, event.on_date)
        if rule is None or not _begins(rule, event, facts, today):
            continue
        if id(rule) not in answers:
            answers[id(rule)] = by_day(counted(proofs, rule.counts, org, today), today)
        for subject in _subjects(rule, event):
            # The kind of event only tells what a record is about.
            key = (subject.key, "" if subject.key else subject.event_type)
            mine = found.setdefault(key, [])
            mine.append(_deadline(rule, subject, event, place, answers[id(rule)]))
    chosen = (
        next((each for each in mine if each.good_until is None), mine[-1])
        for _key, mine in sorted(found.items())
    )
    return [each for each in chosen if each.valid_until is None or today <= each.valid_until]


def _begins(rule: Rule, event: Proof, facts: Facts, today: date) -> bool:
    """Say whether something has to follow an event."""
    if rule.subjects is None or not event.stands_on(today):
        return False
    org = facts.attributes_on(event.on_date)
    if not counted([event], rule.subjects, org, today):
        return False
    return bound_since(rule, facts, Subject(), event.on_date) is not None


def _subjects(rule: Rule, event: Proof) -> list[Subject]:
    """Return what the deadlines of an event are about."""
    event_type = str(event.attributes.get("event_type") or "")
    if rule.basis is Basis.ORG:
        return [Subject()]
    if rule.basis in {Basis.EVENT_TYPE, Basis.PLAN_TYPE}:
        is_named = rule.basis is Basis.PLAN_TYPE or event_type in rule.event_types
        return [Subject(event_type=event_type)] if is_named else []
    return [Subject(key, event_type) for key in keys_of(event, KEYS[rule.basis])]


def _deadline(
    rule: Rule,
    subject: Subject,
    event: Proof,
    place: Place,
    answers: list[Proof],
) -> Result:
    asks = rule.asks
    if asks.days is Days.WORKING:
        due_on = place.calendar.add_working_days(event.on_date, asks.within)
    else:
        due_on = event.on_date + timedelta(days=asks.within)
    due_on += timedelta(days=asks.grace)
    done = [
        each
        for each in about(rule, subject, answers)
        if event.on_date <= each.on_date and each.id != event.id
    ]
    first = done[asks.count - 1] if len(done) >= asks.count else None
    return Result(
        rule=rule,
        key=subject.key,
        event_type=subject.event_type,
        good_until=FAR if first else None,
        due_on=FAR if first else due_on,
        have=min(len(done), asks.count),
        need=asks.count,
        proofs=tuple(each.id for each in done[: asks.count]),
        grade=least_grade(done, asks.count),
        since=event.on_date,
        late_days=max(0, (first.on_date - due_on).days) if first else 0,
        valid_until=event.on_date + timedelta(days=KEPT_DAYS) if first else None,
    )
