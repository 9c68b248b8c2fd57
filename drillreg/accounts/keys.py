"""The key of accounts: without it the database gives away no secret of an authenticator."""

import hashlib
import hmac

from cryptography.fernet import Fernet

from drillreg.core.keys import kept_key


def _key() -> str:
    return kept_key("accounts_key", lambda: Fernet.generate_key().decode())


def encrypted(text: str) -> str:
    """Return a secret as it is stored."""
    return Fernet(_key()).encrypt(text.encode()).decode()


def decrypted(stored: str) -> str:
    """Return a secret as it was before it was stored; raise InvalidToken with another key."""
    return Fernet(_key()).decrypt(stored.encode()).decode()


def keyed_hash(purpose: str, text: str) -> str:
    """Return a hash, as hex, that cannot be worked out from the database alone."""
    return hmac.new(_key().encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
