"""Rules of inspections: drawing a sample that anybody can draw again, and what may follow what."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


class Sampling(StrEnum):
    """Everything of an area (普查), a sample by stated rules (重点查), or places named by hand."""

    CENSUS = "census"
    FOCUS = "focus"
    NAMED = "named"


class InspectionState(StrEnum):
    """How far an inspection is."""

    DRAFT = "draft"
    RUNNING = "running"
    CLOSED = "closed"


@dataclass(frozen=True)
class Candidate:
    """A site that can be drawn."""

    site_id: int
    level: str
    last_check_on: date | None
    org_id: int = 0


@dataclass(frozen=True)
class DrawRule:
    """How a sample is drawn: percent of the sites by level, those not checked longest first or not.

    `stale_first`: the percent of the drawn of each level that go to those that wait longest.
    """

    seed: str
    shares: Mapping[str, int]
    stale_first: int = 50


def lot(seed: str, site_id: int) -> str:
    """Return the lot of a site: SHA-256 of "seed:number"; the smallest are drawn."""
    return hashlib.sha256(f"{seed}:{site_id}".encode()).hexdigest()


def draw(candidates: Sequence[Candidate], rule: DrawRule) -> list[int]:
    """Return the ids of the sites drawn, in order; the same for the same sites, rule and seed.

    Of each level the share is rounded up, so that a level with a share is never left out.
    """
    drawn: list[int] = []
    for level, percent in rule.shares.items():
        mine = [each for each in candidates if each.level == level]
        wanted = _part(len(mine), percent)
        waiting = sorted(
            mine, key=lambda each: (each.last_check_on or date.min, lot(rule.seed, each.site_id))
        )
        first = [each.site_id for each in waiting[: _part(wanted, rule.stale_first)]]
        rest = sorted(
            (each.site_id for each in mine if each.site_id not in set(first)),
            key=lambda site_id: lot(rule.seed, site_id),
        )
        drawn += first + rest[: wanted - len(first)]
    return sorted(drawn)


def _part(count: int, percent: int) -> int:
    return -(-count * percent // 100)


def ensure_draft(state: InspectionState) -> None:
    """Raise unless an inspection can still be put together."""
    if state is not InspectionState.DRAFT:
        raise DomainError(N_("This inspection has begun; its list stays as it is."))


def ensure_running(state: InspectionState) -> None:
    """Raise unless an inspection has begun and is not over."""
    if state is not InspectionState.RUNNING:
        raise DomainError(N_("This inspection is not under way."))


def ensure_ready(members: int, items: int) -> None:
    """Raise unless an inspection has somebody who goes and somewhere to go."""
    if not members:
        raise DomainError(N_("Name at least one member of the team first."))
    if not items:
        raise DomainError(N_("Put at least one site or unit on the list first."))


def ensure_all_told(unexplained: int) -> None:
    """Raise unless everything on the list was seen or has a reason why not."""
    if unexplained:
        raise DomainError(
            N_("%(count)d places have neither a result nor a reason why they were not seen."),
            count=unexplained,
        )
