"""How rows are chained: canonical text, salted hash of values, keyed seal."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from drillreg.audit.models import AuditRow

GENESIS = "0" * 64


def canonical(value: Any) -> bytes:
    """Return a value as bytes that are the same for the same content."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode()


def hash_of_values(salt: str, changes: Mapping[str, Any] | None) -> str:
    """Return the salted SHA-256 of old and new values, as hex."""
    return hashlib.sha256(salt.encode() + canonical(changes)).hexdigest()


def seal_of(row: AuditRow, seq: int, previous: str, key: bytes) -> str:
    """Return the keyed hash (HMAC-SHA-256, hex) that chains a row to the one before it."""
    content = {
        "seq": seq,
        "prev": previous,
        "id": row.id,
        "at": row.at.isoformat(),
        "account": row.account_id,
        "actor": row.actor_name,
        "address": row.address,
        "action": row.action,
        "subject": [row.subject_kind, row.subject_id],
        "org": row.org_id,
        "detail": row.detail,
        "values": row.values_hash,
    }
    # Only where it is set, so that rows sealed before the column came keep their seal.
    if row.acting_for_account_id is not None:
        content["acting_for"] = row.acting_for_account_id
    return hmac.new(key, canonical(content), hashlib.sha256).hexdigest()
