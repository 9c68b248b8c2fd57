"""Reading grants within a scope of granting, and those a person has received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from drillreg.accounts.models import Account, Person
from drillreg.accounts.queries import assignments_on
from drillreg.accounts.reach.rules import GrantState
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Grant, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.records import Described, described
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope, is_live

MOST_EXPORTED = 20_000
MOST_SUGGESTED = 300
# Bodies whose names everybody knows, so that something can be granted to them from outside.
KNOWN_KINDS = ("county", "town", "department", "outside")


@dataclass(frozen=True)
class GrantFilter:
    """What a list of grants is narrowed to; empty means everything."""

    state: str = ""
    kind: str = ""
    words: str = ""


@dataclass(frozen=True)
class GrantRow:
    """A grant with what it opens (None when that is not there any more) and to whom."""

    grant: Grant
    record: Described | None
    holder: str
    title: str


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    conditions = {
        GrantState.LIVE: is_live(today),
        GrantState.COMING: and_(Grant.revoked_at.is_(None), Grant.from_on > today),
        GrantState.ENDED: and_(Grant.revoked_at.is_(None), Grant.until_on < today),
        GrantState.REVOKED: Grant.revoked_at.is_not(None),
    }
    return conditions[GrantState(state)]


def _statement() -> Select[Any]:
    holder = aliased(Org)
    return (
        select(Grant)
        .join(Grant.owner)
        .outerjoin(holder, holder.id == Grant.org_id)
        .options(contains_eager(Grant.owner), contains_eager(Grant.org.of_type(holder)))
    )


def _filtered(
    statement: Select[Any], whose: ColumnElement[bool], wanted: GrantFilter, today: date
) -> Select[Any]:
    statement = statement.where(whose)
    if wanted.state:
        statement = statement.where(_in_state(wanted.state, today))
    if wanted.kind:
        statement = statement.where(Grant.record_kind == wanted.kind)
    if wanted.words:
        holders = select(Org.id).where(Org.name.contains(wanted.words, autoescape=True))
        statement = statement.where(
            or_(
                Grant.reason.contains(wanted.words, autoescape=True),
                Grant.org_id.in_(holders),
                Grant.owner_id.in_(holders),
            )
        )
    return statement


def given_in(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that a grant opens a record of an organisation in scope."""
    return Grant.owner_id.in_(select(Org.id).where(scope.allows()))


