"""Why a result reads as it does: everything the explanation page shows, worked out afresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.subjects import subject_url
from drillreg.duties.book import RuleBook
from drillreg.duties.describing import (
    GRADE_WORDS,
    Tested,
    condition_words,
    deciding_tests,
    proof_attribute_label,
    proof_value_words,
    tests_words,
    unknown_attributes,
)
from drillreg.duties.evaluation.evaluate import Evaluated, evaluate
from drillreg.duties.evaluation.results import Result
from drillreg.duties.evaluation.running import version_on
from drillreg.duties.facts import Proof, failing, keys_of
from drillreg.duties.gathering import Gathered, Places, gather
from drillreg.duties.models import DutyPeriod, DutyState, DutyWaiver, RuleDecision
from drillreg.duties.queries import (
    Freshness,
    duties_of,
    duty_or_none,
    freshness_of,
    periods_of,
    reads,
    waivers_of,
)
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.duties.terms import KEYS, Basis, Shape
from drillreg.evidence.models import Evidence
from drillreg.evidence.rules import RANK
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.workdays.seasons import Span

# Evidence is shown this far around a period.
AROUND = timedelta(days=62)
MOST_SHOWN = 40


@dataclass(frozen=True)
class Looked:
    """A piece of evidence that was looked at: whether it counts, and why not."""

    evidence: Evidence
    counts: bool
    is_late: bool
    reason: str
    what: str
    url: str


@dataclass
class Explanation:
    """All about one duty of one organisation.

    `kind` says which case it is: a live "result", a "closed" period, a rule that is "off" or does
    not "bind", "nothing" there that it counts by, or several results to "choose" from.
    """

    org: Org
    book: RuleBook
    rule: Rule
    chain: tuple[Rule, ...]
    key: int
    event_type: str
    today: date
    kind: str
    freshness: Freshness
    tests: list[Tested] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    result: Result | None = None
    closed: DutyPeriod | None = None
    results: tuple[Result, ...] = ()
    kept: DutyState | None = None
    looked: list[Looked] = field(default_factory=list)
    periods: Sequence[DutyPeriod] = ()
    waivers: Sequence[DutyWaiver] = ()
    decisions: Sequence[RuleDecision] = ()
    also: list[DutyState] = field(default_factory=list)

    @property
    def state(self) -> State:
        """How it reads."""
        if self.closed is not None:
            return self.closed.state
        return self.result.state(self.today) if self.result else State.NOT_APPLICABLE

    @property
    def period(self) -> Span | None:
        """The period it is about."""
        if self.closed is not None:
            return Span(self.closed.first_on, self.closed.last_on)
        return self.result.period if self.result else None

    @property
    def binds(self) -> bool:
        """Whether every test is passed."""
        return all(each.passes for each in self.tests)

    @property
    def counted(self) -> int:
        """How many of those looked at count."""
        return sum(each.counts for each in self.looked)

    @property
    def differs(self) -> bool:
        """Whether what is kept, and counted in lists, is not what was just worked out."""
        if self.closed is not None or self.result is None:
            return self.closed is None and self.kept is not None
        if self.kept is None:
            return True
        now = (self.result.good_until, self.result.due_on, self.result.waived_until)
        kept = (self.kept.good_until, self.kept.due_on, self.kept.waived_until)
        return now != kept and reads(self.kept, self.today) is not self.state


def explain(
    org: Org, rule_id: str, key: int, event_type: str, *, today: date, on: date | None = None
) -> Explanation:
    """Explain a duty of an organisation fetched in scope; `on` asks for the closed period of a day.

    Raises NotFound where the county has no such rule, or never closed such a period.
    """
    gathered = next(iter(gather([org.id], today, Places())), None)
    chain = gathered.book.chains.get(rule_id) if gathered else None
    if gathered is None or chain is None:
        raise NotFound(N_("There is no such rule here."))
    evaluated = evaluate(
        chain, gathered.facts, gathered.proofs, gathered.place, gathered.waivers, today
    )
    result = _the_one(evaluated, key, event_type)
    if result is not None:
        key, event_type = result.key, result.event_type
    periods = periods_of(org, rule_id, key, event_type)
    closed = _closed_on(periods, on)
    rule = _version(chain, closed, result, today)
    day = closed.last_on if closed else today
    found = Explanation(
        org=org,
        book=gathered.book,
        rule=rule,
        chain=chain,
        key=key,
        event_type=event_type,
        today=today,
        kind="closed" if closed else "result" if result else "nothing",
        freshness=freshness_of(org),
        result=result,
        closed=closed,
        kept=duty_or_none(org, rule_id, key, event_type),
        periods=periods,
        waivers=[each for each in waivers_of(org) if each.rule == rule_id],
        decisions=decisions_about(gathered.book.owner_id, rule_id),
    )
    _why_this_one(found, gathered, day)
    if found.kind == "nothing":
        found.kind = _why_nothing(found, evaluated)
        found.results = evaluated.results
    found.looked = _looked_at(found, gathered, closed)
    found.also = _also_served(found)
    return found


def _the_one(evaluated: Evaluated, key: int, event_type: str) -> Result | None:
    """Return the result that is asked for; the only one where nothing particular is."""
    for each in evaluated.results:
        if (each.key, each.event_type) == (key, event_type):
            return each
    if key == 0 and not event_type and len(evaluated.results) == 1:
        return evaluated.results[0]
    of_key = [each for each in evaluated.results if key and each.key == key]
    return of_key[0] if len(of_key) == 1 else None


def _closed_on(periods: Sequence[DutyPeriod], on: date | None) -> DutyPeriod | None:
    if on is None:
        return None
    found = next((each for each in periods if each.first_on <= on <= each.last_on), None)
    if found is None:
        raise NotFound(N_("No period that is closed holds this day."))
    return found


def _version(
    chain: tuple[Rule, ...], closed: DutyPeriod | None, result: Result | None, today: date
) -> Rule:
    if closed is not None:
        return next((each for each in chain if each.starts_on == closed.rule_from), chain[-1])
    if result is not None:
        return result.rule
    begun = [each for each in chain if each.starts_on <= today]
    return begun[-1] if begun else chain[0]


def _why_this_one(found: Explanation, gathered: Gathered, day: date) -> None:
    facts = gathered.facts
    attributes = facts.attributes_on(day)
    kind = str(attributes.get("kind") or found.org.kind)
    found.tests = deciding_tests(found.rule.binds, kind, attributes)
    if kind in found.rule.binds.kinds:
        found.unknown = unknown_attributes(found.rule.binds, attributes)


def _why_nothing(found: Explanation, evaluated: Evaluated) -> str:
    if evaluated.results:
        return "choose"
    if version_on(found.chain, found.today) is None:
        return "off"
    return "nothing" if found.binds else "unbound"


def decisions_about(owner_id: int, rule_id: str) -> Sequence[RuleDecision]:
    """Return what a county decided about a rule, taken back or not, newest first."""
    return db.session.scalars(
        select(RuleDecision)
        .where(RuleDecision.owner_id == owner_id, RuleDecision.rule == rule_id)
        .order_by(RuleDecision.from_on.desc(), RuleDecision.id.desc())
    ).all()


# ---- evidence


def _looked_at(found: Explanation, gathered: Gathered, closed: DutyPeriod | None) -> list[Looked]:
    if found.kind in {"off", "unbound", "choose"}:
        return []
    rows = _evidence_around(found)
    org = gathered.facts.attributes_on(closed.last_on if closed else found.today)
    elsewhere = {
        proof: period for period in found.periods for proof in period.proofs if period != closed
    }
    return [_looked(found, row, org, elsewhere) for row in rows]


def _evidence_around(found: Explanation) -> Sequence[Evidence]:
    """Return the evidence of the kinds that count, in and around the period, newest first."""
    statement = select(Evidence).where(
        Evidence.org_id == found.org.id, Evidence.kind.in_(sorted(found.rule.counts.kinds))
    )
    period = found.period
    if period is not None:
        statement = statement.where(
            Evidence.on_date >= period.first - AROUND, Evidence.on_date <= period.last + AROUND
        )
    elif found.rule.asks.shape is Shape.AFTER and found.result and found.result.since:
        statement = statement.where(Evidence.on_date >= found.result.since - AROUND)
    rows = list(
        db.session.scalars(
            statement.order_by(Evidence.on_date.desc(), Evidence.id.desc()).limit(MOST_SHOWN)
        )
    )
    known = {row.id for row in rows}
    missing = sorted(set(_proofs(found)) - known)
    if missing:
        rows += db.session.scalars(
            select(Evidence).where(Evidence.id.in_(missing), Evidence.org_id == found.org.id)
        ).all()
    return rows


def _proofs(found: Explanation) -> tuple[int, ...]:
    if found.closed is not None:
        return (*found.closed.proofs, *found.closed.late_proofs)
    return found.result.proofs if found.result else ()


def _looked(
    found: Explanation,
    row: Evidence,
    org: Mapping[str, Any],
    elsewhere: Mapping[int, DutyPeriod],
) -> Looked:
    late = found.closed is not None and row.id in found.closed.late_proofs
    counts = row.id in _proofs(found) and not late and row.voided_at is None
    if late and found.closed is not None:
        reason = translate(
            N_("Entered on %(day)s, after the period was closed: stands beside it."),
            day=clock.local_date(row.entered_at),
        )
    elif counts:
        reason = translate(N_("Meets all that is asked."))
    else:
        reason = _why_not(found, row, org, elsewhere)
    return Looked(row, counts, late, reason, described(row), record_url(row))


def _why_not(
    found: Explanation,
    row: Evidence,
    org: Mapping[str, Any],
    elsewhere: Mapping[int, DutyPeriod],
) -> str:
    if row.voided_at is not None:
        return translate(N_("Struck out: %(reason)s"), reason=row.void_reason or "")
    proof = _proof(row)
    return (
        _why_not_this_kind(found, proof, org)
        or _why_not_about_this(found, proof)
        or _why_not_then(found, proof, elsewhere)
    )


def _proof(row: Evidence) -> Proof:
    return Proof(
        row.id,
        row.kind,
        row.subject_kind,
        row.subject_id,
        row.on_date,
        clock.local_date(row.entered_at),
        row.grade,
        row.attributes,
        row.until_on,
    )


def _why_not_this_kind(found: Explanation, proof: Proof, org: Mapping[str, Any]) -> str:
    criteria = found.rule.counts
    failed = failing(proof, criteria, org)
    if failed is not None:
        value = proof_value_words(failed.attribute, proof.attributes.get(failed.attribute))
        if not value:
            return translate(
                N_("It does not say “%(what)s”; asked is: %(asked)s."),
                what=proof_attribute_label(failed.attribute),
                asked=condition_words(failed, of_org=False),
            )
        return translate(
            N_("%(what)s: %(value)s; asked is: %(asked)s."),
            what=proof_attribute_label(failed.attribute),
            value=value,
            asked=condition_words(failed, of_org=False),
        )
    groups = criteria.any_of
    if groups and not any(all(e.holds(proof.attributes, org) for e in g) for g in groups):
        return translate(N_("Asked is %(asked)s."), asked=tests_words((), groups, of_org=False))
    if RANK[proof.grade] < RANK[criteria.least_grade]:
        return translate(
            N_("The evidence is “%(grade)s”; at least “%(least)s” is asked."),
            grade=translate(GRADE_WORDS[proof.grade]),
            least=translate(GRADE_WORDS[criteria.least_grade]),
        )
    return ""


def _why_not_about_this(found: Explanation, proof: Proof) -> str:
    basis = found.rule.basis
    if basis in {Basis.EVENT_TYPE, Basis.PLAN_TYPE}:
        if proof.attributes.get("event_type") != found.event_type:
            word = code_label(str(proof.attributes.get("event_type") or ""), "event_type")
            return translate(N_("About another kind of event: %(word)s."), word=word or "—")
    elif basis is not Basis.ORG and found.key and found.key not in keys_of(proof, KEYS[basis]):
        return translate(N_("About another record."))
    return ""


def _why_not_then(found: Explanation, proof: Proof, elsewhere: Mapping[int, DutyPeriod]) -> str:
    if proof.on_date > found.today:
        return translate(N_("Its day is still to come."))
    if proof.until_on is not None and proof.until_on < found.today:
        return translate(N_("It stood until %(day)s only."), day=proof.until_on)
    period = found.period
    if period is not None and not period.holds(proof.on_date):
        other = elsewhere.get(proof.id)
        if other is not None:
            return translate(
                N_("Outside the period; counted for %(first)s to %(last)s."),
                first=other.first_on,
                last=other.last_on,
            )
        return translate(N_("Outside the period."))
    since = found.result.since if found.result else None
    if found.rule.asks.shape is Shape.AFTER and since is not None:
        if proof.on_date < since:
            return translate(N_("Before the day it runs from, %(day)s."), day=since)
        return translate(N_("Not about this event, or more than is needed."))
    if found.closed is not None:
        return translate(N_("Not known when the period was closed."))
    return translate(N_("Older than the one that counts."))


def described(row: Evidence) -> str:
    """Return in words what a piece of evidence says was done."""
    said = row.attributes
    parts = [code_label(row.kind, "evidence_kind")]
    parts += [
        proof_value_words(name, said.get(name))
        for name in ("event_type", "mode", "number", "topic", "scheme", "return")
        if isinstance(said.get(name), str)
    ]
    if isinstance(said.get("participants"), int):
        parts.append(translate(N_("%(n)s people"), n=said["participants"]))
    return " · ".join(part for part in parts if part)


def record_url(row: Evidence) -> str:
    """Return the address of the record a piece of evidence is about, or an empty text."""
    url = subject_url(row.subject_kind, row.subject_id)
    for kind, name in (("plan", "plan_id"), ("hazard_site", "site"), ("drill", "drill_id")):
        if not url and isinstance(row.attributes.get(name), int):
            url = subject_url(kind, row.attributes[name])
    return url


def _also_served(found: Explanation) -> list[DutyState]:
    """Return the other duties of the organisation that the same evidence serves."""
    proofs = set(_proofs(found))
    if not proofs:
        return []
    return [
        row
        for row in duties_of(found.org)
        if proofs & set(row.proofs)
        and (row.rule, row.key, row.event_type) != (found.rule.id, found.key, found.event_type)
    ]
