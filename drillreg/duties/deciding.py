"""What a county decides about rules, what that would change, and waivers: writing them down."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.duties.book import (
    RuleBook,
    book_of,
    decided_rule,
    decisions_of,
    make_book,
)
from drillreg.duties.evaluation.evaluate import evaluate
from drillreg.duties.evaluation.results import Result
from drillreg.duties.gathering import Gathered, Places, gather
from drillreg.duties.models import DutyWaiver, RuleDecision
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

# As many organisations are worked out for a preview; of more, these stand for the rest.
MOST_WORKED_OUT = 500
MOST_NAMED = 20
READ_AT_ONCE = 100


@dataclass(frozen=True)
class Draft:
    """A decision that is not taken yet."""

    rule_id: str
    from_on: date
    body: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Moved:
    """An organisation that becomes bound or unbound, or of which results read differently."""

    org_id: int
    name: str
    before: tuple[State, ...]
    after: tuple[State, ...]


@dataclass
class Preview:
    """What a change of the rules would do, as of a day; estimated where not all were worked out."""

    on: date
    orgs: int
    worked_out: int
    bound: int = 0
    unbound: int = 0
    changed: int = 0
    turns: Counter[tuple[State, State]] = field(default_factory=Counter)
    named: list[Moved] = field(default_factory=list)

    @property
    def is_exact(self) -> bool:
        """Whether every organisation was worked out."""
        return self.orgs == self.worked_out

    def estimated(self, n: int) -> int:
        """Return a number for all of them."""
        return n if self.is_exact or not self.worked_out else round(n * self.orgs / self.worked_out)


# ---- making and trying a decision


def body_of(rule: Rule) -> dict[str, Any]:
    """Return the text of a rule as a decision stores it: without dates, which have a column."""
    raw = {name: value for name, value in rule.raw.items() if name not in {"from", "to"}}
    raw["on"] = rule.is_on
    return raw


def unsaved(draft: Draft, owner: Org) -> RuleDecision:
    """Return a decision that is not written, or raise DomainError where it makes no rule."""
    found = RuleDecision(
        owner_id=owner.id,
        rule=draft.rule_id,
        from_on=draft.from_on,
        body=dict(draft.body),
        reason=draft.reason,
    )
    decided_rule(found)
    return found


def book_with(owner: Org, draft: RuleDecision | None, without: int | None = None) -> RuleBook:
    """Return the rules of a county as they would be with a decision, or without one."""
    code = db.session.scalar(select(Division.code).where(Division.id == owner.division_id))
    standing = [each for each in decisions_of(owner.id) if each.id != without]
    if draft is not None:
        # The newest of one day counts.
        standing.append(draft)
        standing.sort(key=lambda each: (each.from_on, each.id or 10**15))
    return make_book(owner.id, code or "", standing)


def preview(owner: Org, rule_id: str, new: RuleBook, *, on: date) -> Preview:
    """Return what changes between the rules as they are and new ones, for one rule, as of a day."""
    old = book_of(owner.id).chains.get(rule_id, ())
    chain = new.chains.get(rule_id, ())
    kinds = sorted({kind for rule in (*old, *chain) for kind in rule.binds.kinds})
    wanted = (
        is_imported(Org),
        Org.kind.in_(kinds),
        Org.path >= owner.path,
        Org.path < subtree_end(owner.path),
    )
    total = db.session.scalar(select(func.count(Org.id)).where(*wanted)) or 0
    ids = db.session.scalars(select(Org.id).where(*wanted).order_by(Org.id)).all()
    step = max(1, -(-total // MOST_WORKED_OUT))
    sample = ids[::step]
    found = Preview(on, total, len(sample))
    places = Places()
    moved: list[Moved] = []
    for at in range(0, len(sample), READ_AT_ONCE):
        for each in gather(sample[at : at + READ_AT_ONCE], on, places):
            _compare(found, moved, each, old, chain)
    names = _names([each.org_id for each in moved[:MOST_NAMED]])
    found.named = [replace(each, name=names[each.org_id]) for each in moved[:MOST_NAMED]]
    return found


def _names(ids: Sequence[int]) -> dict[int, str]:
    return {
        row[0]: row[1]
        for row in db.session.execute(select(Org.id, Org.name).where(Org.id.in_(ids)))
    }


def _compare(
    found: Preview,
    moved: list[Moved],
    gathered: Gathered,
    old: tuple[Rule, ...],
    new: tuple[Rule, ...],
) -> None:
    before, after = _results(gathered, old, found.on), _results(gathered, new, found.on)
    states = (
        tuple(each.state(found.on) for each in before.values()),
        tuple(each.state(found.on) for each in after.values()),
    )
    found.bound += bool(after and not before)
    found.unbound += bool(before and not after)
    turns = [
        (before[key].state(found.on), after[key].state(found.on))
        for key in before.keys() & after.keys()
    ]
    turned = [each for each in turns if each[0] is not each[1]]
    found.changed += len(turned) + len(before.keys() ^ after.keys())
    found.turns.update(turned)
    if turned or before.keys() != after.keys():
        moved.append(Moved(gathered.org_id, "", *states))


def _results(
    gathered: Gathered, chain: tuple[Rule, ...], on: date
) -> dict[tuple[int, str], Result]:
    if not chain:
        return {}
    found = evaluate(chain, gathered.facts, gathered.proofs, gathered.place, gathered.waivers, on)
    return {(each.key, each.event_type): each for each in found.results}


# ---- writing


def decide(draft: Draft, owner: Org, *, actor: Actor, now: datetime) -> RuleDecision:
    """Write what a county decided; everything below it is worked out anew."""
    before = book_of(owner.id).on(draft.rule_id, draft.from_on)
    found = unsaved(draft, owner)
    found.decided_at, found.decided_by_id = now, actor.account_id
    found.decided_by_name = actor.name
    db.session.add(found)
    db.session.flush()
    record(
        "rule-decided",
        subject_kind="rule-decision",
        subject_id=found.id,
        org_id=owner.id,
        actor=actor,
        now=now,
        rule=draft.rule_id,
        from_on=draft.from_on.isoformat(),
        reason=draft.reason,
        before=body_of(before) if before else None,
        after=dict(draft.body),
    )
    announce("duties", below=owner.path, now=now)
    return found


def take_back(found: RuleDecision, owner: Org, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a decision back: what held before it holds again; the decision stays in the history."""
    if found.voided_at is not None:
        raise DomainError(N_("This decision was taken back already."))
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    record(
        "rule-decision-taken-back",
        subject_kind="rule-decision",
        subject_id=found.id,
        org_id=owner.id,
        actor=actor,
        now=now,
        rule=found.rule,
        reason=reason,
    )
    announce("duties", below=owner.path, now=now)


