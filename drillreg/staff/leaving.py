"""Leaving: everything somebody has in hand goes on in one act, and the door shuts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from drillreg.accounts import acting, operations
from drillreg.accounts.models import Account
from drillreg.accounts.queries import assignments_on
from drillreg.accounts.registry import account_named, has_role_outside, working_in
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotAllowed, NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.network.operations import contacts
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.staff.holdings import PASSED_ON, Holding, holdings, posts_of
from drillreg.staff.models import Departure
from drillreg.tasks.operations.moving import hand_over


@dataclass(frozen=True)
class Wish:
    """Why somebody leaves, who takes over (by user name), and whether posts and roles go along."""

    reason: str
    successor: str = ""
    with_posts: bool = False
    with_roles: bool = False


def leave(
    account: Account, wish: Wish, *, scope: OrgScope, actor: Actor, today: date, now: datetime
) -> Departure:
    """Hand over all that a person has open, end roles and posts, and shut the account.

    Whoever takes over must have a role in `scope`, and whoever leaves none beyond it.

    Nothing is lost: a task that no successor takes goes back to whoever answers for its
    organisation. Raises DomainError when nobody does.
    """
    operations.ensure_not_oneself(account, actor)
    if has_role_outside(account, scope, on=today):
        raise NotAllowed(N_("This person has a role outside your county as well."))
    if account.disabled_at is not None:
        raise DomainError(N_("This account is out of use already."))
    held = assignments_on(account.id, today)
    if not held:
        raise DomainError(N_("This person has no role to leave."))
    successor = _successor(wish.successor, account, scope, today)
    in_hand = holdings(account, today)
    hand_over(account, successor, remark=wish.reason, actor=actor, today=today, now=now)
    _pass_posts(account, successor if wish.with_posts else None, actor, today, now)
    for assignment in held:
        operations.end_role(account, assignment, to_on=today, actor=actor, now=now)
        if successor is not None and wish.with_roles:
            _give_same_role(successor, assignment.role, assignment.org, actor, today, now)
    for given in acting.delegations_of(account.id, on=today):
        acting.revoke(given, actor=actor, now=now)
    operations.disable(account, reason=wish.reason, actor=actor, now=now)
    return _note(account, successor, held[0].org, wish, in_hand, actor, today, now)


def _successor(username: str, account: Account, scope: OrgScope, today: date) -> Account | None:
    if not username:
        return None
    found = account_named(username, working_in(scope, on=today))
    if found is None or found.disabled_at is not None or found.id == account.id:
        raise FormErrors([FieldError("successor", N_("There is no account of this name."))])
    return found


def _pass_posts(
    account: Account, successor: Account | None, actor: Actor, today: date, now: datetime
) -> None:
    for post in posts_of(account, today):
        # Somebody who leaves on the day they came held the post for that day.
        ends = max(today, post.from_on + timedelta(days=1))
        contacts.end(post, to_on=ends, actor=actor, now=now)
        if successor is not None:
            db.session.flush()
            facts = contacts.PostFacts(
                name=successor.person.name,
                kind=post.kind,
                title=post.title,
                phone=successor.person.phone,
                other_phone=post.other_phone,
                position=post.position,
            )
            contacts.appoint(
                post.org,
                facts,
                from_on=ends,
                verified_on=None,
                actor=actor,
                now=now,
                person=successor.person,
            )


def _give_same_role(
    successor: Account, role: str, org: Org, actor: Actor, today: date, now: datetime
) -> None:
    has_it = any(
        held.role == role and held.org_id == org.id for held in assignments_on(successor.id, today)
    )
    if not has_it:
        operations.give_role(successor, role=role, org=org, from_on=today, actor=actor, now=now)


def _note(
    account: Account,
    successor: Account | None,
    org: Org,
    wish: Wish,
    in_hand: Sequence[Holding],
    actor: Actor,
    today: date,
    now: datetime,
) -> Departure:
    passed = {
        "task": successor is not None,
        "post": successor is not None and wish.with_posts,
        "role": successor is not None and wish.with_roles,
    }
    departure = Departure(
        account_id=account.id,
        successor_id=successor.id if successor else None,
        org_id=org.id,
        org_name=org.name,
        left_on=today,
        reason=wish.reason,
        items=[[each.kind, each.text, passed.get(each.kind, False)] for each in in_hand],
        done_at=now,
        done_by_id=actor.account_id,
        done_by_name=actor.name,
    )
    db.session.add(departure)
    db.session.flush()
    record(
        "person-left",
        subject_kind="account",
        subject_id=account.id,
        actor=actor,
        now=now,
        org_id=org.id,
        successor=successor.id if successor else None,
        handed_over=sum(each.kind in PASSED_ON for each in in_hand),
        reason=wish.reason,
    )
    return departure


def get_departure(public_id: str, scope: OrgScope) -> Departure:
    """Return how somebody left an organisation in scope, or raise NotFound."""
    found = db.session.scalar(
        select(Departure)
        .join(Org, Org.id == Departure.org_id)
        .where(Departure.public_id == public_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such hand-over."))
    return found


def departures_page(scope: OrgScope, *, cursor: str | None = None) -> Page[Departure]:
    """Return a page of the people who left organisations in scope, the last ones first."""
    statement = select(Departure).join(Org, Org.id == Departure.org_id).where(scope.allows())
    return keyset_page(statement, order=[(Departure.id, "desc")], cursor=cursor)
