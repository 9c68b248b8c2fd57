"""Who can see a record, and why: the scope read from the side of the record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.reach.rules import rights_on
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.orgs.models import Grant, Org, OrgVersion, Oversight
from drillreg.orgs.records import Described
from drillreg.orgs.scope import WHOLE_ORG, is_live


class Why(StrEnum):
    """Why a record lies in somebody's scope."""

    TERRITORY = "territory"
    OVERSIGHT = "oversight"
    GRANT = "grant"
    FORMER = "former"


@dataclass(frozen=True)
class Reason:
    """Why somebody in a role at an organisation can do something with a record."""

    why: Why
    role: str
    org: Org
    field: str = ""
    since: date | None = None
    until: date | None = None
    grant: Grant | None = None


@dataclass(frozen=True)
class Seer:
    """An account, one reason, and what it allows."""

    account: Account
    reason: Reason
    permissions: tuple[Permission, ...]


@dataclass(frozen=True)
class _Around:
    """What decides about a record: what it lies in, who oversees it, what was granted of it."""

    line: frozenset[int]
    oversights: Sequence[Oversight]
    grants: Sequence[Grant]
    # The day on which the record's organisation left each that once lay above it.
    former: dict[int, date]

    @property
    def org_ids(self) -> set[int]:
        """The organisations whose people may have a reason."""
        found = {*self.line, *self.former, *(each.overseer_id for each in self.oversights)}
        return found | {each.org_id for each in self.grants if each.org_id is not None}

    @property
    def account_ids(self) -> set[int]:
        """The accounts that hold a grant themselves."""
        return {each.account_id for each in self.grants if each.account_id is not None}


def seers_of(kind: str, record: Described, on: date) -> list[Seer]:
    """Return every account that can do something with a record on a day, each with its reasons."""
    around = _around(kind, record, on)
    # What an organisation was stays open to its former territory, whatever the day.
    dated = date.min if kind == WHOLE_ORG else record.dated
    wanted = rights_on(kind)
    by_account: dict[int, list[RoleAssignment]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    for assignment, account in _people(around, on):
        by_account[account.id].append(assignment)
        accounts[account.id] = account
    found = [
        Seer(accounts[key], reason, permissions)
        for key, held in by_account.items()
        for reason, permissions in _reasons(key, held, around, wanted, dated)
    ]
    return sorted(found, key=lambda each: (each.reason.org.path, each.account.id, each.reason.why))


def _around(kind: str, record: Described, on: date) -> _Around:
    org = record.org
    line = frozenset(int(part) for part in org.path.rstrip("/").split("/"))
    oversights = db.session.scalars(
        select(Oversight)
        .where(
            Oversight.org_id == org.id,
            Oversight.from_on <= on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > on),
        )
        .order_by(Oversight.id)
    ).all()
    of_record = (Grant.record_kind == kind) & (Grant.record_id == record.id)
    of_org = (Grant.record_kind == WHOLE_ORG) & (Grant.record_id == org.id)
    grants = db.session.scalars(
        select(Grant).where(is_live(on), or_(of_record, of_org)).order_by(Grant.id)
    ).all()
    return _Around(line, oversights, grants, _former(org, line))


def _former(org: Org, line: frozenset[int]) -> dict[int, date]:
    rows = db.session.execute(
        select(OrgVersion.path, OrgVersion.to_on)
        .where(OrgVersion.org_id == org.id, OrgVersion.to_on.is_not(None))
        .order_by(OrgVersion.to_on)
    )
    return {
        key: until
        for path, until in rows
        if until is not None
        for key in (int(part) for part in path.rstrip("/").split("/"))
        if key not in line
    }


def _people(around: _Around, on: date) -> list[tuple[RoleAssignment, Account]]:
    rows = db.session.execute(
        select(RoleAssignment, Account)
        .join(Account, Account.id == RoleAssignment.account_id)
        .join(Account.person)
        .join(RoleAssignment.org)
        .options(contains_eager(Account.person), contains_eager(RoleAssignment.org))
        .where(
            or_(
                RoleAssignment.org_id.in_(sorted(around.org_ids)),
                RoleAssignment.account_id.in_(sorted(around.account_ids)),
            ),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
        )
        .order_by(RoleAssignment.id)
    )
    return [(assignment, account) for assignment, account in rows]


def _reasons(
    account_id: int,
    held: Sequence[RoleAssignment],
    around: _Around,
    wanted: Sequence[Permission],
    dated: date | datetime | None,
) -> Iterator[tuple[Reason, tuple[Permission, ...]]]:
    for assignment in held:
        role = roles()[assignment.role]
        if assignment.org_id in around.line:
            reason = Reason(Why.TERRITORY, role.code, assignment.org)
            yield from _with(reason, wanted, role.territory)
        for oversight in around.oversights:
            if oversight.overseer_id == assignment.org_id:
                reason = Reason(
                    Why.OVERSIGHT, role.code, assignment.org, oversight.field, oversight.from_on
                )
                yield from _with(reason, wanted, role.overseen)
    for grant in around.grants:
        yield from _by_grant(account_id, held, grant, wanted)
    yield from _from_before(held, around, dated)


def _with(
    reason: Reason, wanted: Iterable[Permission], held: frozenset[Permission]
) -> Iterator[tuple[Reason, tuple[Permission, ...]]]:
    if found := tuple(permission for permission in wanted if permission in held):
        yield reason, found


def _by_grant(
    account_id: int, held: Sequence[RoleAssignment], grant: Grant, wanted: Sequence[Permission]
) -> Iterator[tuple[Reason, tuple[Permission, ...]]]:
    """Yield the reason that a grant gives to an account: once, by the first role open to it."""
    given = {Permission(grant.permission), Permission.VIEW}
    if grant.org_id is None:
        able = [each for each in held if grant.account_id == account_id]
    else:
        able = [each for each in held if each.org_id == grant.org_id]
    open_to = frozenset().union(*(roles()[each.role].open_to for each in able)) if able else set()
    permissions = tuple(each for each in wanted if each in given & open_to)
    if permissions:
        first = next(each for each in able if permissions[0] in roles()[each.role].open_to)
        reason = Reason(Why.GRANT, first.role, first.org, "", grant.from_on, grant.until_on, grant)
        yield reason, permissions


def _from_before(
    held: Sequence[RoleAssignment], around: _Around, dated: date | datetime | None
) -> Iterator[tuple[Reason, tuple[Permission, ...]]]:
    """Yield that a record was dated before it left the territory of a role; never to change it."""
    viewing = [each for each in held if Permission.VIEW in roles()[each.role].territory]
    left = {each: around.former[each.org_id] for each in viewing if each.org_id in around.former}
    if dated is None or not left or any(each.org_id in around.line for each in viewing):
        return
    last = max(left, key=lambda each: left[each])
    day = clock.local_date(dated) if isinstance(dated, datetime) else dated
    if day < left[last]:
        reason = Reason(Why.FORMER, last.role, last.org, until=left[last])
        yield reason, (Permission.VIEW,)


def people_count(seers: Iterable[Seer]) -> int:
    """Return how many accounts there are among reasons."""
    return len({each.account.id for each in seers})
