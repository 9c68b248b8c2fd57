"""Rules of revisions: who follows a plan above, how triggers are answered, what a form needs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_

HAND, DRILL, EVALUATION = "hand", "drill", "evaluation"
PARENT, PARENT_ENDED = "parent", "parent-ended"
PARENTS = (PARENT, PARENT_ENDED)
ORG, SITES, CONTACTS = "org", "sites", "contacts"
# What is seen in other records whenever somebody looks, and recorded only with its answer.
SEEN = (ORG, SITES, CONTACTS)


class Follow(StrEnum):
    """How a plan stands to the plan above it."""

    FOLLOWED = "followed"
    CONFIRMED = "confirmed"
    WRITING = "writing"
    BEHIND = "behind"
    UNSTATED = "unstated"
    ORPHANED = "orphaned"
    WAITING = "waiting"


FOLLOWING = frozenset({Follow.FOLLOWED, Follow.CONFIRMED, Follow.WAITING})


@dataclass(frozen=True)
class Above:
    """How the plan above stands: the version that was issued last, and whether it is in force."""

    version_id: int | None
    in_force: bool


def follow(
    above: Above, *, rests_on: int | None, issued: bool, writing_on: int | None, confirmed: bool
) -> Follow:
    """Say how a plan stands to the one above: by its version in force, else by its draft.

    `rests_on`, `writing_on`: the versions above that its own version and its draft rest on;
    `confirmed`: somebody confirmed with a reason that the version above changes nothing.
    """
    if above.version_id is None:
        return Follow.WAITING
    if confirmed:
        return Follow.CONFIRMED
    if not above.in_force:
        return Follow.ORPHANED
    if issued and rests_on == above.version_id:
        return Follow.FOLLOWED
    if writing_on == above.version_id:
        return Follow.WRITING
    if issued and rests_on is None:
        return Follow.UNSTATED
    return Follow.BEHIND


class Answer(StrEnum):
    """What is done about a reason to revise."""

    REVISE = "revise"
    KEEP = "keep"


class Outcome(StrEnum):
    """What an evaluation concludes."""

    KEEP = "keep"
    REVISE = "revise"
    ABOLISH = "abolish"


class EvaluationState(StrEnum):
    """States of an evaluation: being filled in, concluded."""

    OPEN = "open"
    CONCLUDED = "concluded"


class DraftingState(StrEnum):
    """States of a yearly drafting plan."""

    DRAFT = "draft"
    APPROVED = "approved"


class Progress(StrEnum):
    """How far an item of a drafting plan is; worked out from the plan, never stored."""

    WAITING = "waiting"
    BEGUN = "begun"
    SIGNING = "signing"
    ISSUED = "issued"


class Answered(DomainError):  # noqa: N818 - reads better where it is raised
    """Somebody else has just answered."""

    status = 409


def ensure_unanswered(*, answered: bool) -> None:
    """Raise when a reason to revise was answered already."""
    if answered:
        raise Answered(N_("This reason was answered already. Look at it again."))


def ensure_answer_fits(origin: str, answer: Answer) -> None:
    """Raise when an evaluation that asks for a revision is answered with none."""
    if origin == EVALUATION and answer is Answer.KEEP:
        raise DomainError(
            N_("The evaluation found that the plan must be revised. Only a new one can undo that.")
        )


def ensure_not_ahead(day: date, today: date) -> None:
    """Raise when something that was seen lies in the future."""
    if day > today:
        raise DomainError(N_("The date cannot lie in the future."))


def year_before(day: date, months: int) -> date:
    """Return the day so many months before, the last of its month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def ensure_rated(
    codes: Collection[str],
    answers: Mapping[str, Mapping[str, str]],
    *,
    bad: Collection[str],
    people: int,
    summary: str,
    outcome: str,
    advice: str,
) -> None:
    """Raise FormErrors where an evaluation cannot be concluded.

    An item without rating, a bad one without a remark, nobody named, no analysis, no outcome, a
    plan that does not stay without advice.
    """
    errors = [error for code in codes for error in _unrated(code, answers.get(code, {}), bad)]
    missing = (
        ("people", people > 0, N_("Say who took part, one person a line.")),
        ("summary", bool(summary), N_("Write the analysis.")),
        ("outcome", bool(outcome), N_("Choose the conclusion.")),
        ("advice", bool(advice) or outcome in {"", Outcome.KEEP}, N_("Say what has to change.")),
    )
    errors += [FieldError(name, sentence) for name, is_there, sentence in missing if not is_there]
    if errors:
        raise FormErrors(errors)


def _unrated(code: str, given: Mapping[str, str], bad: Collection[str]) -> list[FieldError]:
    if not given.get("rating"):
        return [FieldError(f"rating-{code}", N_("Rate item %(code)s."), {"code": code})]
    if given["rating"] in bad and not given.get("remark"):
        message = N_("Say at item %(code)s what does not fit.")
        return [FieldError(f"remark-{code}", message, {"code": code})]
    return []


def ensure_drafting_open(state: DraftingState) -> None:
    """Raise when a drafting plan was approved: it is then adjusted item by item."""
    if state is DraftingState.APPROVED:
        raise DomainError(N_("This drafting plan was approved already."))


def progress(
    *, issued_on: date | None, entered_on: date, has_draft: bool, locked: bool
) -> Progress:
    """Say how far an item is; only what was issued since the item was entered counts."""
    if issued_on is not None and issued_on >= entered_on:
        return Progress.ISSUED
    if locked:
        return Progress.SIGNING
    return Progress.BEGUN if has_draft else Progress.WAITING
