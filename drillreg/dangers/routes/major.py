"""A major danger by page: report upward, plan of removal, listed supervision."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.dangers.forms import LONG, coming, past, read_plan, read_reason
from drillreg.dangers.operations import major
from drillreg.dangers.queries import authorities_near, plan_of
from drillreg.dangers.routes.blueprint import (
    ASSIGN,
    REPORT,
    ask,
    bp,
    danger_to,
    org_choices,
    own_office,
)
from drillreg.dangers.routes.deciding import REASON
from drillreg.i18n import N_, pick, translate


@bp.get("/<int:danger_id>/tell")
@requires(REPORT)
def tell(danger_id: int) -> str:
    """Ask to which authority a major danger is reported, and what is said."""
    danger, today = danger_to(REPORT, danger_id), clock.today()
    major.ensure_major(danger)
    authorities = [each for each in authorities_near(danger.org) if each.id != danger.org_id]
    safety = [each for each in authorities if each.field == "emergency"]
    fields = [
        (
            "select",
            "to",
            N_("Competent authority"),
            {"options": org_choices(authorities), "required": True},
        ),
        (
            "textarea",
            "text",
            N_("Present state and causes, harm, how hard it is to remove"),
            {"required": True, "rows": 6, "maxlength": LONG},
        ),
        ("date_field", "on", N_("Reported on"), {"required": True, "max": today.isoformat()}),
    ]
    return ask(
        danger,
        N_("Report to the competent authority"),
        ".told",
        N_("Report"),
        fields,
        form_view(to=safety[0].id if safety else "", text="", on=today.isoformat()),
    )


@bp.post("/<int:danger_id>/tell")
@requires(REPORT)
@form_of(tell)
@writes
def told(danger_id: int) -> ResponseReturnValue:
    """Report a major danger."""
    danger = danger_to(REPORT, danger_id, lock=True)
    orgs = {each.id: each for each in authorities_near(danger.org) if each.id != danger.org_id}
    reader = FormReader(request.form)
    to = reader.choice("to", translate(N_("Competent authority")), [str(key) for key in orgs])
    label = translate(N_("Present state and causes, harm, how hard it is to remove"))
    text = reader.text("text", label, required=True, max_length=LONG)
    on = past(reader, "on", translate(N_("Reported on")), clock.today())
    reader.finish()
    authority = orgs[int(to)]
    major.tell_authority(
        danger, authority=authority, text=text, on=on, actor=current_actor(), now=clock.now()
    )
    flash(translate(N_("Reported to %(org)s."), org=name_of(authority)), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/plan")
@requires(REPORT)
def plan(danger_id: int) -> str:
    """Show the form of the plan of removal: six contents, 五落实."""
    danger = danger_to(REPORT, danger_id)
    major.ensure_major(danger)
    found = plan_of(danger)
    kept = found.items if found else {}
    values = {
        f"item_{item.code}": kept.get(item.code, "") for item in code_list("danger_plan_item")
    }
    form = form_view(
        **values,
        settled=found.settled if found else [],
        cost_yuan=found.cost_yuan if found else None,
        made_on=(found.made_on if found else clock.today()).isoformat(),
        row_version=found.row_version if found else 0,
    )
    return render_template(
        "dangers/plan.html",
        danger=danger,
        items=[(f"item_{item.code}", pick(item.label)) for item in code_list("danger_plan_item")],
        settled=code_list("danger_settled").options(),
        form=form,
        today=clock.today(),
    )


@bp.post("/<int:danger_id>/plan")
@requires(REPORT)
@form_of(plan)
@writes
def plan_kept(danger_id: int) -> ResponseReturnValue:
    """Keep the plan of removal."""
    danger = danger_to(REPORT, danger_id, lock=True)
    text = read_plan(request.form, request.form.getlist("settled"), clock.today())
    version = request.form.get("row_version", "")
    major.keep_plan(
        danger,
        plan_of(danger),
        text,
        row_version=int(version) if version.isascii() and version.isdigit() else 0,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The plan of removal is kept.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/list")
@requires(ASSIGN)
def put_up(danger_id: int) -> str:
    """Ask for the listed supervision of a major danger."""
    danger, today = danger_to(ASSIGN, danger_id), clock.today()
    major.ensure_major(danger)
    fields = [
        ("date_field", "due_on", N_("To be removed by"), {"min": today.isoformat()}),
        ("textarea", "note", N_("What is asked for"), {"maxlength": 500}),
        ("checkbox", "is_public", N_("Made public"), {}),
    ]
    return ask(
        danger,
        N_("Put under listed supervision"),
        ".put_up_now",
        N_("Put under listed supervision"),
        fields,
        form_view(due_on="", note="", is_public="1"),
    )


@bp.post("/<int:danger_id>/list")
@requires(ASSIGN)
@form_of(put_up)
@writes
def put_up_now(danger_id: int) -> ResponseReturnValue:
    """Put a major danger under listed supervision by a number."""
    danger, today, office = danger_to(ASSIGN, danger_id, lock=True), clock.today(), own_office()
    if office.kind == "town":
        raise DomainError(N_("Listed supervision is for the county and its departments."))
    reader = FormReader(request.form)
    due_on = coming(reader, "due_on", translate(N_("To be removed by")), today, required=False)
    note = reader.text("note", translate(N_("What is asked for")), max_length=500)
    is_public = reader.flag("is_public")
    reader.finish()
    found = major.put_up(
        danger,
        issuer=office,
        due_on=due_on,
        is_public=is_public,
        note=note,
        actor=current_actor(),
        now=clock.now(),
        today=today,
    )
    number = found.paper_number
    flash(translate(N_("Given as %(number)s. Print it from this page."), number=number), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/unlist")
@requires(ASSIGN)
def take_down(danger_id: int) -> str:
    """Ask why a danger is taken off the list."""
    danger = danger_to(ASSIGN, danger_id)
    return ask(
        danger,
        N_("Take off the list"),
        ".take_down_now",
        N_("Take off the list"),
        [REASON],
        form_view(reason=""),
    )


@bp.post("/<int:danger_id>/unlist")
@requires(ASSIGN)
@form_of(take_down)
@writes
def take_down_now(danger_id: int) -> ResponseReturnValue:
    """Take a danger off the list."""
    danger = danger_to(ASSIGN, danger_id, lock=True)
    reason = read_reason(request.form)
    major.take_down(
        danger, reason=reason, actor=current_actor(), now=clock.now(), today=clock.today()
    )
    flash(translate(N_("Taken off the list.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))
