"""Letting somebody act for oneself, and acting for somebody."""

from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_

from drillreg.accounts.acting import (
    delegations_of,
    get_delegation,
    in_force,
    lend,
    revoke,
    roles_to_lend,
    switch,
)
from drillreg.accounts.forms import LendForm
from drillreg.accounts.guard import current_session
from drillreg.accounts.registry import account_named, beside, colleagues, working_in
from drillreg.accounts.routes.blueprint import bp, say
from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_
from drillreg.orgs.scope import current_scope


@bp.get("/account/acting")
@signed_in
def acting() -> str:
    """Show for whom one may act, who may act for oneself, and ask for somebody new."""
    account, today = current_session().account, clock.today()
    return render_template(
        "accounts/acting.html",
        account=account,
        delegations=delegations_of(account.id, on=today),
        today=today,
        day=timedelta(days=1),
        revoke_address=lambda each: url_for(".stop_acting", public_id=each.public_id),
        lendable=roles_to_lend(account.id, today),
        colleagues=colleagues(account, on=today),
        form=form_view(from_on=today.isoformat(), roles=roles_to_lend(account.id, today)),
    )


@bp.post("/account/acting")
@signed_in
@form_of(acting)
@writes
def let_act() -> ResponseReturnValue:
    """Let somebody of one's own office or reach act for oneself in some roles for some time."""
    account, today = current_session().account, clock.today()
    form = LendForm.read(request.form, today=today)
    given = lend(
        account,
        account_named(
            form.deputy,
            or_(working_in(current_scope(), on=today), beside(account, on=today)),
        ),
        codes=request.form.getlist("roles"),
        from_on=form.from_on,
        to_on=form.to_on,
        today=today,
        actor=current_actor(),
        now=clock.now(),
    )
    say(N_("%(name)s may act for you."), name=given.deputy.person.name)
    return see_other(url_for(".acting"))


@bp.post("/account/acting/<public_id>/revoke")
@signed_in
@writes
def stop_acting(public_id: str) -> ResponseReturnValue:
    """End a delegation; either of the two may."""
    actor = current_actor()
    revoke(get_delegation(public_id, actor.account_id), actor=actor, now=clock.now())
    say(N_("The delegation has ended."))
    return see_other(url_for(".acting"))


@bp.post("/account/acting/<public_id>/begin")
@signed_in
@writes
def begin_acting(public_id: str) -> ResponseReturnValue:
    """Act for somebody from now on, in this browser."""
    actor = current_actor()
    given = get_delegation(public_id, actor.account_id)
    if given.deputy_id != actor.account_id or not in_force(given, clock.today()):
        raise DomainError(N_("You may not act for this person today."))
    switch(current_session(), given, actor=actor, now=clock.now())
    return see_other(url_for("dashboard.home"))


@bp.post("/account/acting/end")
@signed_in
@writes
def end_acting() -> ResponseReturnValue:
    """Act for oneself again."""
    switch(current_session(), None, actor=current_actor(), now=clock.now())
    return see_other(url_for("dashboard.home"))
