"""What the clock does for the network: asking twice a year to verify the contacts."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import Select, or_, select

from drillreg.accounts.models import Account, Post, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.i18n import N_
from drillreg.network.queries.contacts import holds_on
from drillreg.network.rules import ASKED, Round, asked_kinds, round_of
from drillreg.notices.models import Notice
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported


def ask_to_verify(now: datetime) -> int:
    """Ask everybody who keeps contacts to verify them, once a round; return how many were asked."""
    today = clock.local_date(now)
    this = round_of(today)
    told = set(
        db.session.scalars(
            select(Notice.account_id).where(Notice.occasion == this.occasion, Notice.kind == ASKED)
        )
    )
    waiting = [
        (account_id, org_id, count)
        for account_id, org_id, count in _keepers(this, today)
        if account_id not in told
    ]
    db.session.rollback()
    asked = 0
    for account_id, org_id, count in waiting:
        with unit_of_work():
            asked += notify(
                [account_id],
                occasion=this.occasion,
                kind=ASKED,
                message=N_("Verify the contacts of %(count)d organisations you look after."),
                params={"count": count},
                url=f"/orgs/{org_id}/contacts" if count == 1 else "/network/?missing=verified",
                due_on=this.answer_by,
                now=now,
            )
    return asked


def _keepers(this: Round, today: date) -> list[tuple[int, int, int]]:
    """Return accounts, an organisation of theirs and how many of them wait to be verified.

    An organisation is asked for at the nearest keeper: its own liaison before the town.
    """
    keepers: dict[str, list[int]] = {}
    for account_id, path in db.session.execute(_accounts_that_keep(today)):
        keepers.setdefault(path, []).append(account_id)
    waiting: Counter[int] = Counter()
    example: dict[int, int] = {}
    for org_id, path in db.session.execute(_orgs_not_verified(this, today)):
        for account_id in _nearest(path, keepers):
            waiting[account_id] += 1
            example.setdefault(account_id, org_id)
    return [(account_id, example[account_id], count) for account_id, count in waiting.items()]


def _nearest(path: str, keepers: dict[str, list[int]]) -> list[int]:
    parts = path.rstrip("/").split("/")
    for depth in range(len(parts), 0, -1):
        found = keepers.get("/".join(parts[:depth]) + "/")
        if found:
            return found
    return []


def _accounts_that_keep(today: date) -> Select[int, str]:
    codes = [r.code for r in roles().values() if Permission.KEEP_CONTACTS in r.territory]
    return (
        select(Account.id, Org.path)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= today,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > today),
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id)
    )


def _orgs_not_verified(this: Round, today: date) -> Select[int, str]:
    verified = select(Post.org_id).where(holds_on(today), Post.verified_on >= this.starts_on)
    return (
        select(Org.id, Org.path)
        .where(
            is_imported(Org),
            Org.closed_on.is_(None),
            Org.kind.in_(asked_kinds()),
            Org.id.not_in(verified),
        )
        .order_by(Org.path)
    )
