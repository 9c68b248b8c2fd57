"""What people change of their own account: password, name and telephone."""

from datetime import datetime

from sqlalchemy import select

from drillreg.accounts.models import Account, FormerPassword
from drillreg.accounts.operations import note
from drillreg.accounts.passwords import hash_password, password_fits
from drillreg.accounts.rules import FORMER_PASSWORDS, ensure_good_password
from drillreg.accounts.sessions import end_other_sessions
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_


def change_password(
    account: Account, *, old: str, new: str, token: str | None, actor: Actor, now: datetime
) -> None:
    """Change one's own password and end all other sessions."""
    if not password_fits(account.password_hash, old):
        raise FormErrors([FieldError("old", N_("The present password is not right."))])
    set_own_password(account, new=new, token=token, actor=actor, now=now)


def set_own_password(
    account: Account, *, new: str, token: str | None, actor: Actor, now: datetime
) -> None:
    """Choose a password, not one of the last five, and end all other sessions."""
    person = account.person
    try:
        ensure_good_password(new, account.username, person.name, person.phone or "")
    except DomainError as error:
        raise FormErrors([FieldError("new", error.message, error.params)]) from None
    former = db.session.scalars(
        select(FormerPassword)
        .where(FormerPassword.account_id == account.id)
        .order_by(FormerPassword.id.desc())
        .limit(FORMER_PASSWORDS - 1)
    ).all()
    if any(
        password_fits(kept, new)
        for kept in (account.password_hash, *(each.password_hash for each in former))
    ):
        raise FormErrors(
            [FieldError("new", N_("Choose one that is not among your last five passwords."))]
        )
    if account.password_ends_at is None:
        db.session.add(
            FormerPassword(account_id=account.id, password_hash=account.password_hash, set_at=now)
        )
    account.password_hash = hash_password(new)
    account.must_change_password, account.password_ends_at = False, None
    end_other_sessions(account.id, but=token, now=now)
    note(account, "password-changed", actor=actor, now=now)


def correct_person(
    account: Account, *, name: str, phone: str | None, actor: Actor, now: datetime
) -> None:
    """Correct the name and telephone of a person."""
    person = account.person
    old = {"name": person.name, "phone": person.phone}
    person.name, person.phone = name, phone
    new = {"name": name, "phone": phone}
    changes = {key: [old[key], new[key]] for key in new if old[key] != new[key]}
    if changes:
        note(account, "person-corrected", actor=actor, now=now, changes=changes)
