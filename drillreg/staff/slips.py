"""Slips: one-time passwords kept encrypted until they are printed, used or over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import contains_eager

from drillreg.accounts.keys import decrypted, encrypted
from drillreg.accounts.models import Account
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.staff.models import Slip

# What one PDF holds; a longer pile is printed piece by piece.
MOST_AT_ONCE = 96


@dataclass(frozen=True)
class Pile:
    """The slips of one town or department, as they are carried there: how many wait and are out."""

    org: Org
    waiting: int
    printed: int


@dataclass(frozen=True)
class Open:
    """A slip with its password in plain text, for the moment of printing alone."""

    slip: Slip
    password: str


def keep_slip(
    account: Account,
    password: str,
    *,
    org: Org,
    role: str,
    now: datetime,
    import_id: int | None = None,
) -> Slip:
    """Keep the one-time password of a new account until its slip is printed."""
    slip = Slip(
        account_id=account.id,
        org_id=org.id,
        role=role,
        import_id=import_id,
        secret=encrypted(password),
        made_at=now,
        ends_at=account.password_ends_at or now,
    )
    db.session.add(slip)
    return slip


def _useful(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a slip, joined with its account, still opens the door."""
    return and_(
        Slip.secret.is_not(None),
        Slip.ends_at > now,
        Account.must_change_password.is_(True),
        Account.disabled_at.is_(None),
    )


def piles(scope: OrgScope, now: datetime) -> list[Pile]:
    """Return the slips in scope by what stands directly below the county, in tree order."""
    rows = db.session.execute(
        select(Org.path, func.count(Slip.id), func.count(Slip.printed_at))
        .select_from(Slip)
        .join(Account, Account.id == Slip.account_id)
        .join(Org, Org.id == Slip.org_id)
        .where(scope.allows(), _useful(now))
        .group_by(Org.path)
        .order_by(Org.path)
    ).all()
    counts: dict[int, list[int]] = {}
    for path, total, printed in rows:
        pile = counts.setdefault(_carried_to(path), [0, 0])
        pile[0] += total - printed
        pile[1] += printed
    found = db.session.scalars(select(Org).where(Org.id.in_(counts)).order_by(Org.path))
    return [Pile(org, *counts[org.id]) for org in found]


def _carried_to(path: str) -> int:
    """Return the id of the town or department on a path; of the county for the county itself."""
    ids = path.rstrip("/").split("/")
    return int(ids[min(1, len(ids) - 1)])


def slips_of(org: Org, scope: OrgScope, now: datetime, *, again: bool) -> Sequence[Slip]:
    """Return the slips of a pile, those not printed yet unless `again`; a county's are its own."""
    below = and_(Org.path >= org.path, Org.path < subtree_end(org.path))
    statement = (
        select(Slip)
        .join(Slip.account)
        .join(Slip.org)
        .options(contains_eager(Slip.account), contains_eager(Slip.org))
        .where(Org.id == org.id if org.parent_id is None else below, scope.allows(), _useful(now))
        .order_by(Org.path, Slip.id)
        .limit(MOST_AT_ONCE)
    )
    if not again:
        statement = statement.where(Slip.printed_at.is_(None))
    return db.session.scalars(statement).all()


def opened(slips: Sequence[Slip]) -> list[Open]:
    """Return slips with their passwords; raise NotFound when there are none."""
    found = [Open(slip, decrypted(slip.secret)) for slip in slips if slip.secret]
    if not found:
        raise NotFound(N_("There is no slip to print here."))
    return found


def note_printed(slips: Sequence[Slip], org: Org, *, actor: Actor, now: datetime) -> None:
    """Note that slips were printed; they can be printed again while they are of use."""
    for slip in slips:
        slip.printed_at, slip.printed_by_id = now, actor.account_id
    record(
        "slips-printed",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        count=len(slips),
    )


def erase_useless(now: datetime) -> int:
    """Erase the passwords of slips that open nothing any more and return how many."""
    useful = select(Slip.id).join(Account, Account.id == Slip.account_id).where(_useful(now))
    done = db.session.execute(
        update(Slip)
        .where(Slip.secret.is_not(None), Slip.id.not_in(useful))
        .values(secret=None)
        .returning(Slip.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(done)
