"""Writing the trail and sealing it."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.chain import GENESIS, canonical, hash_of_values, seal_of
from drillreg.audit.models import AuditRow, AuditValue
from drillreg.core.access import Actor
from drillreg.core.db import db


def record(
    action: str,
    *,
    subject_kind: str,
    subject_id: int | None,
    actor: Actor | None,
    now: datetime,
    org_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    """Write one act into the trail, in the transaction of the act.

    `changes` maps a field to `[old, new]`; `detail` holds what may be kept for ever.
    """
    salt = secrets.token_hex(16)
    plain = json.loads(canonical(changes)) if changes else None
    row = AuditRow(
        at=now,
        account_id=actor.account_id if actor else None,
        actor_name=actor.name if actor else "system",
        acting_for_account_id=actor.acting_for_account_id if actor else None,
        address=actor.address if actor else "",
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        org_id=org_id,
        detail=json.loads(canonical(detail)),
        values_hash=hash_of_values(salt, plain) if plain else None,
    )
    db.session.add(row)
    if plain:
        db.session.flush()
        db.session.add(AuditValue(row_id=row.id, salt=salt, changes=plain))


def seal_rows(*, key: bytes, at_most: int = 1000) -> int:
    """Chain the rows that are not sealed yet, oldest first, and return how many.

    Only one sealer works at a time: the unique `seq` refuses a second one.
    """
    seq, previous = head()
    rows = db.session.scalars(
        select(AuditRow).where(AuditRow.seq.is_(None)).order_by(AuditRow.id).limit(at_most)
    ).all()
    for row in rows:
        seq += 1
        previous = seal_of(row, seq, previous, key)
        row.seq, row.seal = seq, previous
    return len(rows)


def head() -> tuple[int, str]:
    """Return the number and seal of the newest sealed row, for an anchor outside the database."""
    last = db.session.execute(
        select(AuditRow.seq, AuditRow.seal)
        .where(AuditRow.seq.is_not(None))
        .order_by(AuditRow.seq.desc())
        .limit(1)
    ).first()
    return (last.seq or 0, last.seal or GENESIS) if last else (0, GENESIS)
