"""Accounts as the security administrator looks after them, and the table of roles."""

from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts import acting, devices, operations, sessions
from drillreg.accounts.forms import NewAccountForm
from drillreg.accounts.models import Account
from drillreg.accounts.registry import (
    all_roles_of,
    get_account,
    org_named,
    org_names,
    state_of,
    within,
)
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.accounts.routes.blueprint import say, shown_once
from drillreg.accounts.routes.lists import list_of, send_accounts
from drillreg.accounts.rules import FIRST_PASSWORD_LASTS, roles
from drillreg.audit.queries import acts_on
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.scope import OrgScope, current_scope_for

SHOWN_ACTS = 30


def managed() -> OrgScope:
    """Return where the person making this request manages accounts."""
    return current_scope_for(Permission.MANAGE_ACCOUNTS)


def managed_account(public_id: str) -> Account:
    """Return an account in reach; raise NotFound out of it."""
    return get_account(public_id, within(managed()))


def _role_options() -> list[tuple[str, str]]:
    return [(code, pick(role.label)) for code, role in roles().items()]


@bp.get("/system/people/")
@requires(Permission.MANAGE_ACCOUNTS)
def index() -> str:
    """List the accounts of the administrator's counties."""
    return render_template("accounts/people.html", **list_of(within(managed()), managed()))


@bp.get("/system/people/export.<any(xlsx, csv):fmt>")
@requires(Permission.MANAGE_ACCOUNTS)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out exactly the filtered accounts."""
    return send_accounts(within(managed()), managed(), fmt)


@bp.get("/system/people/new")
@requires(Permission.MANAGE_ACCOUNTS)
def new() -> str:
    """Ask for a person, a user name and a first role."""
    return render_template(
        "accounts/new.html",
        form=form_view(),
        role_options=_role_options(),
        org_names=org_names(managed()),
    )


@bp.post("/system/people/new")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Make an account and show its one-time password, this once."""
    form, now = NewAccountForm.read(request.form), clock.now()
    made = operations.create_accounts(
        [
            operations.NewAccount(
                name=form.name,
                phone=form.phone,
                username=form.username,
                role=form.role,
                org_id=org_named(form.org, managed()).id,
            )
        ],
        from_on=clock.local_date(now),
        actor=current_actor(),
        now=now,
    )
    return shown_once(
        made,
        until=now + FIRST_PASSWORD_LASTS,
        title=translate(N_("The account is made")),
        back=url_for(".show", public_id=made[0][0].public_id),
    )


@bp.get("/system/people/<public_id>")
@requires(Permission.MANAGE_ACCOUNTS)
def show(public_id: str, **_: object) -> str:
    """Show one account: person, roles, sessions, phones, failures, delegations.

    A refused act on one of its parts shows it again; the name of the part says nothing here.
    """
    account, now, scope = managed_account(public_id), clock.now(), managed()
    today = clock.local_date(now)
    idle = timedelta(minutes=settings().session_idle_minutes)
    acts = acts_on("account", account.id, at_most=SHOWN_ACTS)
    return render_template(
        "accounts/show.html",
        account=account,
        state=state_of(account, now),
        held=all_roles_of(account),
        may_end=lambda assignment: scope.includes(assignment.org),
        sessions=sessions.open_sessions(account.id, since=now - idle),
        devices=devices.devices_of(account.id),
        delegations=acting.delegations_of(account.id, on=today),
        lendable=acting.roles_to_lend(account.id, today),
        acts=acts,
        oneself=account.id == current_actor().account_id,
        today=today,
        now=now,
        day=timedelta(days=1),
        revoke_address=lambda each: url_for(
            ".stop_acting", public_id=public_id, delegation_id=each.public_id
        ),
        role_options=_role_options(),
        org_names=org_names(scope),
        form=form_view(from_on=today.isoformat(), roles=[]),
    )


def back_to(account: Account, message: str, **params: object) -> ResponseReturnValue:
    """Lead back to the page of an account and say what was done."""
    say(message, **params)
    return see_other(url_for(".show", public_id=account.public_id))
