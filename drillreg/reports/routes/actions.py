"""Corrective actions: the list, one action, noting it as done."""

from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may, may_here
from drillreg.reports.actions import (
    ActionFilter,
    actions_page,
    all_actions,
    count_actions,
    get_action,
    open_actions,
)
from drillreg.reports.forms import DoneForm
from drillreg.reports.models import CorrectiveAction
from drillreg.reports.operations.actions import close_action
from drillreg.reports.routes.blueprint import (
    bp,
    nodes,
    org_of_address,
    word_of_address,
    words,
    words_of_address,
)
from drillreg.reports.rules import STANDING_WORDS, Standing, standing
from drillreg.reports.scope import REPORT
from drillreg.sheets.export import Column, send_table


def _filter() -> ActionFilter:
    return ActionFilter(
        today=clock.today(),
        within=org_of_address(current_scope()),
        standing=word_of_address("standing", tuple(Standing)),
        words=words_of_address(),
    )


@bp.get("/actions")
@requires(Permission.VIEW)
def actions() -> str:
    """List what approved reports ask for: who, by when, and what is late."""
    scope, chosen = current_scope(), _filter()
    return render_template(
        "reports/actions.html",
        page=actions_page(scope, chosen, cursor=request.args.get("after")),
        total=count_actions(scope, chosen),
        counts=open_actions(scope, chosen.today, within=chosen.within),
        chosen=chosen,
        may_read=lambda report: REPORT.includes(scope, report),
        nodes=nodes(scope, chosen.within),
        standings=[(each.value, translate(STANDING_WORDS[each])) for each in Standing],
        today=chosen.today,
        **words(),
    )


@bp.get("/actions.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_actions(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    chosen = _filter()
    rows = all_actions(current_scope(), chosen)
    return send_table(N_("Corrective actions"), export_columns(chosen.today), rows, fmt)


def export_columns(today: date) -> list[Column[CorrectiveAction]]:
    """Return the columns of the exported list; the state is that of `today`."""

    def state_of(action: CorrectiveAction) -> str:
        return translate(STANDING_WORDS[standing(action.state, action.due_on, today)])

    return [
        Column(N_("Organisation"), lambda action: action.org.name),
        Column(N_("Responsible person"), lambda action: action.person_name),
        Column(N_("Action"), lambda action: action.text),
        Column(N_("Finding"), lambda action: action.finding.text),
        Column(N_("Due on"), lambda action: action.due_on),
        Column(N_("State"), state_of),
        Column(N_("Done on"), lambda action: action.done_on),
        Column(N_("What has been done"), lambda action: action.done_note),
        Column(N_("Report"), lambda action: action.finding.report.number),
    ]


@bp.get("/actions/<int:action_id>")
@requires(Permission.VIEW)
def action(action_id: int) -> str:
    """Show a corrective action; who is charged with it notes here what was done."""
    today = clock.today()
    found = get_action(action_id, current_scope(), today)
    return render_template(
        "reports/action.html",
        action=found,
        report=found.finding.report,
        may_read=REPORT.includes(current_scope(), found.finding.report),
        may_close=may_here(Permission.WRITE_REPORTS, found.org),
        form=form_view(done_on=today.isoformat(), note=""),
        today=today,
        **words(),
    )


@bp.post("/actions/<int:action_id>")
@requires(Permission.WRITE_REPORTS)
@form_of(action)
@writes
def close(action_id: int) -> ResponseReturnValue:
    """Note a corrective action as done."""
    today = clock.today()
    found = get_action(action_id, current_scope(), today)
    ensure_may(Permission.WRITE_REPORTS, found.org)
    form = DoneForm.read(request.form, today)
    drill = found.finding.report.drill
    close_action(
        found,
        done_on=form.done_on,
        note=form.note,
        held_on=drill.held_on or drill.due_on,
        actor=current_actor(),
        today=today,
        now=clock.now(),
    )
    flash(translate(N_("Noted as done.")), "success")
    return see_other(url_for(".action", action_id=found.id))
