"""Rules of a sign-off: stages and routes, what opens next, who may not act, what is missing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_


class SignOffState(StrEnum):
    """States of a sign-off as a whole."""

    OPEN = "open"
    RETURNED = "returned"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class StageState(StrEnum):
    """States of one stage in one round; a kept one was done in a round before and still stands."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    RETURNED = "returned"
    KEPT = "kept"
    CLOSED = "closed"


class StageKind(StrEnum):
    """What is done at a stage."""

    CONSULT = "consult"
    EXPERTS = "experts"
    ALIGN = "align"
    REVIEW = "review"
    APPROVE = "approve"
    SIGN = "sign"
    PROOFREAD = "proofread"
    ISSUE = "issue"


class Manner(StrEnum):
    """How a person showed that it was they: signed in, by the password again, on paper."""

    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - a word, no password
    PAPER = "paper"


# The two acts that bind an organisation: the password is asked for again.
WITH_PASSWORD = frozenset({StageKind.APPROVE, StageKind.SIGN})
# What its own people gather; nobody decides there, so nothing is returned.
GATHERING = frozenset({StageKind.CONSULT, StageKind.EXPERTS})
SETTLED = frozenset({StageState.DONE, StageState.SKIPPED, StageState.KEPT})
START = "start"


class AlreadyTaken(DomainError):  # noqa: N818 - reads better where it is raised
    """Somebody else has just taken this step."""

    status = 409


@dataclass(frozen=True)
class Stage:
    """A stage of a route; `group` orders them, equal ones run side by side.

    `days` are working days; `urgent_days` those of the urgent path: None leaves them as they are,
    0 lets the stage be left out. `at` says where those sit who take it, seen from the owner;
    with `own` nobody above may stand in: without an account there it is signed on paper.
    `not_by` names stages (or `start`) whose doers may not take this one.
    """

    key: str
    kind: StageKind
    zh: str
    en: str
    group: int
    permission: str
    at: str = "owner"
    own: bool = False
    body_zh: str = ""
    body_en: str = ""
    required: bool = True
    days: int = 5
    urgent_days: int | None = None
    not_by: tuple[str, ...] = ()
    checks: str = ""
    least: int = 0
    article: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the stage as JSON holds it."""
        return {**asdict(self), "not_by": list(self.not_by)}


@dataclass(frozen=True)
class Route:
    """A route of approval, with the kinds of subjects and of organisations it is for.

    `direct`: it may also be issued without a sign-off here.
    """

    code: str
    zh: str
    en: str
    source: str
    kinds: tuple[str, ...]
    org_kinds: tuple[str, ...]
    stages: tuple[Stage, ...]
    direct: bool = False


def stage_of_plain(plain: Mapping[str, Any]) -> Stage:
    """Return a stage from its data or snapshot; raise TypeError or ValueError on a wrong one."""
    given = dict(plain)
    kind, not_by = StageKind(given.pop("kind")), tuple(given.pop("not_by", ()))
    return Stage(kind=kind, not_by=not_by, **given)


def route_for(routes: Iterable[Route], kind: str, org_kind: str) -> Route:
    """Return the first route for a kind at an organisation; empty lists stand for any."""
    for route in routes:
        fits_kind = not route.kinds or kind in route.kinds
        if fits_kind and (not route.org_kinds or org_kind in route.org_kinds):
            return route
    raise DomainError(N_("No route of approval is laid down for this kind."))


def days_of(stage: Stage, *, urgent: bool) -> int:
    """Return the working days a stage has, on the urgent path or not."""
    return stage.urgent_days if urgent and stage.urgent_days else stage.days


def may_skip(stage: Stage, *, urgent: bool) -> bool:
    """Say whether a stage may be left out for a reason."""
    return not stage.required or (urgent and stage.urgent_days == 0)


def open_next(states: Mapping[str, StageState], stages: Sequence[Stage]) -> list[str]:
    """Return the keys that open now: the waiting ones of the first group that is not settled."""
    unsettled = [stage for stage in stages if states[stage.key] not in SETTLED]
    if not unsettled:
        return []
    group = min(stage.group for stage in unsettled)
    return [
        stage.key
        for stage in unsettled
        if stage.group == group and states[stage.key] is StageState.WAITING
    ]


def next_round(
    states: Mapping[str, StageState], stages: Sequence[Stage], resume: str
) -> dict[str, StageState]:
    """Return the states a new round begins with, when it goes on at the stage `resume`."""
    group = next(stage.group for stage in stages if stage.key == resume)
    found = {}
    for stage in stages:
        settled = states[stage.key] in SETTLED
        earlier = stage.group < group or (stage.group == group and stage.key != resume)
        found[stage.key] = StageState.KEPT if earlier and settled else StageState.WAITING
    return found


def ensure_open(state: StageState, done_by: str) -> None:
    """Raise unless a stage waits for somebody: 409 where it was taken a moment ago."""
    if state in {StageState.DONE, StageState.SKIPPED, StageState.RETURNED}:
        raise AlreadyTaken(
            N_("%(name)s has already taken this step. Look at it again."), name=done_by
        )
    if state is not StageState.OPEN:
        raise DomainError(N_("It is not the turn of this step."))


def ensure_others(doers: Collection[int], actors: Collection[int]) -> None:
    """Raise when the person took a step that this one is to look at with other eyes."""
    if set(doers) & set(actors):
        raise NotAllowed(N_("Somebody else must take this step: you took one that it checks."))


def ensure_reason(text: str) -> None:
    """Raise when nobody could tell later why."""
    if not text:
        raise DomainError(N_("Write the reasons."))


def ensure_returns_to(key: str, here: Stage, stages: Sequence[Stage]) -> None:
    """Raise unless the next round would begin at this stage or before it."""
    if key not in {stage.key for stage in stages if stage.group <= here.group}:
        raise DomainError(N_("Choose a step at which the next round begins."))
