"""Giving a grant and revoking it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.reach.forms import GrantForm, read_reason
from drillreg.accounts.reach.operations import (
    ensure_may_grant,
    ensure_may_revoke,
    find_holder,
    give_grant,
    revoke_grant,
)
from drillreg.accounts.reach.queries import (
    GrantRow,
    get_grant,
    holders_to_suggest,
)
from drillreg.accounts.reach.routes.blueprint import bp
from drillreg.accounts.reach.rules import grantable, reasons_for
from drillreg.accounts.reach.wording import (
    until_words,
)
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.records import Described, describe_record
from drillreg.orgs.scope import current_scope, current_scope_for


def _record_to_grant(kind: str, record_id: int) -> Described:
    record = describe_record(kind, record_id)
    ensure_may_grant(kind, record, current_actor(), clock.today())
    return record


@bp.get("/reach/<kind>/<int:record_id>/grant")
@requires(Permission.GRANT_ACCESS)
def new(kind: str, record_id: int) -> str:
    """Ask to whom a record is opened, why and until when."""
    record = _record_to_grant(kind, record_id)
    held = [
        permission
        for permission in grantable(kind)
        if current_scope_for(permission).includes_record(kind, record.id, record.org)
    ]
    reasons = code_list("grant_reason")
    return render_template(
        "accounts/reach/grant.html",
        kind=kind,
        record=record,
        permissions=[(each.value, code_label(each, "permission")) for each in held],
        reasons=[(c, w) for c, w in reasons.options() if c in reasons_for(kind)],
        suggestions=holders_to_suggest(record.org),
        form=form_view(permission=Permission.VIEW.value, from_on=clock.today().isoformat()),
    )


@bp.post("/reach/<kind>/<int:record_id>/grant")
@requires(Permission.GRANT_ACCESS)
@form_of(new)
@writes
def give(kind: str, record_id: int) -> ResponseReturnValue:
    """Open a record to an organisation or an account."""
    record, today, actor = _record_to_grant(kind, record_id), clock.today(), current_actor()
    form = GrantForm.read(request.form, kind=kind, today=today)
    holder = find_holder(
        form.holder_org, form.holder_account, record, form.text, actor=actor, today=today
    )
    give_grant(kind, record, holder, form.text, actor=actor, today=today, now=clock.now())
    flash(translate(N_("Access was granted.")), "success")
    return see_other(url_for(".show", kind=kind, record_id=record_id))


def _grant_to_revoke(grant_id: int) -> GrantRow:
    row = get_grant(grant_id, current_scope())
    ensure_may_revoke(row, current_actor(), clock.today())
    return row


@bp.get("/reach/grants/<int:grant_id>/revoke")
@requires(Permission.GRANT_ACCESS)
def revoke(grant_id: int) -> str:
    """Ask why a grant is revoked."""
    row = _grant_to_revoke(grant_id)
    return render_template(
        "accounts/reach/revoke.html", row=row, form=form_view(), until_words=until_words
    )


@bp.post("/reach/grants/<int:grant_id>/revoke")
@requires(Permission.GRANT_ACCESS)
@form_of(revoke)
@writes
def revoke_now(grant_id: int) -> ResponseReturnValue:
    """Revoke a grant."""
    row = _grant_to_revoke(grant_id)
    reason = read_reason(request.form)
    revoke_grant(row, reason=reason, actor=current_actor(), today=clock.today(), now=clock.now())
    flash(translate(N_("The grant was revoked. The record is closed to them from now on.")))
    return see_other(url_for(".show", kind=row.grant.record_kind, record_id=row.grant.record_id))
