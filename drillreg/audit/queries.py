"""Reading and checking the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

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


def trail_page(*, action: str = "", cursor: str | None = None, size: int = 50) -> Page[AuditRow]:
    """Return a page of the trail, newest first."""
    statement = select(AuditRow)
    if action:
        statement = statement.where(AuditRow.action == action)
    return keyset_page(statement, order=[(AuditRow.id, "desc")], cursor=cursor, size=size)


def acts_on(subject_kind: str, subject_id: int, *, at_most: int = 50) -> Sequence[AuditRow]:
    """Return the newest acts on one record; the caller has checked that it may be read."""
    return db.session.scalars(
        select(AuditRow)
        .where(AuditRow.subject_kind == subject_kind, AuditRow.subject_id == subject_id)
        .order_by(AuditRow.id.desc())
        .limit(at_most)
    ).all()
