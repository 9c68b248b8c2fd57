"""The key of the chain: a file outside the database, so that its rows alone cannot be forged."""

import secrets

from drillreg.config import settings


def audit_key() -> bytes:
    """Return the key, made on first use with mode 0600 in the data folder."""
    keeper = settings().data_dir / "audit_key"
    if not keeper.exists():
        keeper.touch(mode=0o600)
        keeper.write_text(secrets.token_hex(32))
    return bytes.fromhex(keeper.read_text().strip())
