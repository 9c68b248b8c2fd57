"""Rules of dangers: how they stand, who may verify, what a major one needs, when one rises."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError, FieldError, FormErrors, NotAllowed
from drillreg.i18n import N_


class DangerLevel(StrEnum):
    """一般 or 重大, as 16号令 §3 tells them apart; not the inherent risk of a site."""

    GENERAL = "general"
    MAJOR = "major"


class Stage(StrEnum):
    """How far people have brought a danger; that it is late is read from its date."""

    DRAFT = "draft"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    REPORTED = "reported"
    CLOSED = "closed"
    DISCARDED = "discarded"
    MERGED = "merged"
    INCOMING = "incoming"  # of an import that is not over, or was undone: on no page


class Standing(StrEnum):
    """How a danger stands on a day, as lists and pages say it."""

    DRAFT = "draft"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    SECOND = "second"
    LATE = "late"
    REPORTED = "reported"
    CLOSED = "closed"
    DISCARDED = "discarded"
    MERGED = "merged"


class RoundKind(StrEnum):
    """By what a round began: one's own deadline, 交办单, 督办通知."""

    OWN = "own"
    ORDER = "order"
    NOTICE = "notice"


class Outcome(StrEnum):
    """What a verification (复查) found."""

    PASSED = "passed"
    RETURNED = "returned"


class Moment(StrEnum):
    """When a photo of a danger was taken."""

    BEFORE = "before"
    AFTER = "after"
    REVIEW = "review"


class TransferState(StrEnum):
    """What became of a transfer to another authority."""

    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"


# What lists leave out unless asked for, and what nobody can ask for.
SET_ASIDE = (Stage.DISCARDED, Stage.MERGED, Stage.INCOMING)
OPEN_STAGES = (Stage.REGISTERED, Stage.ASSIGNED, Stage.REPORTED)
# What a check may run into again instead of making a second draft.
UNSETTLED = (Stage.DRAFT, *OPEN_STAGES)


@dataclass(frozen=True)
class DangerFacts:
    """What is said of a danger; `photos` and deadlines come beside it."""

    what: str
    place: str | None
    category: str
    level: DangerLevel
    source: str
    finder: str
    found_on: date
    basis: str | None
    site_id: int | None = None


@dataclass(frozen=True)
class Review:
    """What a verification says; `team` is asked for at the acceptance of a major danger."""

    outcome: Outcome
    reviewed_on: date
    text: str
    team: str = ""
    days: int | None = None
    is_working: bool = False


@dataclass(frozen=True)
class Verifier:
    """Who wants to verify: from above, of the unit itself, or with a signed sheet in hand."""

    account_ids: Collection[int]
    may_assign: bool
    may_report: bool
    has_sheet: bool = False


def standing_of(stage: Stage, due_on: date | None, round_number: int, today: date) -> Standing:
    """Say how a danger stands on a day; nothing stored says that it is late."""
    if stage is Stage.ASSIGNED:
        if due_on is not None and due_on < today:
            return Standing.LATE
        return Standing.SECOND if round_number > 1 else Standing.ASSIGNED
    return Standing(stage.value)


def ensure_stage(stage: Stage, wanted: Collection[Stage]) -> None:
    """Raise when somebody was faster, or the act does not fit how far a danger is."""
    if stage not in wanted:
        raise DomainError(N_("This danger has moved on meanwhile. Look at it again."))


def ensure_spot(level: DangerLevel, photos_before: int, photos_after: int) -> None:
    """Raise unless a danger can be struck off as put right on the spot, seen on two photos."""
    if level is DangerLevel.MAJOR:
        sentence = N_(
            "A major danger cannot be struck off on the spot: it needs a plan of removal."
        )
        raise FormErrors([FieldError("spot", sentence)])
    missing = [
        name for name, count in (("before", photos_before), ("after", photos_after)) if not count
    ]
    if missing:
        sentence = N_("Put right on the spot: attach a photo from before and one from after.")
        raise FormErrors([FieldError(name, sentence) for name in missing])


def ensure_verifier(
    who: Verifier, *, done_by: int | None, kind: RoundKind, level: DangerLevel
) -> bool:
    """Raise unless somebody else than the doer verifies; return whether it is done on paper.

    What a unit set itself another person of the unit may verify, unless it is major. Whoever has
    a signed sheet in hand enters what it says.
    """
    is_doer = done_by is not None and done_by in who.account_ids
    if not is_doer and who.may_assign:
        return False
    within = kind is RoundKind.OWN and level is DangerLevel.GENERAL
    if not is_doer and within and who.may_report:
        return False
    if who.has_sheet and within and who.may_report:
        return True
    if is_doer:
        raise NotAllowed(
            N_("Who put it right does not verify it: another person, the town, or a signed sheet.")
        )
    raise NotAllowed(N_("This is verified by who ordered it, or the level above."))


def ensure_major_ready(
    level: DangerLevel, settled: Collection[str], wanted: Collection[str]
) -> None:
    """Raise while a major danger has no plan with all of 五落实 settled."""
    if level is DangerLevel.MAJOR and set(wanted) - set(settled):
        raise DomainError(
            N_("A major danger is accepted when its plan is there and all five things are settled.")
        )


def ensure_before_expiry(due_on: date | None, today: date) -> None:
    """Raise when more time is asked for too late, or of something without a deadline."""
    if due_on is None:
        raise DomainError(N_("There is no deadline to extend."))
    if today > due_on:
        raise DomainError(N_("The deadline has passed: more time has to be asked for before it."))


def ensure_later(new_due_on: date, due_on: date | None, name: str) -> None:
    """Raise unless a new deadline lies behind the old one."""
    if due_on is not None and new_due_on <= due_on:
        raise FormErrors([FieldError(name, N_("The new deadline must lie behind the old one."))])


def raise_date(due_on: date | None, days: int, raised: int) -> date | None:
    """Return the day on which a danger rises by its next level: `days` late for each level."""
    return due_on + timedelta(days=days * (raised + 1)) if due_on is not None else None
