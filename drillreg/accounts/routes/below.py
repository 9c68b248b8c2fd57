"""Accounts one level down: the office above resets and unlocks them, and sees no more."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from drillreg.accounts import operations
from drillreg.accounts.models import Account
from drillreg.accounts.registry import below, get_account, roles_of, state_of
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.accounts.routes.blueprint import say, shown_once
from drillreg.accounts.routes.lists import list_of, send_accounts
from drillreg.accounts.rules import FIRST_PASSWORD_LASTS
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope_for


def _reachable() -> ColumnElement[bool]:
    reach = current_actor().reach.get(Permission.RESET_ACCOUNTS)
    return below(reach, clock.today())


def _account(public_id: str) -> Account:
    return get_account(public_id, _reachable())


@bp.get("/people/")
@requires(Permission.RESET_ACCOUNTS)
def lower() -> str:
    """List the accounts below one's own office."""
    scope = current_scope_for(Permission.RESET_ACCOUNTS)
    return render_template("accounts/below.html", **list_of(_reachable(), scope))


@bp.get("/people/export.<any(xlsx, csv):fmt>")
@requires(Permission.RESET_ACCOUNTS)
def export_lower(fmt: str) -> ResponseReturnValue:
    """Hand out exactly the filtered accounts."""
    return send_accounts(_reachable(), current_scope_for(Permission.RESET_ACCOUNTS), fmt)


@bp.get("/people/<public_id>")
@requires(Permission.RESET_ACCOUNTS)
def show_lower(public_id: str) -> str:
    """Show one account: who it is, whether it can sign in."""
    account, now = _account(public_id), clock.now()
    return render_template(
        "accounts/below_show.html",
        account=account,
        state=state_of(account, now),
        held=roles_of([account], on=clock.local_date(now)).get(account.id, []),
        form=form_view(),
    )


@bp.post("/people/<public_id>/reset")
@requires(Permission.RESET_ACCOUNTS)
@form_of(show_lower)
@writes
def reset_lower(public_id: str) -> ResponseReturnValue:
    """Give a one-time password and show it, this once."""
    account, now = _account(public_id), clock.now()
    password = operations.reset_password(account, actor=current_actor(), now=now)
    return shown_once(
        [(account, password)],
        until=now + FIRST_PASSWORD_LASTS,
        title=translate(N_("The password is reset")),
        back=url_for(".show_lower", public_id=public_id),
    )


@bp.post("/people/<public_id>/unlock")
@requires(Permission.RESET_ACCOUNTS)
@form_of(show_lower)
@writes
def unlock_lower(public_id: str) -> ResponseReturnValue:
    """Let an account in again that failures locked; one locked by hand stays so."""
    account = _account(public_id)
    operations.unlock_after_failures(account, actor=current_actor(), now=clock.now())
    say(N_("The account is unlocked."))
    return see_other(url_for(".show_lower", public_id=public_id))
