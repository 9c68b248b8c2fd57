"""The structured parts of a version: the page, response levels, annexes, order."""

import json

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem, code_list
from drillreg.core.errors import NotFound
from drillreg.core.masking import masked_phone
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.geo.shapes import geojson_of
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.scope import current_scope, may_here, may_on
from drillreg.plans.forms import read_version
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.part_editing import (
    draft_to_change,
    level_or_none,
    move_annex,
    move_up,
    name_annexes,
    part_of,
    remove_part,
    save_level,
)
from drillreg.plans.part_forms import LEVEL_LABELS, ensure_part_as_read, read_annexes, read_level
from drillreg.plans.parts import parts_of
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.plans.wording import STATE_WORDS


def version_of(plan: Plan, name: str = "version", number: str | None = None) -> PlanVersion:
    """Return the version an argument of the address names, else the draft or the newest."""
    text = request.args.get(name, "") if number is None else number
    if not text:
        return plan.draft or plan.current or plan.versions[0]
    for version in plan.versions:
        if text == str(version.number):
            return version
    raise NotFound(N_("There is no such version of this plan."))


@bp.get("/<int:plan_id>/parts")
@requires(Permission.VIEW)
def parts(plan_id: int) -> str:
    """Show levels, members, resources, routes and annexes of a version."""
    plan = get_plan(plan_id, current_scope())
    version = version_of(plan)
    may_edit = may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    is_draft = version.state is VersionState.DRAFT and version.locked_at is None
    plain = may_edit or may_here(Permission.KEEP_CONTACTS, plan.org)
    found = parts_of(version, clock.today())
    return render_template(
        "plans/parts.html",
        plan=plan,
        version=version,
        parts=found,
        levels={level.level: level for level in found.levels},
        may_edit=may_edit and is_draft and plan.voided_at is None,
        phone=(lambda text: text) if plain else masked_phone,
        state_words=STATE_WORDS,
        has_map=any(route.geometry for route in found.routes),
    )


@bp.get("/<int:plan_id>/routes.geojson")
@requires(Permission.VIEW)
def routes_geojson(plan_id: int) -> Response:
    """Return the evacuation routes of a version as lines for the map."""
    version = version_of(get_plan(plan_id, current_scope()))
    features = [
        {
            "type": "Feature",
            "geometry": geojson_of(route.geometry),
            "properties": {
                "id": str(route.id),
                "name": route.name,
                "level": "",
                "lines": [f"{route.start} → {route.destination}"],
            },
        }
        for route in parts_of(version).routes
        if route.geometry
    ]
    body = {"type": "FeatureCollection", "features": features}
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/geo+json")


def _level_item(number: int) -> CodeItem:
    found = code_list("response_level").get(str(number))
    if found is None:
        raise NotFound(N_("There is no such response level."))
    return found


@bp.get("/<int:plan_id>/parts/levels/<int:level>")
@requires(Permission.EDIT_PLANS)
def level(plan_id: int, level: int) -> str:
    """Ask when a response level is called, who decides, what is done."""
    plan = plan_to_change(plan_id)
    item, draft = _level_item(level), plan.draft
    row = level_or_none(draft, item.code) if draft else None
    given = {name: getattr(row, name) for name in LEVEL_LABELS} if row else {}
    return render_template(
        "plans/level.html",
        plan=plan,
        item=item,
        word=pick(item.label),
        form=form_view(**given, row_version=row.row_version if row else 0),
        labels=LEVEL_LABELS,
    )


@bp.post("/<int:plan_id>/parts/levels/<int:level>")
@requires(Permission.EDIT_PLANS)
@form_of(level)
@writes
def level_now(plan_id: int, level: int) -> ResponseReturnValue:
    """Save a response level of the draft."""
    plan = plan_to_change(plan_id)
    code, values = _level_item(level).code, read_level(request.form)
    row = level_or_none(draft_to_change(plan), code)
    ensure_part_as_read(
        {name: getattr(row, name) for name in LEVEL_LABELS} if row else dict.fromkeys(values, ""),
        values,
        LEVEL_LABELS,
        row_version=row.row_version if row else 0,
        read_version=read_version(request.form),
    )
    save_level(plan=plan, level=code, values=values, actor=current_actor(), now=clock.now())
    flash(translate(N_("The response level was saved.")), "success")
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="levels"))


@bp.get("/<int:plan_id>/parts/annexes")
@requires(Permission.EDIT_PLANS)
def annexes(plan_id: int) -> str:
    """Ask which papers of the draft are annexes, and what they are called."""
    plan = plan_to_change(plan_id)
    draft = plan.draft
    papers = draft.papers if draft else []
    named = {f"annex_{paper.id}": paper.annex_name or "" for paper in papers}
    return render_template(
        "plans/annexes.html",
        plan=plan,
        papers=papers,
        form=form_view(**named, row_version=draft.row_version if draft else 0),
    )


@bp.post("/<int:plan_id>/parts/annexes")
@requires(Permission.EDIT_PLANS)
@form_of(annexes)
@writes
def annexes_now(plan_id: int) -> ResponseReturnValue:
    """Save what the annexes of the draft are called."""
    plan = plan_to_change(plan_id)
    draft = draft_to_change(plan)
    shown = [paper.id for paper in draft.papers if f"annex_{paper.id}" in request.form]
    titles = read_annexes(request.form, shown)
    name_annexes(plan=plan, titles=titles, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="annexes"))


@bp.post("/<int:plan_id>/parts/annexes/<int:file_id>/<way>")
@requires(Permission.EDIT_PLANS)
@writes
def order_annex(plan_id: int, file_id: int, way: str) -> ResponseReturnValue:
    """Put an annex of the draft one place higher or lower."""
    plan = plan_to_change(plan_id)
    move_annex(plan=plan, file_id=file_id, way=way, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="annexes"))


@bp.post("/<int:plan_id>/parts/<noun>/<int:part_id>/remove")
@requires(Permission.EDIT_PLANS)
@writes
def remove(plan_id: int, noun: str, part_id: int) -> ResponseReturnValue:
    """Take a part out of the draft."""
    plan = plan_to_change(plan_id)
    part = part_of(plan, noun, part_id)
    remove_part(plan=plan, part=part, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor=noun))


@bp.post("/<int:plan_id>/parts/<noun>/<int:part_id>/up")
@requires(Permission.EDIT_PLANS)
@writes
def up(plan_id: int, noun: str, part_id: int) -> ResponseReturnValue:
    """Put a part of the draft one place higher."""
    plan = plan_to_change(plan_id)
    move_up(plan=plan, part=part_of(plan, noun, part_id))
    return see_other(url_for(".parts", plan_id=plan.id, _anchor=noun))
