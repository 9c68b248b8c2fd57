"""The key of the chain: a file outside the database, so that its rows alone cannot be forged."""

import secrets

from drillreg.core.keys import kept_key


def audit_key() -> bytes:
    """Return the key, made on first use with mode 0600 in the data folder."""
    return bytes.fromhex(kept_key("audit_key", lambda: secrets.token_hex(32)))
