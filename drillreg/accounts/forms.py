"""Reading account forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from drillreg.accounts.rules import LONGEST_PASSWORD
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate


@dataclass(frozen=True)
class SignInForm:
    """User name and password as typed."""

    username: str
    password: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "SignInForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        username = reader.text("username", translate(N_("User name")), required=True, max_length=80)
        if not fields.get("password"):
            reader.fail("password", N_("%(label)s is missing."), label=translate(N_("Password")))
        reader.finish()
        return cls(username, fields["password"][: LONGEST_PASSWORD + 1])


@dataclass(frozen=True)
class PasswordForm:
    """Old and new password."""

    old: str
    new: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "PasswordForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        if not fields.get("old"):
            reader.fail("old", N_("%(label)s is missing."), label=translate(N_("Present password")))
        if fields.get("new", "") != fields.get("again", ""):
            reader.fail("again", N_("The two new passwords differ."))
        reader.finish()
        return cls(fields["old"], fields.get("new", ""))
