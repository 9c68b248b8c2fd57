"""Resources a plan calls on, and its evacuation routes."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.plans.forms import read_version
from drillreg.plans.models import Plan, PlanResource, PlanRoute
from drillreg.plans.part_choices import MOST_SHELTERS, resource_around, resources_around
from drillreg.plans.part_editing import (
    add_resource,
    draft_to_change,
    part_of,
    save_part,
    save_route,
)
from drillreg.plans.part_forms import (
    ROUTE_LABELS,
    USE_LABELS,
    ensure_part_as_read,
    read_route,
    read_use,
)
from drillreg.plans.part_live import stock_of
from drillreg.plans.parts import rows_of
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.members import number_in, words_asked
from drillreg.resources.nouns import NOUNS, SHELTER, TEAM, Noun


def _noun() -> Noun:
    wanted = request.values.get("noun", "")
    return next((noun for noun in NOUNS if noun.code == wanted), TEAM)


@bp.get("/<int:plan_id>/parts/resources/new")
@requires(Permission.EDIT_PLANS)
def choose_resource(plan_id: int) -> str:
    """Offer teams, supplies or shelters around the organisation of the plan."""
    plan, noun, words = plan_to_change(plan_id), _noun(), words_asked()
    draft = plan.draft
    known = {(r.noun, r.resource_id) for r in rows_of(PlanResource, draft)} if draft else set()
    found = resources_around(noun, plan.org, words, current_scope())
    return render_template(
        "plans/resource_new.html",
        plan=plan,
        noun=noun,
        nouns=NOUNS,
        words=words,
        found=[(each, stock_of(noun.code, each, plan.org.path)) for each in found],
        known={key for code, key in known if code == noun.code},
        labels=USE_LABELS,
        form=form_view(),
    )


@bp.post("/<int:plan_id>/parts/resources/new")
@requires(Permission.EDIT_PLANS)
@form_of(choose_resource)
@writes
def enter_resource(plan_id: int) -> ResponseReturnValue:
    """Enter a resource that the plan calls on."""
    plan, noun = plan_to_change(plan_id), _noun()
    draft_to_change(plan)
    chosen = number_in(request.form, "resource")
    if chosen is None:
        raise DomainError(N_("Choose from the list."))
    add_resource(
        plan=plan,
        noun=noun.code,
        resource=resource_around(noun, chosen, plan.org, current_scope()),
        use=read_use(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".choose_resource", plan_id=plan.id, noun=noun.code))


@bp.get("/<int:plan_id>/parts/resources/<int:part_id>")
@requires(Permission.EDIT_PLANS)
def resource(plan_id: int, part_id: int) -> str:
    """Ask what a resource of the draft is for."""
    plan = plan_to_change(plan_id)
    row = _resource(plan, part_id)
    return render_template(
        "plans/resource.html",
        plan=plan,
        row=row,
        labels=USE_LABELS,
        form=form_view(use=row.use, row_version=row.row_version),
    )


def _resource(plan: Plan, part_id: int) -> PlanResource:
    found = part_of(plan, "resources", part_id)
    assert isinstance(found, PlanResource)  # noqa: S101 - for the type checker
    return found


@bp.post("/<int:plan_id>/parts/resources/<int:part_id>")
@requires(Permission.EDIT_PLANS)
@form_of(resource)
@writes
def resource_now(plan_id: int, part_id: int) -> ResponseReturnValue:
    """Save what a resource of the draft is for."""
    plan = plan_to_change(plan_id)
    row = _resource(plan, part_id)
    values = {"use": read_use(request.form)}
    ensure_part_as_read(
        {"use": row.use},
        values,
        USE_LABELS,
        row_version=row.row_version,
        read_version=read_version(request.form),
    )
    save_part(plan=plan, part=row, values=values, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="resources"))


def _shelters(plan: Plan, keep: PlanRoute | None = None) -> dict[int, str]:
    found = resources_around(SHELTER, plan.org, "", current_scope(), at_most=MOST_SHELTERS)
    offered = {shelter.id: shelter.name for shelter in found}
    if keep is not None and keep.shelter_id is not None:
        offered.setdefault(keep.shelter_id, keep.destination)
    return offered


def _route(plan: Plan, part_id: int) -> PlanRoute:
    found = part_of(plan, "routes", part_id)
    assert isinstance(found, PlanRoute)  # noqa: S101 - for the type checker
    return found


def _values(row: PlanRoute) -> dict[str, Any]:
    names = ("name", "start", "destination", "people", "minutes", "points", "note")
    return {name: getattr(row, name) for name in names} | {"shelter": row.shelter_id}


def _page(plan: Plan, row: PlanRoute | None) -> str:
    given = _values(row) if row else {}
    return render_template(
        "plans/route.html",
        plan=plan,
        row=row,
        labels=ROUTE_LABELS,
        shelters=[*_shelters(plan, row).items()],
        shifts=[(shift.value, translate(LABELS[shift])) for shift in ShiftedCrs],
        form=form_view(
            **given, shift=ShiftedCrs.WGS84.value, row_version=row.row_version if row else 0
        ),
    )


@bp.get("/<int:plan_id>/parts/routes/new")
@requires(Permission.EDIT_PLANS)
def new_route(plan_id: int) -> str:
    """Ask for an evacuation route: where from, where to, drawn or by names."""
    return _page(plan_to_change(plan_id), None)


@bp.post("/<int:plan_id>/parts/routes/new")
@requires(Permission.EDIT_PLANS)
@form_of(new_route)
@writes
def enter_route(plan_id: int) -> ResponseReturnValue:
    """Enter an evacuation route."""
    plan = plan_to_change(plan_id)
    values = read_route(request.form, _shelters(plan))
    save_route(plan=plan, route=None, values=values, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="routes"))


@bp.get("/<int:plan_id>/parts/routes/<int:part_id>")
@requires(Permission.EDIT_PLANS)
def route(plan_id: int, part_id: int) -> str:
    """Ask for an evacuation route of the draft anew."""
    plan = plan_to_change(plan_id)
    return _page(plan, _route(plan, part_id))


@bp.post("/<int:plan_id>/parts/routes/<int:part_id>")
@requires(Permission.EDIT_PLANS)
@form_of(route)
@writes
def route_now(plan_id: int, part_id: int) -> ResponseReturnValue:
    """Save an evacuation route of the draft."""
    plan = plan_to_change(plan_id)
    row = _route(plan, part_id)
    values = read_route(request.form, _shelters(plan, row))
    ensure_part_as_read(
        _values(row),
        {**values, "shelter": values["shelter_id"]},
        ROUTE_LABELS,
        row_version=row.row_version,
        read_version=read_version(request.form),
    )
    save_route(plan=plan, route=row, values=values, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="routes"))
