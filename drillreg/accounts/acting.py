"""Acting for somebody: who may, for how long, and what the record says: always both names."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from drillreg.accounts.models import Account, ActingFor, SignInSession
from drillreg.accounts.queries import actor_of, assignments_between, assignments_on
from drillreg.accounts.rules import acts_on, ensure_compatible, ensure_no_administrator, roles
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotAllowed, NotFound
from drillreg.i18n import N_

LONGEST = timedelta(days=366)


def in_force(given: ActingFor, on: date) -> bool:
    """Say whether a delegation lets its deputy act on a day."""
    return given.principal.disabled_at is None and acts_on(
        on, from_on=given.from_on, to_on=given.to_on, revoked_at=given.revoked_at
    )


def actor_acting_for(given: ActingFor, account: Account, *, on: date, address: str) -> Actor:
    """Return a deputy with the reach of the one they act for, in the roles lent to them."""
    principal = given.principal
    held = [a for a in assignments_on(principal.id, on) if a.role in given.roles]
    actor = actor_of(account, on=on, address=address, held=held)
    return replace(
        actor,
        name=both_names(actor.name, principal.person.name),
        acting_for_account_id=principal.id,
        acting_for_name=principal.person.name,
    )


def both_names(deputy: str, principal: str) -> str:
    """Return how an act of a deputy is signed, in records that outlive a change of language."""
    return f"{deputy}（代{principal}办理）"


def roles_to_lend(account_id: int, on: date) -> list[str]:
    """Return the roles of an account that somebody may be lent, in the order of the table."""
    held = {a.role for a in assignments_on(account_id, on)}
    return [code for code, role in roles().items() if code in held and not role.is_administrator]


def lend(
    principal: Account,
    deputy: Account | None,
    *,
    codes: Iterable[str],
    from_on: date,
    to_on: date,
    today: date,
    actor: Actor,
    now: datetime,
) -> ActingFor:
    """Let somebody act for an account in some of its roles until the day before `to_on`."""
    if actor.acting_for_account_id is not None:
        raise NotAllowed(N_("Who acts for somebody cannot pass it on."))
    if deputy is None or deputy.disabled_at is not None:
        raise FormErrors([FieldError("deputy", N_("There is no account of this name."))])
    if deputy.id == principal.id:
        raise FormErrors([FieldError("deputy", N_("This is the same person."))])
    if not from_on < to_on <= from_on + LONGEST or to_on <= today:
        raise FormErrors([FieldError("last_on", N_("Give a last day within a year."))])
    wanted = sorted(set(codes))
    _ensure_lendable(principal, deputy, wanted, from_on, to_on)
    given = ActingFor(
        principal=principal,
        deputy=deputy,
        roles=wanted,
        from_on=from_on,
        to_on=to_on,
        given_by_id=actor.account_id,
        given_at=now,
    )
    db.session.add(given)
    last = to_on - timedelta(days=1)
    deputy.may_act_until = max(last, deputy.may_act_until or last)
    record(
        "acting-given",
        subject_kind="account",
        subject_id=principal.id,
        actor=actor,
        now=now,
        deputy=deputy.id,
        roles=wanted,
        from_day=from_on,
        last_day=last,
    )
    return given


def _ensure_lendable(
    principal: Account, deputy: Account, wanted: list[str], from_on: date, to_on: date
) -> None:
    held = {a.role for a in assignments_between(principal.id, from_on, to_on)}
    if not wanted or not set(wanted) <= held:
        raise FormErrors([FieldError("roles", N_("Choose roles that this person has."))])
    own = {a.role for a in assignments_between(deputy.id, from_on, to_on)}
    ensure_no_administrator({*wanted, *own})
    ensure_compatible({*wanted, *own})


def revoke(given: ActingFor, *, actor: Actor, now: datetime) -> None:
    """End a delegation at once, also where somebody is acting on it just now."""
    if given.revoked_at is not None:
        raise DomainError(N_("This has ended already."))
    given.revoked_at = now
    record(
        "acting-revoked",
        subject_kind="account",
        subject_id=given.principal_id,
        actor=actor,
        now=now,
        deputy=given.deputy_id,
    )


def switch(found: SignInSession, given: ActingFor | None, *, actor: Actor, now: datetime) -> None:
    """Let a browser act for somebody from now on, or for nobody."""
    found.acting_for_id = given.id if given else None
    record(
        "acting-begun" if given else "acting-ended",
        subject_kind="account",
        subject_id=given.principal_id if given else actor.acting_for_account_id,
        actor=actor,
        now=now,
    )


def delegations_of(account_id: int, *, on: date) -> Sequence[ActingFor]:
    """Return what an account lets others do and what others let it do, now or later."""
    return db.session.scalars(
        select(ActingFor)
        .where(
            or_(ActingFor.principal_id == account_id, ActingFor.deputy_id == account_id),
            ActingFor.revoked_at.is_(None),
            ActingFor.to_on > on,
        )
        .order_by(ActingFor.from_on, ActingFor.id)
    ).all()


def get_delegation(public_id: str, account_id: int) -> ActingFor:
    """Return a delegation in which an account is one of the two; raise NotFound for others."""
    found = db.session.scalar(
        select(ActingFor).where(
            ActingFor.public_id == public_id,
            or_(ActingFor.principal_id == account_id, ActingFor.deputy_id == account_id),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such delegation."))
    return found
