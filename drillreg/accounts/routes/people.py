"""Accounts as the security administrator looks after them, and the table of roles."""

from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts import acting, devices, operations, sessions, totp
from drillreg.accounts.forms import LendForm, NewAccountForm, RoleForm, read_reason
from drillreg.accounts.models import Account
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.registry import (
    all_roles_of,
    get_account,
    get_assignment,
    has_role_outside,
    org_named,
    org_names,
    state_of,
    within,
)
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.accounts.routes.blueprint import say, shown_once
from drillreg.accounts.routes.lists import list_of, workbook_of
from drillreg.accounts.rules import FIRST_PASSWORD_LASTS, roles, source_of_roles
from drillreg.audit.queries import acts_on
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires, signed_in
from drillreg.core.codes import code_list
from drillreg.core.errors import NotAllowed
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.scope import OrgScope, current_scope_for

SHOWN_ACTS = 30


def _scope() -> OrgScope:
    return current_scope_for(Permission.MANAGE_ACCOUNTS)


def _account(public_id: str) -> Account:
    return get_account(public_id, within(_scope()))


def _whole_account(public_id: str) -> Account:
    """Return an account whose door one may shut: no county shuts it for another one."""
    account = _account(public_id)
    if has_role_outside(account, _scope(), on=clock.today()):
        raise NotAllowed(N_("This person has a role outside your county as well."))
    return account


def _back_to(account: Account, message: str, **params: object) -> ResponseReturnValue:
    say(message, **params)
    return see_other(url_for(".show", public_id=account.public_id))


def _role_options() -> list[tuple[str, str]]:
    return [(code, pick(role.label)) for code, role in roles().items()]


@bp.get("/system/people/")
@requires(Permission.MANAGE_ACCOUNTS)
def index() -> str:
    """List the accounts of the administrator's counties."""
    return render_template("accounts/people.html", **list_of(within(_scope()), _scope()))


@bp.get("/system/people/export.xlsx")
@requires(Permission.MANAGE_ACCOUNTS)
def export() -> ResponseReturnValue:
    """Hand out exactly the filtered accounts as a workbook."""
    return workbook_of(within(_scope()), _scope())


