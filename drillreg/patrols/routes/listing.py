"""Putting an inspection together: its team and its list, drawn or named, given to members."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.patrols.forms.inspections import (
    read_assignment,
    read_draw,
    read_member,
    read_named,
)
from drillreg.patrols.inspection_rules import Sampling, ensure_draft
from drillreg.patrols.inspections import candidates, members_of, site_orgs
from drillreg.patrols.models import Inspection, InspectionMember
from drillreg.patrols.operations.inspections import (
    add_member,
    assign,
    draw_list,
    let_member_go,
    put_on_list,
    strike_item,
)
from drillreg.patrols.queries import people_to_send, sites_by_number
from drillreg.patrols.routes.blueprint import (
    bp,
    inspection_to_change,
    item_to_change,
    within_options,
)
from drillreg.patrols.routes.inspections import inspection
from drillreg.patrols.wording import SAMPLING_WORDS

# Units that can be on a list as a whole.
UNITS = ("town", "department", "school", "kindergarten", "hospital", "enterprise", "site")


@bp.post("/inspections/<int:inspection_id>/members")
@requires(Permission.ASSIGN_TASKS)
@form_of(inspection)
@writes
def add_to_team(inspection_id: int) -> ResponseReturnValue:
    """Take somebody into the team."""
    found = inspection_to_change(inspection_id)
    facts = read_member(request.form, people_to_send(found.org, on=clock.today()))
    add_member(found, facts, actor=current_actor(), now=clock.now())
    return see_other(url_for(".inspection", inspection_id=found.id))


def _member(found: Inspection, member_id: int | None) -> InspectionMember | None:
    return next((each for each in members_of(found) if each.id == member_id), None)


@bp.post("/inspections/<int:inspection_id>/members/<int:member_id>/leave")
@requires(Permission.ASSIGN_TASKS)
@writes
def leave_team(inspection_id: int, member_id: int) -> ResponseReturnValue:
    """Take somebody out of the team."""
    found = inspection_to_change(inspection_id)
    member = _member(found, member_id)
    if member is None:
        raise NotFound(N_("There is nobody like that in the team."))
    let_member_go(found, member, actor=current_actor(), now=clock.now())
    return see_other(url_for(".inspection", inspection_id=found.id))


@bp.get("/inspections/<int:inspection_id>/draw")
@requires(Permission.ASSIGN_TASKS)
def draw(inspection_id: int) -> str:
    """Ask how the list is drawn: a census, or a sample by stated rules."""
    found = inspection_to_change(inspection_id)
    ensure_draft(found.state)
    return render_template(
        "patrols/draw.html",
        found=found,
        form=form_view(
            within=found.org_id,
            sampling=Sampling.FOCUS.value,
            seed=clock.now().strftime("%Y%m%d%H%M%S"),
            share_red=100,
            share_orange=50,
            share_yellow=20,
            share_blue=5,
            stale_first=50,
        ),
        places=within_options(found.org, Permission.ASSIGN_TASKS),
        levels=code_list("risk_level").options(),
        site_kinds=code_list("hazard_kind").options(),
        samplings=[
            (code.value, translate(SAMPLING_WORDS[code]))
            for code in (Sampling.CENSUS, Sampling.FOCUS)
        ],
    )


@bp.post("/inspections/<int:inspection_id>/draw")
@requires(Permission.ASSIGN_TASKS)
@form_of(draw)
@writes
def draw_now(inspection_id: int) -> ResponseReturnValue:
    """Draw the list and keep how."""
    found = inspection_to_change(inspection_id)
    typed = read_draw(
        request.form, [key for key, _ in within_options(found.org, Permission.ASSIGN_TASKS)]
    )
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    frame = candidates(
        get_org(typed.within, current_scope()), scope, kinds=typed.kinds, levels=typed.levels
    )
    count = draw_list(found, frame, typed.rule, actor=current_actor(), now=clock.now())
    flash(
        translate(
            N_("%(count)d of %(total)d sites were put on the list."), count=count, total=len(frame)
        ),
        "success",
    )
    return see_other(url_for(".inspection", inspection_id=found.id))


def _units() -> dict[int, Org]:
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    return {org.id: org for org in orgs_of_kinds(scope.present, UNITS, at_most=300)}


@bp.get("/inspections/<int:inspection_id>/name")
@requires(Permission.ASSIGN_TASKS)
def name_places(inspection_id: int) -> str:
    """Ask for sites by number, and for units as a whole."""
    found = inspection_to_change(inspection_id)
    ensure_draft(found.state)
    return render_template(
        "patrols/name.html",
        found=found,
        form=form_view(),
        units=[(key, name_of(org)) for key, org in _units().items()],
    )


@bp.post("/inspections/<int:inspection_id>/name")
@requires(Permission.ASSIGN_TASKS)
@form_of(name_places)
@writes
def name_now(inspection_id: int) -> ResponseReturnValue:
    """Put the named sites and units on the list."""
    found = inspection_to_change(inspection_id)
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    sites, units = read_named(
        request.form, lambda numbers: sites_by_number(numbers, scope), list(_units())
    )
    rows: list[tuple[int, int | None]] = [
        (org_id, site_id) for site_id, org_id in site_orgs(sites, scope).items()
    ]
    rows += [(org_id, None) for org_id in units]
    put_on_list(found, rows, actor=current_actor(), now=clock.now())
    return see_other(url_for(".inspection", inspection_id=found.id))


@bp.post("/inspections/<int:inspection_id>/assign")
@requires(Permission.ASSIGN_TASKS)
@form_of(inspection)
@writes
def assign_places(inspection_id: int) -> ResponseReturnValue:
    """Give the ticked places to a member for a day."""
    found = inspection_to_change(inspection_id)
    items, member_id, day = read_assignment(request.form, [each.id for each in members_of(found)])
    member = _member(found, member_id)
    count = assign(found, items, member, day, actor=current_actor(), now=clock.now())
    flash(translate(N_("%(count)d places were assigned."), count=count), "success")
    return see_other(url_for(".inspection", inspection_id=found.id))


@bp.post("/inspections/items/<int:item_id>/strike")
@requires(Permission.ASSIGN_TASKS)
@writes
def strike_place(item_id: int) -> ResponseReturnValue:
    """Take a place off the list before the inspection begins."""
    item = item_to_change(item_id)
    strike_item(item, actor=current_actor(), now=clock.now())
    return see_other(url_for(".inspection", inspection_id=item.inspection_id))
