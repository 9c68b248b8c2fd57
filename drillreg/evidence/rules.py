"""Rules of evidence: the grades, and who may raise one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_
from drillreg.orgs.rules import covers


class Grade(StrEnum):
    """How we know: 自报, 有佐证, 已核查."""

    SELF_REPORTED = "self-reported"
    EVIDENCED = "evidenced"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Entered:
    """Evidence as a person entered it; without a subject it is about itself."""

    kind: str
    on_date: date
    said: Mapping[str, Any]
    note: str
    client_id: str
    body_hash: str
    subject_kind: str = "evidence"
    subject_id: int | None = None


RANK = {grade: at for at, grade in enumerate(Grade)}


def is_above(paths: Iterable[str], org_path: str) -> bool:
    """Say whether any of the subtrees holds an organisation and begins above it."""
    return any(covers(path, org_path) and path != org_path for path in paths)


def ensure_outside(*, is_outside: bool) -> None:
    """Raise unless the one who verifies stands above the organisation or supervises it.

    Nobody verifies what their own organisation reports.
    """
    if not is_outside:
        raise NotAllowed(
            N_("Only the level above or the supervising department can verify what a unit reports.")
        )


def ensure_raised(before: Grade, after: Grade) -> None:
    """Raise when a grade would not become higher."""
    if RANK[after] <= RANK[before]:
        raise DomainError(N_("This evidence already has this grade or a higher one."))


def ensure_note(text: str) -> None:
    """Raise when nobody could tell later how something was verified or why it does not count."""
    if not text:
        raise DomainError(N_("Write how you verified it, or why it does not count."))


def ensure_stands(*, is_void: bool) -> None:
    """Raise when a piece of evidence no longer counts."""
    if is_void:
        raise DomainError(N_("This evidence was struck out. It no longer counts."))


def is_own_entry(
    entered_by: int | None, accounts: Collection[int], *, entered_on: date, today: date
) -> bool:
    """Say whether one of the accounts entered evidence by hand today."""
    return entered_by is not None and entered_by in accounts and entered_on == today


def ensure_own_entry(*, is_own: bool) -> None:
    """Raise unless somebody entered evidence by hand themselves today."""
    if not is_own:
        raise NotAllowed(
            N_("Only who entered it can take it back, and only the same day. Ask the level above.")
        )
