"""Rules of plans: states of a version, and what may be issued."""

import re
from calendar import isleap
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from enum import StrEnum
from pathlib import PurePath

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


class VersionState(StrEnum):
    """States of a plan version; the steps between draft and issue come with the sign-off."""

    DRAFT = "draft"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    ABOLISHED = "abolished"
    WITHDRAWN = "withdrawn"


class PlanState(StrEnum):
    """How a plan stands as a whole, on a day."""

    CURRENT = "current"
    REVIEW_DUE = "review-due"
    DRAFT = "draft"
    ABOLISHED = "abolished"


class Secrecy(StrEnum):
    """Who may read a plan; text marked 秘密 or higher never enters the system.

    Of a classified plan one line may stand, with a neutral title and nothing of its text.
    """

    PUBLIC = "public"
    INTERNAL = "internal"
    LINE = "line"


# 国办发〔2024〕5号 §34: evaluated in principle every three years (governments and departments).
REVIEW_YEARS = 3
# From here on a list says how many days are left.
SOON = timedelta(days=90)
# 国办发〔2024〕5号 §26 and §28: filed and published within 20 working days of issue.
WORKING_DAYS_TO_FILE = 20
# What the form offers for a classified plan, so that it can be refused with a reason.
CLASSIFIED = "classified"
# GB/T 9704-2012 §7.2.2: the marking on a classified paper, such as 秘密★1年.
CLASSIFIED_MARK = re.compile(r"(绝密|机密|秘密)\s*[★☆*]")
OVERALL_KINDS = frozenset({"overall", "unit-overall"})
PAPER_ENDINGS = frozenset({".pdf", ".doc", ".docx", ".wps"})
PAPER_MEDIA_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/x-ole-storage",
    }
)
NO_SECRETS = N_(
    "State secrets must never be entered here. Keep the plan where classified papers are kept,"
    " and register its public abridged version, marked public, if there is one."
)


def review_date(issued_on: date) -> date:
    """Return the day by which a plan issued on a day is to be evaluated: three years on."""
    year = issued_on.year + REVIEW_YEARS
    if (issued_on.month, issued_on.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return issued_on.replace(year=year)


def ensure_issuable(
    state: VersionState,
    *,
    number: str,
    issued_on: date,
    review_on: date | None,
    has_text: bool,
    today: date,
    last_issued_on: date | None = None,
    empty: Sequence[str] = (),
) -> None:
    """Raise unless a version can be issued; `empty`: headings that need a text and have none."""
    if state is not VersionState.DRAFT:
        raise DomainError(N_("Only a draft can be issued."))
    if not has_text:
        raise DomainError(N_("Write the text of the plan or attach it before it is issued."))
    if empty:
        raise DomainError(
            N_(
                "These sections are still empty: %(headings)s. Fill them before the plan is issued."
            ),
            headings="、".join(empty),
        )
    if not number:
        raise DomainError(N_("Give the document number before the plan is issued."))
    ensure_dates(
        issued_on=issued_on, review_on=review_on, last_issued_on=last_issued_on, today=today
    )


def ensure_dates(
    *, issued_on: date, review_on: date | None, last_issued_on: date | None, today: date
) -> None:
    """Raise unless the dates of an issue fit today, the version before and each other."""
    if issued_on > today:
        raise DomainError(N_("The date of issue cannot lie in the future."))
    if last_issued_on is not None and issued_on < last_issued_on:
        raise DomainError(
            N_("The version in force was issued on %(day)s; a new one cannot be older."),
            day=last_issued_on.isoformat(),
        )
    if review_on is not None and review_on <= issued_on:
        raise DomainError(N_("The review date must lie after the date of issue."))


def ensure_may_draft(has_draft: bool) -> None:
    """Raise when the plan already has a draft: at most one at a time."""
    if has_draft:
        raise DomainError(N_("This plan already has a draft. Go on with that one."))


def ensure_unlocked(locked: bool) -> None:
    """Raise while a draft is with those who sign: what they read stays as it is."""
    if locked:
        raise DomainError(N_("The draft is with those who sign; nobody changes it until then."))


def ensure_standing(*, voided: bool, abolished: bool) -> None:
    """Raise when a plan was struck out or abolished: it only stays to be read."""
    if voided:
        raise DomainError(N_("This entry was struck out. Register the plan again."))
    if abolished:
        raise DomainError(N_("This plan was abolished. Register a new one in its place."))


def ensure_kind_fits(kind: str, fitting: Collection[str]) -> None:
    """Raise unless an organisation of this kind keeps plans of that kind."""
    if kind not in fitting:
        raise DomainError(N_("An organisation of this kind does not keep such a plan."))


def ensure_not_classified(*texts: str) -> None:
    """Raise when a text carries the marking of a classified paper."""
    if any(CLASSIFIED_MARK.search(text) for text in texts):
        raise DomainError(NO_SECRETS)


def ensure_paper(name: str) -> None:
    """Raise unless a file is named like a Word document or a PDF."""
    if PurePath(name).suffix.lower() not in PAPER_ENDINGS:
        raise DomainError(
            N_("%(name)s is not a Word document or a PDF. Take .docx, .doc, .wps or .pdf."),
            name=name,
        )


def ensure_event_fits(kind: str, event_type: str) -> None:
    """Raise unless the event fits the kind: an overall plan is for all hazards (§8, GB/T 29639)."""
    if kind in OVERALL_KINDS and event_type != "general":
        raise DomainError(N_("An overall plan is for all hazards; choose that event."))


def plan_state(
    *, has_issued: bool, abolished: bool, review_on: date | None, today: date
) -> PlanState:
    """Say how a plan stands: an issued version decides before a draft does."""
    if abolished:
        return PlanState.ABOLISHED
    if not has_issued:
        return PlanState.DRAFT
    late = review_on is not None and review_on < today
    return PlanState.REVIEW_DUE if late else PlanState.CURRENT
