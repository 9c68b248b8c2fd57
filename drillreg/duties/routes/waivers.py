"""Waivers: somebody need not do a thing for a time, with the reason and until when."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.duties.deciding import end_waiver as write_end
from drillreg.duties.deciding import get_waiver
from drillreg.duties.deciding import waive as write_waiver
from drillreg.duties.forms import read_reason, read_waiver
from drillreg.duties.models import DutyWaiver
from drillreg.duties.routes.blueprint import about_of, book_for, bp
from drillreg.duties.rules import Rule
from drillreg.duties.wording import source_of, title_of
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may


def _org(org_id: int) -> Org:
    org = get_org(org_id, current_scope())
    ensure_may(Permission.KEEP_RULES, org)
    return org


def _rule(org: Org, rule_id: str) -> Rule:
    found = book_for(org).on(rule_id, clock.today())
    if found is None:
        raise NotFound(N_("There is no such rule here."))
    return found


@bp.get("/<int:org_id>/<rule>/waive")
@requires(Permission.KEEP_RULES)
def waive(org_id: int, rule: str) -> str:
    """Show the form of a waiver."""
    org = _org(org_id)
    found = _rule(org, rule)
    key, event_type = about_of(request.values)
    return render_template(
        "duties/waive.html",
        org=org,
        rule=found,
        title=title_of(found, event_type),
        source=source_of(found),
        key=key,
        event_type=event_type,
        today=clock.today(),
        form=form_view(what="result" if key or event_type else "rule"),
    )


@bp.post("/<int:org_id>/<rule>/waive")
@requires(Permission.KEEP_RULES)
@form_of(waive)
@writes
def waive_now(org_id: int, rule: str) -> ResponseReturnValue:
    """Write a waiver and show the duty again."""
    org = _org(org_id)
    found = _rule(org, rule)
    key, event_type = about_of(request.form)
    until, reason, whole = read_waiver(request.form, clock.today())
    row = DutyWaiver(
        rule=found.id,
        key=0 if whole else key,
        event_type="" if whole else event_type,
        from_on=clock.today(),
        until_on=until,
        reason=reason,
    )
    write_waiver(row, org, actor=current_actor(), now=clock.now())
    flash(translate(N_("The waiver is kept.")), "success")
    return see_other(
        url_for(".show", org_id=org.id, rule=rule, key=key or None, event_type=event_type or None)
    )


@bp.get("/<int:org_id>/waivers/<int:waiver_id>/end")
@requires(Permission.KEEP_RULES)
def end_waiver(org_id: int, waiver_id: int) -> str:
    """Ask why a waiver is taken back."""
    org = _org(org_id)
    found = get_waiver(waiver_id, org)
    rule = book_for(org).on(found.rule, clock.today())
    return render_template(
        "duties/waiver_end.html",
        org=org,
        waiver=found,
        title=title_of(rule, found.event_type) if rule else found.rule,
        form=form_view(),
    )


@bp.post("/<int:org_id>/waivers/<int:waiver_id>/end")
@requires(Permission.KEEP_RULES)
@form_of(end_waiver)
@writes
def end_waiver_now(org_id: int, waiver_id: int) -> ResponseReturnValue:
    """Take a waiver back."""
    org = _org(org_id)
    found = get_waiver(waiver_id, org)
    reason = read_reason(request.form)
    write_end(found, org, reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("The waiver was taken back.")), "success")
    return see_other(
        url_for(
            ".show",
            org_id=org.id,
            rule=found.rule,
            key=found.key or None,
            event_type=found.event_type or None,
        )
    )
