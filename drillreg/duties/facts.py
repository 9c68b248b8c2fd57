"""What an evaluation reads, as plain values: an organisation through time, proofs, a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from drillreg.duties.conditions import Binding, Condition, Criteria, passes
from drillreg.evidence.rules import RANK as GRADE_RANK
from drillreg.evidence.rules import Grade
from drillreg.workdays.rules import WorkCalendar
from drillreg.workdays.seasons import SeasonCalendar


class Proof(NamedTuple):
    """A piece of evidence: what was done on a day, and when we came to know.

    `until_on`: the last day on which it stands, such as the day before a plan was abolished.
    """

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    on_date: date
    entered_on: date
    grade: Grade
    attributes: Mapping[str, Any]
    until_on: date | None = None

    def stands_on(self, day: date) -> bool:
        """Say whether it was done by a day and still stands on it."""
        return self.on_date <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True)
class Version:
    """What an organisation was from a day up to a day, which is not counted any more."""

    from_on: date
    to_on: date | None
    kind: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Waiver:
    """Why somebody need not do a thing for a time; `key` 0 and no event type: all of the rule."""

    rule_id: str
    from_on: date
    until_on: date
    key: int = 0
    event_type: str = ""

    def covers(self, key: int, event_type: str) -> bool:
        """Say whether it is about a result."""
        return self.key in {0, key} and self.event_type in {"", event_type}


@dataclass(frozen=True)
class Facts:
    """An organisation through time. `since`: the day from which its county keeps the records."""

    org_id: int
    versions: Sequence[Version]
    opened_on: date | None = None
    closed_on: date | None = None
    since: date | None = None

    def spans(self, binding: Binding) -> list[tuple[date, date | None]]:
        """Return the half-open spans in which a binding holds, joined where they touch."""
        found: list[tuple[date, date | None]] = []
        for version in self.versions:
            if not binding.holds(version.kind, version.attributes):
                continue
            first = max(
                day for day in (version.from_on, self.opened_on, self.since) if day is not None
            )
            ends = [day for day in (version.to_on, self.closed_on) if day is not None]
            last = min(ends) if ends else None
            if last is not None and last <= first:
                continue
            if found and found[-1][1] is not None and found[-1][1] >= first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def attributes_on(self, day: date) -> Mapping[str, Any]:
        """Return the attributes as of a day; those of the nearest version outside of all."""
        for version in self.versions:
            if version.from_on <= day and (version.to_on is None or day < version.to_on):
                return version.attributes
        return self.versions[-1].attributes if self.versions else {}

    def next_change(self, today: date) -> date | None:
        """Return the first day after today on which a version begins or ends, or it closes."""
        days = [each.from_on for each in self.versions]
        days += [each.to_on for each in self.versions if each.to_on is not None]
        days += [day for day in (self.closed_on, self.opened_on, self.since) if day is not None]
        return min((day for day in days if day > today), default=None)


@dataclass(frozen=True, eq=False)
class Place:
    """The calendar and the seasons of an organisation; the same object for all that share them."""

    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    seasons: SeasonCalendar = field(default_factory=SeasonCalendar)


def counted(
    proofs: Sequence[Proof], criteria: Criteria, org: Mapping[str, Any], known_on: date
) -> list[Proof]:
    """Return the proofs that meet the criteria and were known on a day, by date."""
    least = GRADE_RANK[criteria.least_grade]
    return [
        proof
        for proof in proofs
        if proof.kind in criteria.kinds
        and proof.entered_on <= known_on
        and GRADE_RANK[proof.grade] >= least
        and passes(criteria.where, criteria.any_of, proof.attributes, org)
    ]


def failing(proof: Proof, criteria: Criteria, org: Mapping[str, Any]) -> Condition | None:
    """Return the first test that a proof of the right kind does not pass, for the explanation."""
    return next((each for each in criteria.where if not each.holds(proof.attributes, org)), None)


def keys_of(proof: Proof, name: str) -> tuple[int, ...]:
    """Return what a proof is about by the attribute that names it: one record, or several."""
    value = proof.attributes.get(name)
    values = value if isinstance(value, list | tuple) else (value,)
    return tuple(each for each in values if isinstance(each, int))
