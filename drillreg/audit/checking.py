"""Verifying the trail as background work."""

from typing import Any

from drillreg.audit.keys import audit_key
from drillreg.audit.queries import verify
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

WORK_KIND = "audit.verify"


def read_anchor(text: str) -> tuple[int, str] | None:
    """Return a number and seal written as NUMBER:SEAL, or None for an empty text."""
    number, _, seal = text.strip().partition(":")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 15 or not seal.strip():
        raise DomainError(N_("An anchor is a number, a colon and a seal."))
    return int(number), seal.strip()


def verify_trail(args: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Check the whole chain, and that it still holds the anchor of an earlier check."""
    progress(0, 1)
    verdict = verify(key=audit_key(), anchor=read_anchor(args.get("anchor", "")))
    db.session.rollback()
    progress(1, 1)
    return {
        "checked": verdict.checked,
        "first_bad": verdict.first_bad,
        "unsealed": verdict.unsealed,
        "anchor": f"{verdict.head[0]}:{verdict.head[1]}",
        "url": "/system/audit/",
    }
