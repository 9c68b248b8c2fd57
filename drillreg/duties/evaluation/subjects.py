"""What the results of a rule are about: the organisation, a plan, a site, a kind of event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from drillreg.duties.facts import Facts, Proof, counted, keys_of
from drillreg.duties.rules import Rule
from drillreg.duties.terms import KEYS, Basis

ONE_DAY = timedelta(days=1)
# A look at a site is one look, also where it is kept as a check and as a survey or round.
ONE_ACT = "hazard_check"


@dataclass(frozen=True)
class Subject:
    """One thing that a rule counts by, and while it stands; `end` is not counted any more."""

    key: int = 0
    event_type: str = ""
    first_on: date | None = None
    end: date | None = None

    def clip(self, spans: Sequence[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
        """Return the spans as far as the subject stands in them."""
        found = []
        for first, last in spans:
            first = max(first, self.first_on) if self.first_on else first
            ends = [day for day in (last, self.end) if day is not None]
            last = min(ends) if ends else None
            if last is None or first < last:
                found.append((first, last))
        return found


def subjects_of(rule: Rule, proofs: Sequence[Proof], facts: Facts, today: date) -> list[Subject]:
    """Return what a rule counts by at an organisation, in a fixed order."""
    if rule.basis is Basis.EVENT_TYPE:
        return [Subject(event_type=code) for code in rule.event_types]
    if rule.basis is Basis.ORG or rule.subjects is None:
        return [Subject()]
    org = facts.attributes_on(today)
    groups: dict[tuple[int, str], list[Proof]] = {}
    for proof in counted(proofs, rule.subjects, org, today):
        event_type = str(proof.attributes.get("event_type") or "")
        if rule.basis is Basis.PLAN_TYPE:
            groups.setdefault((0, event_type), []).append(proof)
            continue
        for key in keys_of(proof, KEYS[rule.basis]):
            groups.setdefault((key, ""), []).append(proof)
    return [_subject(key, group) for key, group in sorted(groups.items())]


def _subject(group_key: tuple[int, str], proofs: Sequence[Proof]) -> Subject:
    key, event_type = group_key
    newest = max(proofs, key=lambda each: (each.on_date, each.id))
    ends = [each.until_on for each in proofs]
    standing = [day for day in ends if day is not None]
    return Subject(
        key,
        event_type or str(newest.attributes.get("event_type") or ""),
        min(each.on_date for each in proofs),
        None if len(standing) < len(ends) else max(standing) + ONE_DAY,
    )


def proofs_for(
    rule: Rule, subject: Subject, proofs: Sequence[Proof], org: Mapping[str, Any], known_on: date
) -> list[Proof]:
    """Return the proofs that count for a subject and were known on a day."""
    return _acts(about(rule, subject, counted(proofs, rule.counts, org, known_on)))


def _acts(found: list[Proof]) -> list[Proof]:
    """Return proofs without those that tell of the same check again."""
    seen: set[int] = set()
    kept = []
    for proof in found:
        if proof.subject_kind == ONE_ACT:
            if proof.subject_id in seen:
                continue
            seen.add(proof.subject_id)
        kept.append(proof)
    return kept


def about(rule: Rule, subject: Subject, found: list[Proof]) -> list[Proof]:
    """Return those of some proofs that are about a subject."""
    if rule.basis in {Basis.EVENT_TYPE, Basis.PLAN_TYPE}:
        return [each for each in found if each.attributes.get("event_type") == subject.event_type]
    if rule.basis is Basis.ORG:
        return found
    name = KEYS[rule.basis]
    return [each for each in found if subject.key in keys_of(each, name)]


def by_day(proofs: Iterable[Proof], today: date) -> list[Proof]:
    """Return what was done by a day, the earliest first."""
    done = [each for each in proofs if each.on_date <= today]
    return sorted(done, key=lambda each: (each.on_date, each.id))
