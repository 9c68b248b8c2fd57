"""Roles of an account, who acts for it, and the table of what roles may do."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from drillreg.accounts import acting, operations
from drillreg.accounts.forms import LendForm, RoleForm
from drillreg.accounts.registry import account_named, get_assignment, org_named, working_in
from drillreg.accounts.routes.blueprint import people_bp as bp
from drillreg.accounts.routes.doors import whole_account
from drillreg.accounts.routes.people import back_to, managed, managed_account, show
from drillreg.accounts.rules import roles, source_of_roles
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires, signed_in
from drillreg.core.codes import code_list
from drillreg.core.web import form_of, writes
from drillreg.i18n import N_, pick


@bp.post("/system/people/<public_id>/roles")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def give_role(public_id: str) -> ResponseReturnValue:
    """Give a role at an organisation."""
    account, now = managed_account(public_id), clock.now()
    form = RoleForm.read(request.form, today=clock.local_date(now))
    operations.give_role(
        account,
        role=form.role,
        org=org_named(form.org, managed()),
        from_on=form.from_on,
        to_on=form.to_on,
        actor=current_actor(),
        now=now,
    )
    return back_to(account, N_("The role is given."))


@bp.post("/system/people/<public_id>/roles/<int:assignment_id>/end")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def end_role(public_id: str, assignment_id: int) -> ResponseReturnValue:
    """End a role today."""
    account, now = managed_account(public_id), clock.now()
    operations.end_role(
        account,
        get_assignment(assignment_id, account, managed()),
        to_on=clock.local_date(now),
        actor=current_actor(),
        now=now,
    )
    return back_to(account, N_("The role has ended."))


@bp.post("/system/people/<public_id>/acting")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def let_act(public_id: str) -> ResponseReturnValue:
    """Let another account of the county act for this one."""
    account, now = whole_account(public_id), clock.now()
    operations.ensure_not_oneself(account, current_actor())
    today = clock.local_date(now)
    form = LendForm.read(request.form, today=today)
    given = acting.lend(
        account,
        account_named(form.deputy, working_in(managed(), on=today)),
        codes=request.form.getlist("roles"),
        from_on=form.from_on,
        to_on=form.to_on,
        today=today,
        actor=current_actor(),
        now=now,
    )
    return back_to(account, N_("%(name)s may act for this person."), name=given.deputy.person.name)


@bp.post("/system/people/<public_id>/acting/<delegation_id>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
@form_of(show)
@writes
def stop_acting(public_id: str, delegation_id: str) -> ResponseReturnValue:
    """End a delegation in which an account is one of the two."""
    account = managed_account(public_id)
    given = acting.get_delegation(delegation_id, account.id)
    acting.revoke(given, actor=current_actor(), now=clock.now())
    return back_to(account, N_("The delegation has ended."))


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