def get_decision(decision_id: int, scope: OrgScope) -> tuple[RuleDecision, Org]:
    """Return a decision with the county that took it, or raise NotFound out of scope."""
    row = db.session.execute(
        select(RuleDecision, Org)
        .join(Org, Org.id == RuleDecision.owner_id)
        .where(RuleDecision.id == decision_id, scope.allows())
    ).first()
    if row is None:
        raise NotFound(N_("There is no such decision."))
    return row[0], row[1]


def waive(found: DutyWaiver, org: Org, *, actor: Actor, now: datetime) -> DutyWaiver:
    """Write that an organisation need not do a thing for a time."""
    found.org_id, found.given_at = org.id, now
    found.given_by_id, found.given_by_name = actor.account_id, actor.name
    db.session.add(found)
    db.session.flush()
    record(
        "duty-waived",
        subject_kind="duty-waiver",
        subject_id=found.id,
        org_id=org.id,
        actor=actor,
        now=now,
        rule=found.rule,
        until=found.until_on.isoformat(),
        reason=found.reason,
    )
    announce("duties", org_ids=[org.id], now=now)
    return found


def end_waiver(found: DutyWaiver, org: Org, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a waiver back."""
    if found.voided_at is not None:
        raise DomainError(N_("This waiver was taken back already."))
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    record(
        "duty-waiver-ended",
        subject_kind="duty-waiver",
        subject_id=found.id,
        org_id=org.id,
        actor=actor,
        now=now,
        rule=found.rule,
        reason=reason,
    )
    announce("duties", org_ids=[org.id], now=now)


def get_waiver(waiver_id: int, org: Org) -> DutyWaiver:
    """Return a waiver of an organisation fetched in scope, or raise NotFound."""
    found = db.session.scalar(
        select(DutyWaiver).where(DutyWaiver.id == waiver_id, DutyWaiver.org_id == org.id)
    )
    if found is None:
        raise NotFound(N_("There is no such waiver."))
    return found
