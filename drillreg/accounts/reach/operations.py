"""Giving and revoking grants: nobody gives what they do not hold, or out of their own reach."""

from datetime import date, datetime

from drillreg.accounts.models import Account
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.reach.queries import (
    GrantRow,
    holders_named,
    is_open_to,
    may_read,
    same_grant,
)
from drillreg.accounts.reach.rules import GrantState, GrantText, ensure_fits, state_of
from drillreg.audit.operations import record as audit
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotAllowed, NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Grant, Org
from drillreg.orgs.records import Described
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import is_live, scope_of


def ensure_may_grant(kind: str, record: Described, actor: Actor, today: date) -> None:
    """Raise NotFound when a record is out of sight, NotAllowed when it is not one's to open."""
    if not may_read(kind, record, scope_of(actor, Permission.VIEW, today)):
        raise NotFound(N_("There is no such record."))
    if not scope_of(actor, Permission.GRANT_ACCESS, today).includes(record.org):
        raise NotAllowed(N_("Access to this record is given by its own territory."))


def give_grant(
    kind: str,
    record: Described,
    holder: Org | Account,
    text: GrantText,
    *,
    actor: Actor,
    today: date,
    now: datetime,
) -> Grant:
    """Open a record to an organisation or an account."""
    ensure_may_grant(kind, record, actor, today)
    ensure_fits(kind, text, today)
    held = scope_of(actor, text.permission, today)
    if not held.includes_record(kind, record.id, record.org):
        raise NotAllowed(N_("You cannot give more than you hold yourself."))
    org_id = holder.id if isinstance(holder, Org) else None
    account_id = holder.id if isinstance(holder, Account) else None
    same = same_grant(kind, record.id, text.permission, org_id, account_id).where(is_live(today))
    if db.session.scalar(same.limit(1)) is not None:
        raise DomainError(N_("This was granted already, and still holds."))
    found = Grant(
        record_kind=kind,
        record_id=record.id,
        owner_id=record.org.id,
        org_id=org_id,
        account_id=account_id,
        permission=text.permission.value,
        reason_kind=text.reason_kind,
        reason=text.reason,
        from_on=text.from_on,
        until_on=text.until_on,
        open_reason=None if text.until_on else text.open_reason,
        given_at=now,
        given_by_id=actor.account_id,
        given_by_name=actor.name,
    )
    db.session.add(found)
    db.session.flush()
    audit(
        "access-granted",
        subject_kind="grant",
        subject_id=found.id,
        actor=actor,
        now=now,
        org_id=record.org.id,
        record_kind=kind,
        record_id=record.id,
        holder_org=org_id,
        holder_account=account_id,
        permission=text.permission.value,
        reason=text.reason_kind,
        from_on=text.from_on,
        until_on=text.until_on,
    )
    return found


def find_holder(
    org_name: str, username: str, record: Described, text: GrantText, *, actor: Actor, today: date
) -> Org | Account:
    """Return to whom a form grants something; raise when nobody, or nobody to whom it is new."""
    if username:
        return _account(username, text.permission, today)
    found = holders_named(org_name, scope_of(actor, Permission.VIEW, today))
    near = [org for org in found if org.path.split("/", 1)[0] == record.org.path.split("/", 1)[0]]
    found = near or found
    if not found:
        raise _refused("holder_org", N_("There is no organisation of this name to grant to."))
    if len(found) > 1:
        raise _refused("holder_org", N_("Several organisations have this name."))
    if covers(found[0].path, record.org.path):
        raise _refused("holder_org", N_("The record lies in its territory: it sees it anyway."))
    return found[0]


def _account(username: str, permission: Permission, today: date) -> Account:
    account = account_or_none(username.strip().lower())
    if account is None or account.disabled_at is not None:
        raise _refused("holder_account", N_("There is no account of this name."))
    if not is_open_to(account, permission, today):
        raise _refused("holder_account", N_("The roles of this account are not open to this."))
    return account


def _refused(field: str, message: str) -> FormErrors:
    return FormErrors([FieldError(field, message)])


def ensure_may_revoke(row: GrantRow, actor: Actor, today: date) -> None:
    """Raise NotAllowed unless the record lies where the actor may open records."""
    org = row.record.org if row.record else row.grant.owner
    if not scope_of(actor, Permission.GRANT_ACCESS, today).includes(org):
        raise NotAllowed(N_("Access to this record is given by its own territory."))


def revoke_grant(row: GrantRow, *, reason: str, actor: Actor, today: date, now: datetime) -> None:
    """End a grant at once; what it opened is not found any more from the next read on."""
    ensure_may_revoke(row, actor, today)
    grant = row.grant
    state = state_of(
        from_on=grant.from_on,
        until_on=grant.until_on,
        revoked=grant.revoked_at is not None,
        today=today,
    )
    if state in {GrantState.REVOKED, GrantState.ENDED}:
        raise DomainError(N_("This grant has ended already."))
    grant.revoked_at, grant.revoke_reason = now, reason
    grant.revoked_by_id, grant.revoked_by_name = actor.account_id, actor.name
    audit(
        "access-revoked",
        subject_kind="grant",
        subject_id=grant.id,
        actor=actor,
        now=now,
        org_id=grant.owner_id,
        record_kind=grant.record_kind,
        record_id=grant.record_id,
        reason=reason,
    )
