"""The first minutes of an empty installation: a code for whoever installs it, then the people."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import inspect, select

from drillreg.accounts.models import Account
from drillreg.accounts.operations import NewAccount, create_accounts
from drillreg.accounts.passwords import as_typed, new_one_time
from drillreg.audit.operations import record
from drillreg.config import settings
from drillreg.core.db import db
from drillreg.orgs.models import Division, Org
from drillreg.orgs.operations import OrgFacts, create_org, new_path
from drillreg.orgs.queries import version_or_none
from drillreg.orgs.rules import DivisionLevel, child_path, full_code

# Whom an office needs before anything else, in the order of the page.
FIRST_ROLES = ("sysadmin", "secadmin", "auditor", "county_staff")


@dataclass(frozen=True)
class FirstCounty:
    """What the first page asks about the county; no name where it is there already."""

    name: str
    name_en: str | None
    code: str
    document_word: str


def _keeper() -> Path:
    return settings().data_dir / "setup_code"


def setup_code(*, make: bool = False) -> str | None:
    """Return the code of an installation without accounts, or None once there is one.

    `make` writes a new one where it is missing: only commands do, so that an address on the
    network never opens by itself.
    """
    keeper = _keeper()
    if has_accounts():
        keeper.unlink(missing_ok=True)
        return None
    if make and not keeper.exists():
        keeper.touch(mode=0o600)
        keeper.write_text(new_one_time())
    return keeper.read_text().strip() if keeper.exists() else None


def tell_setup_code() -> None:
    """Say on the terminal how an empty installation is set up; nothing where it is."""
    if not inspect(db.engine).has_table(Account.__tablename__):
        return  # `drillreg init` comes first
    code = setup_code(make=True)
    if code is not None:
        click.echo(f"no accounts yet: open {settings().public_url.rstrip('/')}/setup")
        click.echo(f"set-up code: {code}")


def has_accounts() -> bool:
    """Say whether anybody can sign in."""
    return db.session.scalar(select(Account.id).limit(1)) is not None


def is_waiting() -> bool:
    """Say whether the installation waits for its first people."""
    return _keeper().exists() and not has_accounts()


def code_is(code: str) -> bool:
    """Say whether this is the code that the terminal showed."""
    kept = setup_code()
    return kept is not None and hmac.compare_digest(as_typed(kept), as_typed(code))


def first_county() -> Org | None:
    """Return the county that divisions were imported for, if any."""
    return db.session.scalar(
        select(Org).where(Org.kind == "county", Org.parent_id.is_(None)).order_by(Org.id).limit(1)
    )


def set_up(
    county: FirstCounty, people: list[tuple[str, str]], *, today: date, now: datetime
) -> list[tuple[Account, str]]:
    """Make the county, the three administrators and its first clerk; return them with passwords.

    `people` are (name, user name), in the order of FIRST_ROLES. The code is worth nothing
    afterwards.
    """
    org = _known_county(county) or _new_county(county, today, now)
    made = create_accounts(
        [
            NewAccount(name=name, username=username, role=role, org_id=org.id)
            for role, (name, username) in zip(FIRST_ROLES, people, strict=True)
        ],
        from_on=today,
        actor=None,
        now=now,
    )
    record("installation-set-up", subject_kind="org", subject_id=org.id, actor=None, now=now)
    _keeper().unlink(missing_ok=True)
    return made


def _known_county(county: FirstCounty) -> Org | None:
    org = first_county()
    version = version_or_none(org) if org else None
    for record_ in (org, version):
        if record_ is not None:
            record_.attributes = {**record_.attributes, "document_word": county.document_word}
    return org


def _new_county(county: FirstCounty, today: date, now: datetime) -> Org:
    division = Division(
        code=full_code(county.code),
        level=DivisionLevel.COUNTY,
        name=county.name,
        name_en=county.name_en,
        path=new_path(),
    )
    db.session.add(division)
    db.session.flush()
    division.path = child_path("", division.id)
    facts = OrgFacts(
        name=county.name,
        name_en=county.name_en,
        kind="county",
        attributes={"document_word": county.document_word},
        division_id=division.id,
    )
    return create_org(facts, parent=None, actor=None, now=now, today=today)
