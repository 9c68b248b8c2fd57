"""Carrying an inspection out: begun, results entered, reasons given, closed."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.patrols.forms.inspections import read_result, read_summary
from drillreg.patrols.inspection_rules import ensure_running
from drillreg.patrols.inspections import counts_of
from drillreg.patrols.operations.inspections import (
    begin_inspection,
    close_inspection,
    enter_not_done,
    enter_result,
)
from drillreg.patrols.routes.blueprint import bp, inspection_to_change, item_to_change
from drillreg.patrols.routes.inspections import inspection


@bp.post("/inspections/<int:inspection_id>/begin")
@requires(Permission.ASSIGN_TASKS)
@form_of(inspection)
@writes
def begin(inspection_id: int) -> ResponseReturnValue:
    """Begin: the team is told, and the inspected unless the inspection is hidden."""
    found = inspection_to_change(inspection_id)
    begin_inspection(found, actor=current_actor(), today=clock.today(), now=clock.now())
    flash(translate(N_("The inspection has begun. Checks of the team count for it.")), "success")
    return see_other(url_for(".inspection", inspection_id=found.id))


@bp.get("/inspections/items/<int:item_id>")
@requires(Permission.ASSIGN_TASKS)
def item(item_id: int) -> str:
    """Ask what was seen at a place, or why it was not."""
    found = item_to_change(item_id)
    return render_template(
        "patrols/item.html",
        item=found,
        form=form_view(
            result=found.seen_result or ("not-done" if found.not_done_reason else ""),
            note=found.seen_note or found.not_done_reason,
            seen_on=found.seen_on or clock.today(),
        ),
    )


@bp.post("/inspections/items/<int:item_id>")
@requires(Permission.ASSIGN_TASKS)
@form_of(item)
@writes
def enter_item(item_id: int) -> ResponseReturnValue:
    """Enter what was seen at a place, or why it was not."""
    found, today, now = item_to_change(item_id), clock.today(), clock.now()
    typed = read_result(request.form, today)
    if typed.reason:
        enter_not_done(found, reason=typed.reason, actor=current_actor(), now=now)
    else:
        enter_result(
            found,
            result=typed.result,
            note=typed.note,
            seen_on=typed.seen_on or today,
            actor=current_actor(),
            now=now,
            today=today,
        )
    return see_other(url_for(".inspection", inspection_id=found.inspection_id))


@bp.get("/inspections/<int:inspection_id>/close")
@requires(Permission.ASSIGN_TASKS)
def close(inspection_id: int) -> str:
    """Ask for the summary of an inspection."""
    found = inspection_to_change(inspection_id)
    ensure_running(found.state)
    return render_template(
        "patrols/close.html",
        found=found,
        counts=counts_of(found, current_scope()),
        form=form_view(),
    )


@bp.post("/inspections/<int:inspection_id>/close")
@requires(Permission.ASSIGN_TASKS)
@form_of(close)
@writes
def close_now(inspection_id: int) -> ResponseReturnValue:
    """Close an inspection."""
    found = inspection_to_change(inspection_id)
    counts = counts_of(found, current_scope())
    close_inspection(
        found,
        summary=read_summary(request.form),
        actor=current_actor(),
        now=clock.now(),
        unexplained=counts.waiting,
    )
    return see_other(url_for(".inspection", inspection_id=found.id))
