"""Asking for the password again before an act that binds an organisation."""

from datetime import datetime

from drillreg.accounts.models import Account
from drillreg.accounts.passwords import password_fits
from drillreg.accounts.rules import is_locked
from drillreg.accounts.sessions import refuse_again
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors
from drillreg.i18n import N_


def confirm_password(actor: Actor, password: str, *, now: datetime) -> None:
    """Raise FormErrors unless it is the password of the person at the keyboard.

    A deputy gives their own. A failure counts and locks as at the sign-in, in a unit of work of
    its own, so call this outside any.
    """
    account = db.session.get_one(Account, actor.account_id)
    fits = password_fits(account.password_hash, password)
    if fits and not is_locked(account.locked_until, now):
        return
    with unit_of_work():
        refuse_again(db.session.get_one(Account, actor.account_id), actor.address, now=now)
    raise FormErrors([FieldError("password", N_("The password is not right."))])
