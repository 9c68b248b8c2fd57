"""Keys kept in the data folder: outside the database, so that its rows alone are not enough."""

import os
from collections.abc import Callable
from pathlib import Path

from drillreg.config import settings

# Every key a backup has to hold.
KEYS = (
    "secret_key",
    "audit_key",
    "accounts_key",
    "tls/ca.key",
    "tls/ca.crt",
    "tls/server.key",
    "tls/server.crt",
)


def kept_key(name: str, make: Callable[[], str]) -> str:
    """Return a key of the data folder, made on first use with mode 0600.

    It appears under its name only once it is whole, so that two processes that start at the same
    time end up with the same one.
    """
    keeper = settings().data_dir / name
    if not keeper.exists():
        fresh = Path(f"{keeper}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        try:
            os.link(fresh, keeper)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return keeper.read_text().strip()
