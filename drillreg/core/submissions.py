"""What devices and forms send with an id of their own, so that it is taken once, however often."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


class Conflict(DomainError):  # noqa: N818 - reads better where it is raised
    """The same submission id stands for something else already."""

    status = 409


def body_hash(values: Mapping[str, Any], files: Sequence[bytes]) -> str:
    """Return the SHA-256 (hex) of what a device sent, so that a resend is known from a change."""
    text = json.dumps(
        [dict(values), [hashlib.sha256(data).hexdigest() for data in files]],
        sort_keys=True,
        ensure_ascii=False,
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_same_submission(stored: str, sent: str) -> None:
    """Raise when a client id that was used already comes back with another content (409)."""
    if stored != sent:
        raise Conflict(
            N_("This entry was sent before with other content. Open the page and enter it again.")
        )


def is_client_id(text: str) -> bool:
    """Say whether a text is a UUID in its usual form, as devices and forms send it."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
