"""Rules of plans: states of a version, what may be issued, how a cell of the matrix reads."""

from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


class VersionState(StrEnum):
    """States of a plan version; the steps between draft and issue come with the sign-off."""

    DRAFT = "draft"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    ABOLISHED = "abolished"


class Secrecy(StrEnum):
    """Who may read a plan; text marked 秘密 or higher never enters the system."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Coverage(StrEnum):
    """How a cell of the matrix organisation × event type reads."""

    CURRENT = "current"
    REVIEW_DUE = "review-due"
    DRAFT = "draft"
    MISSING = "missing"


# 国办发〔2024〕5号 §34: evaluated in principle every three years (governments and departments).
REVIEW_AFTER = timedelta(days=3 * 365 + 1)


def ensure_issuable(
    state: VersionState, *, number: str, issued_on: date, has_text: bool, today: date
) -> None:
    """Raise unless a version can be issued as it stands."""
    if state is not VersionState.DRAFT:
        raise DomainError(N_("Only a draft can be issued."))
    if not has_text:
        raise DomainError(N_("Attach the text of the plan before it is issued."))
    if not number:
        raise DomainError(N_("Give the document number before the plan is issued."))
    if issued_on > today:
        raise DomainError(N_("The date of issue cannot lie in the future."))


def ensure_may_draft(has_draft: bool) -> None:
    """Raise when the plan already has a draft: at most one at a time."""
    if has_draft:
        raise DomainError(N_("This plan already has a draft. Go on with that one."))


def coverage(
    *, has_current: bool, has_draft: bool, issued_on: date | None, today: date
) -> Coverage:
    """Say how an organisation stands with one kind of event."""
    if has_current and issued_on is not None and today - issued_on > REVIEW_AFTER:
        return Coverage.REVIEW_DUE
    if has_current:
        return Coverage.CURRENT
    return Coverage.DRAFT if has_draft else Coverage.MISSING
