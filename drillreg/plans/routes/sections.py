"""The sections of a plan: reading a version, and the outline of a draft."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.markdown import to_html
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.forms import read_heading, read_reason
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.writing import write_section
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.plans.sections import placed, section_of, version_of
from drillreg.plans.wording import STATE_COLOURS, STATE_WORDS
from drillreg.plans.writing import (
    add_section,
    drop_section,
    ensure_writable,
    move_section,
    name_section,
)

WAYS = ("up", "down", "in", "out")


@bp.get("/<int:plan_id>/versions/<int:number>/text")
@requires(Permission.VIEW)
def text(plan_id: int, number: int) -> str:
    """Show the text of a version to its readers, with a list of contents."""
    plan = get_plan(plan_id, current_scope())
    version = version_of(plan, number)
    may_write = (
        version.state is VersionState.DRAFT
        and version.locked_at is None
        and may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    )
    return render_template(
        "plans/text.html",
        plan=plan,
        version=version,
        sections=[(each, to_html(each.section.body)) for each in placed(plan, version)],
        may_write=may_write,
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
    )


def _at(plan_id: int, section_id: int) -> ResponseReturnValue:
    return see_other(url_for(".write_section", plan_id=plan_id, section_id=section_id))


@bp.post("/<int:plan_id>/write/<int:section_id>/add")
@requires(Permission.EDIT_PLANS)
@form_of(write_section)
@writes
def add(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Add a section behind this one."""
    plan = plan_to_change(plan_id)
    section = add_section(
        plan=plan,
        after_id=section_id,
        heading=read_heading(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    return _at(plan.id, section.id)


@bp.post("/<int:plan_id>/write/<int:section_id>/name")
@requires(Permission.EDIT_PLANS)
@form_of(write_section)
@writes
def name(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Give a section another heading."""
    plan = plan_to_change(plan_id)
    name_section(
        plan=plan,
        section_id=section_id,
        was=request.form.get("was", ""),
        heading=read_heading(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    return _at(plan.id, section_id)


@bp.post("/<int:plan_id>/write/<int:section_id>/move")
@requires(Permission.EDIT_PLANS)
@writes
def move(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Move a section up or down, or a level in or out."""
    plan, way = plan_to_change(plan_id), request.form.get("way", "")
    if way not in WAYS:
        raise DomainError(N_("Choose where the section goes."))
    move_section(plan=plan, section_id=section_id, way=way, actor=current_actor(), now=clock.now())
    return _at(plan.id, section_id)


@bp.get("/<int:plan_id>/write/<int:section_id>/drop")
@requires(Permission.EDIT_PLANS)
def drop(plan_id: int, section_id: int) -> str:
    """Ask why a section is removed."""
    plan = plan_to_change(plan_id)
    section = section_of(ensure_writable(plan), section_id)
    return render_template("plans/drop.html", plan=plan, section=section, form=form_view())


@bp.post("/<int:plan_id>/write/<int:section_id>/drop")
@requires(Permission.EDIT_PLANS)
@form_of(drop)
@writes
def drop_now(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Remove a section of the draft."""
    plan = plan_to_change(plan_id)
    before = drop_section(
        plan=plan,
        section_id=section_id,
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The section was removed. Its text stays in the trail.")), "success")
    return _at(plan.id, before.id) if before else see_other(url_for(".write", plan_id=plan.id))
