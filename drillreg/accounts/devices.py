"""Phones: bound to one person by a code that opens once, revocable, for submitting alone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from drillreg.accounts.keys import keyed_hash
from drillreg.accounts.models import Account, Device, Person, RoleAssignment
from drillreg.accounts.queries import actor_of, assignments_on, hash_of_token
from drillreg.accounts.sessions import new_token
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

INVITE_LASTS = timedelta(minutes=15)
MONITOR = "monitor"


def invite_secret(device: Device) -> str:
    """Return what the code of an invited phone holds; worked out anew, so kept nowhere."""
    text = f"{device.public_id} {device.invite_ends_at.isoformat()}"
    return keyed_hash("invite", text)[:32]


def invite(account: Account, *, on: date, actor: Actor, now: datetime) -> Device:
    """Prepare a code by which one phone can be bound to a monitor within a quarter of an hour."""
    if account.disabled_at is not None or not _monitored(account, on):
        raise DomainError(N_("Only the phone of a monitor can be bound."))
    device = Device(
        account_id=account.id, invite_ends_at=now + INVITE_LASTS, invited_by_id=actor.account_id
    )
    db.session.add(device)
    db.session.flush()
    device.invite_hash = hash_of_token(invite_secret(device))
    _note(device, "device-invited", actor=actor, now=now)
    return device


def renew_invite(device: Device, *, actor: Actor, now: datetime) -> None:
    """Give a phone that was not bound in time a new code; the old one opens nothing."""
    if device.bound_at is not None or device.revoked_at is not None:
        raise DomainError(N_("This phone needs no new code."))
    device.invite_ends_at = now + INVITE_LASTS
    device.invite_hash = hash_of_token(invite_secret(device))
    _note(device, "device-invited", actor=actor, now=now)


def _monitored(account: Account, on: date) -> list[RoleAssignment]:
    return [a for a in assignments_on(account.id, on) if a.role == MONITOR]


def _note(
    device: Device, action: str, *, actor: Actor | None, now: datetime, **detail: Any
) -> None:
    record(
        action,
        subject_kind="device",
        subject_id=device.id,
        actor=actor,
        now=now,
        account=device.account_id,
        **detail,
    )


def invited_device(secret: str, *, now: datetime) -> Device:
    """Return the phone a code is meant for; raise NotFound once it is used or too old."""
    found = db.session.scalar(select(Device).where(Device.invite_hash == hash_of_token(secret)))
    if (
        found is None
        or found.revoked_at is not None
        or found.invite_ends_at <= now
        or found.account.disabled_at is not None
    ):
        raise NotFound(N_("This code is not valid any more. Ask your town office for a new one."))
    return found


def bind(secret: str, *, address: str, agent: str, now: datetime) -> str:
    """Bind the phone that shows a code and return its token; only the hash is kept."""
    device = invited_device(secret, now=now)
    token = new_token()
    device.invite_hash, device.token_hash = None, hash_of_token(token)
    device.bound_at = device.seen_at = now
    device.address, device.agent = address, agent[:200]
    _note(device, "device-bound", actor=None, now=now, address=address)
    return token


def revoke(device: Device, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a phone in no more, from this moment on."""
    if device.revoked_at is not None:
        raise DomainError(N_("This phone was unbound already."))
    device.revoked_at, device.revoke_reason, device.invite_hash = now, reason, None
    _note(device, "device-revoked", actor=actor, now=now, reason=reason)


def device_of(token: str) -> Device | None:
    """Return the phone of a token, also one that was revoked: it gets told so."""
    return db.session.scalar(select(Device).where(Device.token_hash == hash_of_token(token)))


def actor_of_device(device: Device, *, on: date, address: str) -> Actor:
    """Return who a phone acts as: its owner, as a monitor and in no other role."""
    account = device.account
    return actor_of(account, on=on, address=address, held=_monitored(account, on))


def devices_of(account_id: int) -> Sequence[Device]:
    """Return the phones of an account that are bound or invited, newest first."""
    return db.session.scalars(
        select(Device)
        .where(Device.account_id == account_id, Device.revoked_at.is_(None))
        .order_by(Device.id.desc())
    ).all()


def own_device(public_id: str, account_id: int) -> Device:
    """Return a phone of an account; raise NotFound for somebody else's."""
    found = db.session.scalar(
        select(Device).where(Device.public_id == public_id, Device.account_id == account_id)
    )
    if found is None:
        raise NotFound(N_("There is no such phone."))
    return found


def _within(scope: OrgScope, on: date) -> ColumnElement[bool]:
    """Return the condition that an account was ever a monitor in scope, and is none beyond it."""
    held = (
        select(RoleAssignment.account_id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(RoleAssignment.role == MONITOR)
    )
    today = and_(
        RoleAssignment.from_on <= on,
        or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
    )
    return and_(
        Account.id.in_(held.where(scope.allows())),
        Account.id.not_in(held.where(today, ~scope.allows())),
    )


def _devices(scope: OrgScope, on: date) -> Select[Any]:
    return select(Device).join(Account, Account.id == Device.account_id).where(_within(scope, on))


def get_device(public_id: str, scope: OrgScope, *, on: date) -> Device:
    """Return a phone of a monitor in scope; raise NotFound out of it.

    Whoever is a monitor beyond it as well is for the office above both places: a phone is a key
    to all of them.
    """
    found: Device | None = db.session.scalar(
        _devices(scope, on).where(Device.public_id == public_id)
    )
    if found is None:
        raise NotFound(N_("There is no such phone."))
    return found


def devices_page(
    scope: OrgScope, *, on: date, cursor: str | None = None, size: int = 30
) -> Page[Device]:
    """Return a page of the phones of monitors in scope, newest first."""
    return keyset_page(_devices(scope, on), order=[(Device.id, "desc")], cursor=cursor, size=size)


def monitors(scope: OrgScope, *, on: date, at_most: int = 1000) -> Sequence[tuple[Account, Org]]:
    """Return who is a monitor at organisations in scope alone on a day, in tree order."""
    rows = db.session.execute(
        select(Account, Org)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .join(Person, Person.id == Account.person_id)
        .where(
            RoleAssignment.role == MONITOR,
            RoleAssignment.from_on <= on,
            (RoleAssignment.to_on.is_(None)) | (RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
            scope.allows(),
            _within(scope, on),
        )
        .order_by(Org.path, Account.id)
        .limit(at_most)
    ).all()
    return [(account, org) for account, org in rows]
