"""The rules that hold in a county: the shipped ones for its division, under its own decisions."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.duties.models import RuleDecision
from drillreg.duties.reading import checked_rule, shipped_rules, shipped_texts
from drillreg.duties.rules import Rule
from drillreg.orgs.models import Division, Org

log = logging.getLogger(__name__)

ONE_DAY = timedelta(days=1)
KEPT_BOOKS = 32


@dataclass(frozen=True, eq=False)
class RuleBook:
    """The rules of a county, each as the chain of its versions in order of time."""

    owner_id: int
    chains: Mapping[str, tuple[Rule, ...]]
    # Decisions that could not be read, with the rule each is about: what is shipped holds instead.
    broken: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def kinds_read(self) -> frozenset[str]:
        """The kinds of evidence that can change a result."""
        return frozenset(
            kind for chain in self.chains.values() for r in chain for kind in r.kinds_read
        )

    def chains_for(self, kinds: Iterable[str]) -> list[tuple[Rule, ...]]:
        """Return the chains that bind some kind of organisation, in order of their numbers."""
        wanted = frozenset(kinds)
        if wanted not in self._by_kinds:
            self._by_kinds[wanted] = [
                chain
                for _, chain in sorted(self.chains.items())
                if any(rule.binds.kinds & wanted for rule in chain)
            ]
        return self._by_kinds[wanted]

    @cached_property
    def _by_kinds(self) -> dict[frozenset[str], list[tuple[Rule, ...]]]:
        """The answers of `chains_for`, kept."""
        return {}

    def on(self, rule_id: str, day: date) -> Rule | None:
        """Return the version that is written for a day, on or off; the nearest one outside."""
        chain = self.chains.get(rule_id)
        if chain is None:
            return None
        begun = [rule for rule in chain if rule.starts_on <= day]
        return begun[-1] if begun else chain[0]


def composed(shipped: Sequence[Rule], decisions: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the versions of one rule: a decision replaces what is written from its day on."""
    chain = sorted(shipped, key=lambda each: each.starts_on)
    for decided in sorted(decisions, key=lambda each: (each.starts_on, each.decision_id or 0)):
        last = decided.starts_on - ONE_DAY
        kept = [each for each in chain if each.starts_on <= last]
        chain = [
            replace(each, ends_on=last if each.ends_on is None else min(each.ends_on, last))
            for each in kept
        ]
        chain.append(decided)
    return tuple(chain)


def decided_rule(decision: RuleDecision) -> Rule:
    """Return the version of a rule that a decision makes."""
    raw: dict[str, Any] = dict(decision.body)
    raw["from"] = decision.from_on
    raw.pop("to", None)
    rule = checked_rule(raw, shipped_texts())
    return replace(rule, owner_id=decision.owner_id, decision_id=decision.id)


def make_book(owner_id: int, division_code: str, decisions: Sequence[RuleDecision]) -> RuleBook:
    """Return the rules of a county from the shipped ones and its decisions."""
    by_id: dict[str, tuple[list[Rule], list[Rule]]] = {}
    for rule in shipped_rules():
        if rule.holds_in(division_code):
            by_id.setdefault(rule.id, ([], []))[0].append(rule)
    broken: dict[int, str] = {}
    for decision in decisions:
        try:
            decided = decided_rule(decision)
        except Exception:  # whatever is stored: no page may fall over a single decision
            log.exception("decision %s about rule %s cannot be read", decision.id, decision.rule)
            broken[decision.id] = decision.rule
            continue
        by_id.setdefault(decision.rule, ([], []))[1].append(decided)
    chains = {rule_id: composed(*both) for rule_id, both in sorted(by_id.items())}
    return RuleBook(owner_id, chains, broken)


_books: dict[tuple[Any, ...], RuleBook] = {}


def book_of(owner_id: int) -> RuleBook:
    """Return the rules of a county (the root of a tree), kept until a decision changes them."""
    code = db.session.scalar(
        select(Division.code).join(Org, Org.division_id == Division.id).where(Org.id == owner_id)
    )
    decisions = decisions_of(owner_id)
    key = (
        owner_id,
        code,
        *((each.id, each.rule, each.from_on, json.dumps(each.body)) for each in decisions),
    )
    if key not in _books:
        if len(_books) >= KEPT_BOOKS:
            _books.clear()
        _books[key] = make_book(owner_id, code or "", decisions)
    return _books[key]


def decisions_of(owner_id: int) -> Sequence[RuleDecision]:
    """Return the decisions of a county that stand, in order of time."""
    return db.session.scalars(
        select(RuleDecision)
        .where(RuleDecision.owner_id == owner_id, RuleDecision.voided_at.is_(None))
        .order_by(RuleDecision.from_on, RuleDecision.id)
    ).all()