@bp.get("/system/people/new")
@requires(Permission.MANAGE_ACCOUNTS)
def new() -> str:
    """Ask for a person, a user name and a first role."""
    return render_template(
        "accounts/new.html",
        form=form_view(),
        role_options=_role_options(),
        org_names=org_names(_scope()),
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
                org_id=org_named(form.org, _scope()).id,
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
def show(public_id: str) -> str:
    """Show one account: person, roles, sessions, phones, failures, delegations."""
    account, now, scope = _account(public_id), clock.now(), _scope()
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


@bp.post("/system/people/<public_id>/roles")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def give_role(public_id: str) -> ResponseReturnValue:
    """Give a role at an organisation."""
    account, now = _account(public_id), clock.now()
    form = RoleForm.read(request.form, today=clock.local_date(now))
    operations.give_role(
        account,
        role=form.role,
        org=org_named(form.org, _scope()),
        from_on=form.from_on,
        to_on=form.to_on,
        actor=current_actor(),
        now=now,
    )
    return _back_to(account, N_("The role is given."))


@bp.post("/system/people/<public_id>/roles/<int:assignment_id>/end")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def end_role(public_id: str, assignment_id: int) -> ResponseReturnValue:
    """End a role today."""
    account, now = _account(public_id), clock.now()
    operations.end_role(
        account,
        get_assignment(assignment_id, account, _scope()),
        to_on=clock.local_date(now),
        actor=current_actor(),
        now=now,
    )
    return _back_to(account, N_("The role has ended."))


@bp.post("/system/people/<public_id>/lock")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def lock(public_id: str) -> ResponseReturnValue:
    """Lock an account until somebody unlocks it."""
    account = _whole_account(public_id)
    operations.lock(account, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("The account is locked, and signed out everywhere."))


@bp.post("/system/people/<public_id>/unlock")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def unlock(public_id: str) -> ResponseReturnValue:
    """Let an account in again."""
    account = _whole_account(public_id)
    operations.unlock(account, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("The account is unlocked."))


@bp.post("/system/people/<public_id>/disable")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def disable(public_id: str) -> ResponseReturnValue:
    """Take an account out of use for a reason."""
    account = _whole_account(public_id)
    reason = read_reason(request.form)
    operations.disable(account, reason=reason, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("The account is out of use; its phones are unbound."))


@bp.post("/system/people/<public_id>/enable")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def enable(public_id: str) -> ResponseReturnValue:
    """Put an account into use again."""
    account = _whole_account(public_id)
    operations.enable(account, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("The account is in use again."))


@bp.post("/system/people/<public_id>/reset")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def reset(public_id: str) -> ResponseReturnValue:
    """Give a one-time password and show it, this once."""
    account, now = _whole_account(public_id), clock.now()
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
    account = _whole_account(public_id)
    operations.require_new_password(account, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("This person is asked for a new password at the next page."))


@bp.post("/system/people/<public_id>/remove-second-step")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def remove_second_step(public_id: str) -> ResponseReturnValue:
    """Forget a lost authenticator."""
    account, actor = _whole_account(public_id), current_actor()
    operations.ensure_not_oneself(account, actor)
    totp.remove(account, actor=actor, now=clock.now())
    return _back_to(account, N_("The second step is taken away; a new one can be set up."))


@bp.post("/system/people/<public_id>/end-sessions")
@requires(Permission.MANAGE_ACCOUNTS)
@writes
def end_sessions(public_id: str) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    account = _whole_account(public_id)
    sessions.end_other_sessions(account.id, but=None, now=clock.now(), actor=current_actor())
    return _back_to(account, N_("The account is signed out everywhere."))


@bp.post("/system/people/<public_id>/phones/<device_id>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def revoke_phone(public_id: str, device_id: str) -> ResponseReturnValue:
    """Unbind a phone of an account for a reason."""
    account = _account(public_id)
    devices.revoke(
        devices.own_device(device_id, account.id),
        reason=read_reason(request.form, "phone_reason"),
        actor=current_actor(),
        now=clock.now(),
    )
    return _back_to(account, N_("The phone is unbound."))


@bp.post("/system/people/<public_id>/acting")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def let_act(public_id: str) -> ResponseReturnValue:
    """Let another account of the county act for this one."""
    account, now = _account(public_id), clock.now()
    operations.ensure_not_oneself(account, current_actor())
    today = clock.local_date(now)
    form = LendForm.read(request.form, today=today)
    given = acting.lend(
        account,
        _deputy(form.deputy),
        codes=request.form.getlist("roles"),
        from_on=form.from_on,
        to_on=form.to_on,
        today=today,
        actor=current_actor(),
        now=now,
    )
    return _back_to(account, N_("%(name)s may act for this person."), name=given.deputy.person.name)


def _deputy(username: str) -> Account | None:
    found = account_or_none(username)
    return get_account(found.public_id, within(_scope())) if found else None


@bp.post("/system/people/<public_id>/acting/<delegation_id>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def stop_acting(public_id: str, delegation_id: str) -> ResponseReturnValue:
    """End a delegation in which an account is one of the two."""
    account = _account(public_id)
    given = acting.get_delegation(delegation_id, account.id)
    acting.revoke(given, actor=current_actor(), now=clock.now())
    return _back_to(account, N_("The delegation has ended."))


@bp.get("/system/roles")
@signed_in
def role_table() -> str:
    """Show the table of roles, permissions and exclusions; it is no secret."""
    return render_template("accounts/roles.html", **_table())


def _table() -> dict[str, Any]:
    table = roles()
    return {
        "table": table,
        "permissions": code_list("permission"),
        "names": {code: pick(role.label) for code, role in table.items()},
        "source": source_of_roles(),
    }