def received_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a grant was given to a person or to where they have a role."""
    view = actor.reach.get(Permission.VIEW)
    if view is None or view.holder is None:
        return Grant.account_id == actor.account_id
    return or_(
        Grant.account_id == view.holder.account_id,
        Grant.org_id.in_(sorted(view.holder.org_ids)),
    )


def grants_page(
    whose: ColumnElement[bool],
    wanted: GrantFilter,
    scope: OrgScope,
    *,
    today: date,
    cursor: str | None = None,
) -> Page[GrantRow]:
    """Return a page of grants, newest first; titles as far as `scope` may view the records."""
    page = keyset_page(
        _filtered(_statement(), whose, wanted, today), order=[(Grant.id, "desc")], cursor=cursor
    )
    return Page(_rows(page.rows, scope), page.next_cursor, page.size)


def count_grants(whose: ColumnElement[bool], wanted: GrantFilter, *, today: date) -> int:
    """Return how many grants a filter finds."""
    statement = _filtered(select(func.count()).select_from(Grant), whose, wanted, today)
    return db.session.scalar(statement) or 0


def all_grants(
    whose: ColumnElement[bool], wanted: GrantFilter, scope: OrgScope, *, today: date
) -> list[GrantRow]:
    """Return every grant of a filter, newest first, at most 20,000, for an export."""
    statement = _filtered(_statement(), whose, wanted, today).order_by(Grant.id.desc())
    return _rows(db.session.scalars(statement.limit(MOST_EXPORTED)).all(), scope)


def _standing(kind: str, key: int, today: date) -> Sequence[Grant]:
    statement = _statement().where(
        Grant.record_kind == kind,
        Grant.record_id == key,
        Grant.revoked_at.is_(None),
        or_(Grant.until_on.is_(None), Grant.until_on >= today),
    )
    return db.session.scalars(statement.order_by(Grant.id.desc())).all()


def grants_on(kind: str, record: Described, scope: OrgScope, today: date) -> list[GrantRow]:
    """Return the grants of a record that hold or will hold, newest first."""
    return _rows(_standing(kind, record.id, today), scope)


def holders_of(kind: str, key: int, today: date) -> list[tuple[Grant, str]]:
    """Return the grants of a record that hold or will hold, newest first, with their holders."""
    grants = _standing(kind, key, today)
    names = _account_names({each.account_id for each in grants if each.account_id is not None})
    return [
        (each, each.org.name if each.org else names.get(each.account_id or 0, ""))
        for each in grants
    ]


def _rows(grants: Sequence[Grant], scope: OrgScope) -> list[GrantRow]:
    records = described({(each.record_kind, each.record_id) for each in grants})
    names = _account_names({each.account_id for each in grants if each.account_id is not None})
    found = []
    for grant in grants:
        record = records.get((grant.record_kind, grant.record_id))
        holder = grant.org.name if grant.org else names.get(grant.account_id or 0, "")
        found.append(GrantRow(grant, record, holder, title_for(grant.record_kind, record, scope)))
    return found


def may_read(kind: str, record: Described, scope: OrgScope) -> bool:
    """Say whether the readers of a scope may view a record, and so know its title."""
    return scope.includes_record(kind, record.id, record.org, record.dated)


def title_for(kind: str, record: Described | None, scope: OrgScope) -> str:
    """Return the title of a record to those who may view it, else only which one it is."""
    if record is None:
        return ""
    return record.title if may_read(kind, record, scope) else record.sign


def _account_names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(
        select(Account.id, Person.name, Account.username)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(sorted(ids)))
        .order_by(Account.id)
    )
    return {key: f"{name}（{username}）" for key, name, username in rows}


def get_grant(grant_id: int, scope: OrgScope) -> GrantRow:
    """Return a grant of a record whose organisation is in scope, or raise NotFound."""
    found = db.session.scalar(_statement().where(Grant.id == grant_id, given_in(scope)))
    if found is None:
        raise NotFound(N_("There is no such grant."))
    return _rows([found], scope)[0]


def same_grant(
    kind: str, key: int, permission: Permission, org_id: int | None, account_id: int | None
) -> Select[Grant]:
    """Select the grants of the same to the same holder that were not revoked."""
    return select(Grant).where(
        Grant.record_kind == kind,
        Grant.record_id == key,
        Grant.permission == permission,
        Grant.org_id == org_id if org_id is not None else Grant.org_id.is_(None),
        Grant.account_id == account_id if account_id is not None else Grant.account_id.is_(None),
        Grant.revoked_at.is_(None),
    )


# To whom something can be given


def _can_hold(scope: OrgScope) -> list[ColumnElement[bool]]:
    return [
        Org.closed_on.is_(None),
        is_imported(Org),
        or_(Org.kind.in_(KNOWN_KINDS), scope.allows()),
    ]


def holders_named(name: str, scope: OrgScope) -> Sequence[Org]:
    """Return the open organisations of a name that something can be granted to."""
    return db.session.scalars(
        select(Org)
        .where(*_can_hold(scope), or_(Org.name == name, Org.short_name == name))
        .order_by(Org.path)
    ).all()


def holders_to_suggest(org: Org) -> Sequence[str]:
    """Return the names of governments, departments and outside bodies of the same county."""
    root = org.path.split("/", 1)[0] + "/"
    return db.session.scalars(
        select(Org.name)
        .where(
            Org.kind.in_(KNOWN_KINDS),
            Org.closed_on.is_(None),
            is_imported(Org),
            Org.path >= root,
            Org.path < subtree_end(root),
            Org.id != org.id,
        )
        .order_by(Org.path)
        .limit(MOST_SUGGESTED)
    ).all()


def is_open_to(account: Account, permission: Permission, on: date) -> bool:
    """Say whether some role of an account can be granted a permission."""
    held = assignments_on(account.id, on)
    return any(permission in roles()[each.role].open_to for each in held)
