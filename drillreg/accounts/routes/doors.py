"""Opening and shutting the door of an account, as the security administrator does."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts import devices, operations, sessions, totp
from drillreg.accounts.forms import read_reason
from drillreg.accounts.models import Account
from drillreg.accounts.registry import has_role_outside
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.accounts.routes.blueprint import shown_once
from drillreg.accounts.routes.people import back_to, managed, managed_account, show
from drillreg.accounts.rules import FIRST_PASSWORD_LASTS
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotAllowed
from drillreg.core.web import form_of, writes
from drillreg.i18n import N_, translate


def whole_account(public_id: str) -> Account:
    """Return an account whose door one may shut: no county shuts it for another one."""
    account = managed_account(public_id)
    if has_role_outside(account, managed(), on=clock.today()):
        raise NotAllowed(N_("This person has a role outside your county as well."))
    return account


@bp.post("/system/people/<public_id>/lock")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def lock(public_id: str) -> ResponseReturnValue:
    """Lock an account until somebody unlocks it."""
    account = whole_account(public_id)
    operations.lock(account, actor=current_actor(), now=clock.now())
    return back_to(account, N_("The account is locked, and signed out everywhere."))


@bp.post("/system/people/<public_id>/unlock")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def unlock(public_id: str) -> ResponseReturnValue:
    """Let an account in again."""
    account = whole_account(public_id)
    operations.unlock(account, actor=current_actor(), now=clock.now())
    return back_to(account, N_("The account is unlocked."))


@bp.post("/system/people/<public_id>/disable")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def disable(public_id: str) -> ResponseReturnValue:
    """Take an account out of use for a reason."""
    account = whole_account(public_id)
    reason = read_reason(request.form)
    operations.disable(account, reason=reason, actor=current_actor(), now=clock.now())
    return back_to(account, N_("The account is out of use; its phones are unbound."))


@bp.post("/system/people/<public_id>/enable")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def enable(public_id: str) -> ResponseReturnValue:
    """Put an account into use again."""
    account = whole_account(public_id)
    operations.enable(account, actor=current_actor(), now=clock.now())
    return back_to(account, N_("The account is in use again."))


@bp.post("/system/people/<public_id>/reset")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def reset(public_id: str) -> ResponseReturnValue:
    """Give a one-time password and show it, this once."""
    account, now = whole_account(public_id), clock.now()
    password = operations.reset_password(account, actor=current_actor(), now=now)
    return shown_once(
        [(account, password)],
        until=now + FIRST_PASSWORD_LASTS,
        title=translate(N_("The password is reset")),
        back=url_for(".show", public_id=public_id),
    )


@bp.post("/system/people/<public_id>/require-password")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def require_password(public_id: str) -> ResponseReturnValue:
    """Ask for a new password at the next page."""
    account = whole_account(public_id)
    operations.require_new_password(account, actor=current_actor(), now=clock.now())
    return back_to(account, N_("This person is asked for a new password at the next page."))


@bp.post("/system/people/<public_id>/remove-second-step")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def remove_second_step(public_id: str) -> ResponseReturnValue:
    """Forget a lost authenticator."""
    account, actor = whole_account(public_id), current_actor()
    operations.ensure_not_oneself(account, actor)
    totp.remove(account, actor=actor, now=clock.now())
    return back_to(account, N_("The second step is taken away; a new one can be set up."))


@bp.post("/system/people/<public_id>/end-sessions")
@requires(Permission.MANAGE_ACCOUNTS)
@writes
def end_sessions(public_id: str) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    account = whole_account(public_id)
    sessions.end_other_sessions(account.id, but=None, now=clock.now(), actor=current_actor())
    return back_to(account, N_("The account is signed out everywhere."))


@bp.post("/system/people/<public_id>/phones/<device_id>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def revoke_phone(public_id: str, device_id: str) -> ResponseReturnValue:
    """Unbind a phone of an account for a reason."""
    account = managed_account(public_id)
    devices.revoke(
        devices.own_device(device_id, account.id),
        reason=read_reason(request.form, "phone_reason"),
        actor=current_actor(),
        now=clock.now(),
    )
    return back_to(account, N_("The phone is unbound."))
