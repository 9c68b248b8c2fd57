"""Reading account forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from drillreg.accounts.registry import STATES, AccountFilter
from drillreg.accounts.rules import LONGEST_PASSWORD, roles
from drillreg.accounts.setup import FIRST_ROLES, FirstCounty
from drillreg.core.reading import FormReader
from drillreg.i18n import LOCALES, N_, translate
from drillreg.orgs.models import Org

NAME_LENGTH = 40
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
PHONE = re.compile(r"[0-9+ ()-]{5,25}")
TEXT_SIZES = ("normal", "large")


def read_phone(reader: FormReader, name: str) -> str | None:
    """Return a telephone number, or None."""
    text = reader.text(name, translate(N_("Telephone")), max_length=25)
    if text and not PHONE.fullmatch(text):
        reader.fail(name, N_("A telephone number has digits, blanks, + and - only."))
    return text or None


def read_username(reader: FormReader, name: str) -> str:
    """Return a user name in small letters."""
    label = translate(N_("User name"))
    text = reader.text(name, label, required=True, max_length=40).lower()
    if text and not USERNAME.fullmatch(text):
        reader.fail(
            name, N_("A user name has 2 to 40 small letters, digits, dots, hyphens or underlines.")
        )
    return text


def _read_name(reader: FormReader, name: str) -> str:
    return reader.text(name, translate(N_("Name")), required=True, max_length=NAME_LENGTH)


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


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


def read_code(fields: Mapping[str, str]) -> str:
    """Return the code of an authenticator, or a recovery code, as typed."""
    reader = FormReader(fields)
    code = reader.text("code", translate(N_("One-time code")), required=True, max_length=40)
    reader.finish()
    return code


def _read_new_password(reader: FormReader) -> str:
    new = reader.fields.get("new", "")
    if not new:
        reader.fail("new", N_("%(label)s is missing."), label=translate(N_("New password")))
    elif new != reader.fields.get("again", ""):
        reader.fail("again", N_("The two new passwords differ."))
    return new


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
        new = _read_new_password(reader)
        reader.finish()
        return cls(fields["old"], new)


@dataclass(frozen=True)
class PersonForm:
    """Name and telephone."""

    name: str
    phone: str | None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "PersonForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(_read_name(reader, "name"), read_phone(reader, "phone"))
        reader.finish()
        return form


@dataclass(frozen=True)
class FirstForm:
    """What the first sign-in asks: a password, and whether name and telephone are right."""

    new: str
    name: str
    phone: str | None
    locale: str
    text_size: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "FirstForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            _read_new_password(reader),
            _read_name(reader, "name"),
            read_phone(reader, "phone"),
            reader.choice("locale", translate(N_("Language")), LOCALES),
            reader.choice("text_size", translate(N_("Text size")), TEXT_SIZES),
        )
        reader.finish()
        return form


@dataclass(frozen=True)
class NewAccountForm:
    """A person who gets an account, with one role; the organisation still as its name."""

    name: str
    phone: str | None
    username: str
    role: str
    org: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "NewAccountForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            _read_name(reader, "name"),
            read_phone(reader, "phone"),
            read_username(reader, "username"),
            reader.choice("role", translate(N_("Role")), list(roles())),
            reader.text("org", translate(N_("Organisation")), required=True),
        )
        reader.finish()
        return form


@dataclass(frozen=True)
class RoleForm:
    """A role at an organisation from a day; `to_on` is the day after the last one."""

    role: str
    org: str
    from_on: date
    to_on: date | None

    @classmethod
    def read(cls, fields: Mapping[str, str], *, today: date) -> "RoleForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            reader.choice("role", translate(N_("Role")), list(roles())),
            reader.text("org", translate(N_("Organisation")), required=True),
            reader.date("from_on", translate(N_("First day"))) or today,
            _day_after(reader.date("last_on", translate(N_("Last day")))),
        )
        reader.finish()
        return form


def read_reason(fields: Mapping[str, str], name: str = "reason") -> str:
    """Return a reason."""
    reader = FormReader(fields)
    reason = reader.text(name, translate(N_("Reason")), required=True, max_length=200)
    reader.finish()
    return reason


@dataclass(frozen=True)
class LendForm:
    """Who may act for somebody, and until when; `to_on` is the day after the last one."""

    deputy: str
    from_on: date
    to_on: date

    @classmethod
    def read(cls, fields: Mapping[str, str], *, today: date) -> "LendForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        deputy = reader.text("deputy", translate(N_("User name")), required=True, max_length=80)
        from_on = reader.date("from_on", translate(N_("First day"))) or today
        last_on = reader.date("last_on", translate(N_("Last day")), required=True)
        reader.finish()
        return cls(deputy.lower(), from_on, _day_after(last_on) or today)


@dataclass(frozen=True)
class MonitorForm:
    """Whose phone is bound: somebody with an account, or a person made for it."""

    account: str
    name: str
    phone: str | None
    org: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "MonitorForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        account = reader.raw("account")
        if account:
            return cls(account, "", None, "")
        form = cls(
            "",
            _read_name(reader, "name"),
            read_phone(reader, "phone"),
            reader.text("org", translate(N_("Organisation")), required=True),
        )
        reader.finish()
        return form


@dataclass(frozen=True)
class SetupForm:
    """The first county and its first people."""

    code: str
    county: FirstCounty
    people: list[tuple[str, str]]

    @classmethod
    def read(cls, fields: Mapping[str, str], *, known: bool) -> "SetupForm":
        """Return what was typed, or raise FormErrors; a `known` county has name and code."""
        reader = FormReader(fields)
        code = reader.text("code", translate(N_("Set-up code")), required=True, max_length=40)
        county = FirstCounty(
            name="" if known else reader.text("county", translate(N_("County")), required=True),
            name_en=reader.text("county_en", translate(N_("Name in English"))) or None,
            code="" if known else _read_division_code(reader),
            document_word=reader.text(
                "word", translate(N_("Word of document numbers")), required=True, max_length=12
            ),
        )
        people = [
            (_read_name(reader, f"name_{role}"), read_username(reader, f"username_{role}"))
            for role in FIRST_ROLES
        ]
        names = [username for _, username in people]
        for role, username in zip(FIRST_ROLES, names, strict=True):
            if username and names.count(username) > 1:
                reader.fail(f"username_{role}", N_("Every one of the four needs another name."))
        reader.finish()
        return cls(code, county, people)


def _read_division_code(reader: FormReader) -> str:
    label = translate(N_("Division code"))
    text = reader.text("division_code", label, required=True, max_length=12)
    if text and not re.fullmatch(r"[0-9]{6}(000000)?", text):
        reader.fail("division_code", N_("A county has a code of 6 digits (GB/T 2260)."))
    return text


def read_filter(fields: Mapping[str, str], within: Org | None) -> AccountFilter:
    """Return what an address narrows the list to; what cannot be read is left out."""
    reader = FormReader(fields)
    role, state = reader.raw("role"), reader.raw("state")
    return AccountFilter(
        role=role if role in roles() else "",
        state=state if state in STATES else "",
        words=reader.raw("q")[:80],
        within=within,
    )
