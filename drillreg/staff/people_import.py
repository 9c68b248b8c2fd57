"""Importing people: one row, one person with an account and a role, and a slip to be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import delete, func, select, update

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.operations import NewAccount, create_accounts
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_, pick
from drillreg.orgs.models import Org
from drillreg.orgs.naming import OrgNames
from drillreg.sheets.cells import CellError, wide
from drillreg.staff.models import Slip
from drillreg.staff.rules import ensure_role_fits, username_from
from drillreg.staff.slips import keep_slip
from drillreg.work.importers import Entry, Field, Kind, Note, Plan, Source, chunks, fields_of
from drillreg.work.models import ImportBatch

STEP = 250
# Why an account of an import that is still being written opens nothing.
NOT_YET = "import"


@dataclass(frozen=True)
class NewPerson:
    """Somebody a row names, with the organisation found and the user name settled."""

    name: str
    phone: str | None
    username: str
    role: str
    org_id: int
    org_name: str


@cache
def _role_words() -> dict[str, str]:
    """Return the role of every word by which a table may call it."""
    found: dict[str, str] = {}
    for item in code_list("role_word"):
        label = roles()[item.code].label
        for word in (item.code, *label.values(), *item.attributes["synonyms"]):
            found[wide(word).casefold()] = item.code
    return found


class PeopleImport(Kind):
    """Lists of people who get accounts: liaisons of schools, staff of towns, monitors."""

    code = "people"
    label = N_("People and accounts")
    about = N_(
        "One row for each person: name, organisation and role. Each gets an account with a one-time"
        " password, which is printed on a slip and handed over."
    )
    permission = Permission.MANAGE_ACCOUNTS
    owner_kinds = ("county",)
    shown = (N_("Name"), N_("User name"), N_("Role"), N_("Organisation"))
    in_use = N_("%(count)d of these people have signed in already. Take them out of use singly.")

    def fields(self) -> Sequence[Field]:
        """Return what a list of people can say."""
        return fields_of("person_column")

    def plan(self, source: Source) -> Plan:
        """Say who would get an account; nothing is written."""
        if source.owner_id is None:
            raise DomainError(N_("Say below which organisation the list belongs."))
        owner = db.session.get_one(Org, source.owner_id)
        names = OrgNames(owner, code_list("org_kind").codes())
        columns = {each.code: source.read(each) for each in self.fields()}
        taken = _Taken()
        plan = Plan(entries=[], problems=[])
        for at in range(len(source.grid.rows)):
            bad = next((c for c in columns if at in columns[c].errors), None)
            if bad is not None:
                error = columns[bad].errors[at]
                plan.problems.append(Note(at, error.message, error.params, source.heading(bad)))
                continue
            values = {code: column.values[at] for code, column in columns.items()}
            try:
                plan.entries.append(Entry(at, _person(values, names, taken)))
            except DomainError as error:
                plan.problems.append(Note(at, error.message, error.params))
        return plan

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return name, user name, role and organisation."""
        person: NewPerson = entry.data
        return person.name, person.username, pick(roles()[person.role].label), person.org_name

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return chunks of people."""
        return chunks([entry.data for entry in entries], STEP)

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Make a chunk of accounts that open nothing yet, and keep their slips."""
        made = create_accounts(
            [NewAccount(p.name, p.username, p.role, p.org_id, p.phone) for p in step],
            from_on=today,
            actor=None,
            now=now,
        )
        ids = {person.org_id for person in step}
        orgs = {org.id: org for org in db.session.scalars(select(Org).where(Org.id.in_(ids)))}
        for (account, password), person in zip(made, step, strict=True):
            account.disabled_at, account.disabled_reason = now, NOT_YET
            keep_slip(
                account,
                password,
                org=orgs[person.org_id],
                role=person.role,
                now=now,
                import_id=batch.id,
            )

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Put the accounts into use, all at once."""
        db.session.execute(
            update(Account)
            .where(Account.id.in_(_accounts_of(batch)), Account.disabled_reason == NOT_YET)
            .values(disabled_at=None, disabled_reason=None)
            .execution_options(synchronize_session=False)
        )

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Take the accounts out of use again; nobody has signed in with one."""
        db.session.execute(
            update(Account)
            .where(Account.id.in_(_accounts_of(batch)), Account.disabled_at.is_(None))
            .values(disabled_at=now, disabled_reason=NOT_YET)
            .execution_options(synchronize_session=False)
        )

    def drop(self, batch: ImportBatch) -> None:
        """Remove the accounts of an import that nobody has seen."""
        mine = list(db.session.scalars(_accounts_of(batch)))
        people = list(db.session.scalars(select(Account.person_id).where(Account.id.in_(mine))))
        db.session.execute(delete(Slip).where(Slip.import_id == batch.id))
        db.session.execute(delete(RoleAssignment).where(RoleAssignment.account_id.in_(mine)))
        db.session.execute(delete(Account).where(Account.id.in_(mine)))
        db.session.execute(delete(Person).where(Person.id.in_(people)))

    def uses(self, batch: ImportBatch) -> int:
        """Return how many of the people have signed in."""
        statement = (
            select(func.count())
            .select_from(Account)
            .where(Account.id.in_(_accounts_of(batch)), Account.last_signed_in_at.is_not(None))
        )
        return db.session.scalar(statement) or 0

    def home(self, batch: ImportBatch) -> str:
        """Return the slips to be printed."""
        return url_for("staff.slips")

    def offered(self, owner_id: int) -> Mapping[str, Sequence[str]]:
        """Offer the organisations and the roles by name."""
        names = OrgNames(db.session.get_one(Org, owner_id), code_list("org_kind").codes())
        return {
            "org": [org.name for org in names.by_id.values()],
            "role": [pick(roles()[item.code].label) for item in code_list("role_word")],
        }


def _accounts_of(batch: ImportBatch) -> Any:
    return select(Slip.account_id).where(Slip.import_id == batch.id)


class _Taken:
    """User names that cannot be given: those that stand, and those of rows before."""

    def __init__(self) -> None:
        self.names = set(db.session.scalars(select(Account.username)))

    def take(self, name: str) -> bool:
        """Take a name; say whether it was free."""
        if name in self.names:
            return False
        self.names.add(name)
        return True


def _person(values: Mapping[str, Any], names: OrgNames, taken: _Taken) -> NewPerson:
    """Return the person of a row; raise DomainError with the reason why there is none."""
    for code, sentence in (
        ("name", N_("The name is missing.")),
        ("org", N_("The organisation is missing.")),
        ("role", N_("The role is missing.")),
    ):
        if not values[code]:
            raise CellError(sentence)
    role = _role_words().get(wide(values["role"]).casefold())
    if role is None:
        raise CellError(N_("“%(text)s” is not a role that a list can give."), text=values["role"])
    org = names.named(values["org"])
    ensure_role_fits(role, org.kind)
    wished = username_from(values["username"], values["phone"])
    if wished and not taken.take(wished):
        raise CellError(N_("The user name %(name)s is taken."), name=wished)
    return NewPerson(
        name=values["name"],
        phone=values["phone"],
        username=wished or _free_name(org, taken),
        role=role,
        org_id=org.id,
        org_name=org.name,
    )


def _free_name(org: Org, taken: _Taken) -> str:
    """Return a user name for somebody without one and without a telephone: "u12-3"."""
    number = 1
    while not taken.take(f"u{org.id}-{number}"):
        number += 1
    return f"u{org.id}-{number}"
