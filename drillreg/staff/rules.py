"""Rules of giving accounts by a list: user names, and which role fits which organisation."""

import re

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
MOBILE = re.compile(r"1[0-9]{10}")


def username_from(wished: str | None, phone: str | None) -> str:
    """Return the user name a row asks for, else its mobile number, else nothing.

    Raises DomainError for a name that cannot be one.
    """
    if wished:
        name = wished.strip().lower()
        if not USERNAME.fullmatch(name):
            raise DomainError(
                N_("“%(text)s” is no user name: small letters, digits, dots and hyphens."),
                text=wished,
            )
        return name
    digits = re.sub(r"\D", "", phone or "")
    return digits if MOBILE.fullmatch(digits) else ""


def ensure_role_fits(role: str, org_kind: str) -> None:
    """Raise DomainError unless a list may give a role at an organisation of a kind."""
    item = code_list("role_word").get(role)
    if item is None or org_kind not in item.attributes["org_kinds"]:
        raise DomainError(N_("This role is not given at an organisation of this kind."))
