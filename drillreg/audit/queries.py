"""Reading and checking the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from drillreg.audit.chain import GENESIS, hash_of_values, seal_of
from drillreg.audit.models import AuditRow, AuditValue
from drillreg.core.db import db
from drillreg.core.paging import Page, keyset_page


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: rows checked, first bad number, rows not sealed yet."""

    checked: int
    first_bad: int | None
    unsealed: int
    head: tuple[int, str]


def verify(*, key: bytes, anchor: tuple[int, str] | None = None) -> Verdict:
    """Check the whole chain, and that it still holds an anchor (number, seal) kept elsewhere."""
    seq, previous, bad = 0, GENESIS, None
    statement = (
        select(AuditRow, AuditValue)
        .outerjoin(AuditValue, AuditValue.row_id == AuditRow.id)
        .where(AuditRow.seq.is_not(None))
        .order_by(AuditRow.seq)
        .execution_options(yield_per=1000)
    )
    anchored = anchor is None or anchor[0] == 0
    for row, value in db.session.execute(statement):
        seq += 1
        sound = row.seq == seq and row.seal == seal_of(row, seq, previous, key)
        if sound and value is not None and value.erased_at is None:
            sound = row.values_hash == hash_of_values(value.salt, value.changes)
        if not sound and bad is None:
            bad = seq
        previous = row.seal or ""
        anchored = anchored or (anchor is not None and (row.seq, row.seal) == anchor)
    if not anchored and bad is None:
        bad = anchor[0] if anchor else None
    waiting = db.session.scalar(select(func.count()).where(AuditRow.seq.is_(None))) or 0
    return Verdict(seq, bad, waiting, (seq, previous))


@dataclass(frozen=True)
class TrailFilter:
    """What the page of the trail asks for; `orgs` of None is everything, also acts of no one."""

    orgs: Any = None
    within: Sequence[int] | None = None
    who: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    address: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions of the filter."""
        pairs: list[tuple[Any, ColumnElement[bool]]] = [
            (self.who, AuditRow.actor_name.contains(self.who, autoescape=True)),
            (self.action, AuditRow.action == self.action),
            (self.subject_kind, AuditRow.subject_kind == self.subject_kind),
            (self.address, AuditRow.address.startswith(self.address, autoescape=True)),
        ]
        found = [condition for asked, condition in pairs if asked]
        if self.orgs is not None:
            found.append(AuditRow.org_id.in_(self.orgs))
        if self.within is not None:
            found.append(AuditRow.org_id.in_(self.within))
        if self.subject_id is not None:
            found.append(AuditRow.subject_id == self.subject_id)
        if self.since is not None:
            found.append(AuditRow.at >= self.since)
        if self.before is not None:
            found.append(AuditRow.at < self.before)
        return found


def trail_page(wanted: TrailFilter, *, cursor: str | None = None, size: int = 50) -> Page[Any]:
    """Return a page of the trail with old and new values, newest first: (AuditRow, AuditValue)."""
    found = keyset_page(
        _with_values(wanted), order=[(AuditRow.id, "desc")], cursor=cursor, size=size
    )
    return Page([(row[0], row[1]) for row in found.rows], found.next_cursor, found.size)


def _with_values(wanted: TrailFilter) -> Any:
    return (
        select(AuditRow, AuditValue)
        .outerjoin(AuditValue, AuditValue.row_id == AuditRow.id)
        .where(*wanted.conditions())
    )


def trail_count(wanted: TrailFilter) -> int:
    """Return how many acts a filter finds."""
    statement = select(func.count()).select_from(AuditRow).where(*wanted.conditions())
    return db.session.scalar(statement) or 0


def trail_rows(wanted: TrailFilter, *, at_most: int) -> Sequence[Any]:
    """Return the acts of a filter for an export, newest first: (AuditRow, AuditValue)."""
    statement = _with_values(wanted).order_by(AuditRow.id.desc()).limit(at_most)
    return db.session.execute(statement).all()


def acts_on(
    subject_kind: str, subject_id: int, *, before: datetime | None = None, at_most: int = 50
) -> Sequence[AuditRow]:
    """Return the newest acts on one record; the caller has checked that it may be read."""
    return db.session.scalars(
        select(AuditRow)
        .where(
            AuditRow.subject_kind == subject_kind,
            AuditRow.subject_id == subject_id,
            AuditRow.at < before if before else true(),
        )
        .order_by(AuditRow.id.desc())
        .limit(at_most)
    ).all()
