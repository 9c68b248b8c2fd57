"""Items of a drafting plan: one plan to be written or revised."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may, may_here
from drillreg.plans.queries import get_plan
from drillreg.revisions.drafting import get_item, line_of
from drillreg.revisions.forms import ensure_item_as_read, read_item, read_move, read_why
from drillreg.revisions.models import DraftingItem, DraftingPlan
from drillreg.revisions.operations.drafting import move_item as postpone
from drillreg.revisions.operations.drafting import save_item, strike_item
from drillreg.revisions.routes.blueprint import bp, drafting_to_change, typed_version
from drillreg.revisions.rules import DraftingState, Progress
from drillreg.revisions.wording import PROGRESS_COLOURS, PROGRESS_WORDS

# Who writes plans of its own and is offered; units below come through the proposals.
WRITERS = ("county", "department", "town", "village", "school", "hospital", "enterprise")


def _orgs(drafting: DraftingPlan, item: DraftingItem | None) -> list[tuple[int, str]]:
    scope = OrgScope(current_scope().on, frozenset({_top(drafting)}))
    found = {org.id: name_of(org) for org in orgs_of_kinds(scope, WRITERS, at_most=500)}
    if item is not None:
        found |= {org.id: name_of(org) for org in (item.org, item.lead)}
    return list(found.items())


def _top(drafting: DraftingPlan) -> str:
    """Return the path whose organisations may be named: a department leads within its county."""
    return drafting.org.path.split("/")[0] + "/"


def _choices(drafting: DraftingPlan, item: DraftingItem | None) -> dict[str, Any]:
    return {
        "orgs": _orgs(drafting, item),
        "kinds": code_list("plan_kind").options(),
        "events": code_list("event_type").options(),
    }


@bp.get("/drafting/items/<int:item_id>")
@requires(Permission.VIEW)
def item(item_id: int) -> str:
    """Show an item: what is to be written, by whom, until when, how far it is."""
    found = get_item(item_id, current_scope())
    line = line_of(found)
    return render_template(
        "revisions/item.html",
        item=found,
        line=line,
        sees_plan=may_here(Permission.VIEW, found.org),
        sees_drafting=may_here(Permission.VIEW, found.drafting.org),
        may_write=may_here(Permission.EDIT_PLANS, found.org)
        and line.progress is Progress.WAITING
        and found.voided_at is None,
        may_edit=may_here(Permission.EDIT_PLANS, found.drafting.org),
        is_draft=found.drafting.state is DraftingState.DRAFT,
        progress_words=PROGRESS_WORDS,
        progress_colours=PROGRESS_COLOURS,
        today=clock.today(),
    )


@bp.get("/drafting/<int:drafting_id>/items/new")
@requires(Permission.EDIT_PLANS)
def new_item(drafting_id: int) -> str:
    """Ask for a plan to be written that no proposal names."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    return render_template(
        "revisions/edit_item.html",
        drafting=found,
        item=None,
        form=form_view(due_on=f"{found.year}-11-30"),
        **_choices(found, None),
    )


@bp.post("/drafting/<int:drafting_id>/items/new")
@requires(Permission.EDIT_PLANS)
@form_of(new_item)
@writes
def add_item(drafting_id: int) -> ResponseReturnValue:
    """Enter an item."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    values = read_item(
        request.form,
        orgs=[org_id for org_id, _ in _orgs(found, None)],
        fixed=False,
        needs_why=found.state is DraftingState.APPROVED,
    )
    save_item(found, None, values, actor=current_actor(), now=clock.now(), today=clock.today())
    flash(translate(N_("It stands in the drafting plan.")), "success")
    return see_other(url_for(".drafting", drafting_id=found.id))


def _item_to_change(item_id: int) -> DraftingItem:
    found = get_item(item_id, current_scope())
    ensure_may(Permission.EDIT_PLANS, found.drafting.org)
    return found


@bp.get("/drafting/items/<int:item_id>/edit")
@requires(Permission.EDIT_PLANS)
def edit_item(item_id: int) -> str:
    """Change an item before the plan is approved."""
    found = _item_to_change(item_id)
    return render_template(
        "revisions/edit_item.html",
        drafting=found.drafting,
        item=found,
        form=form_view(
            org=found.org_id,
            kind=found.kind,
            event_type=found.event_type,
            title=found.title,
            lead=found.lead_org_id,
            supporting=found.supporting,
            person=found.person,
            due_on=found.due_on,
            why=found.why,
            row_version=found.row_version,
        ),
        **_choices(found.drafting, found),
    )


@bp.post("/drafting/items/<int:item_id>/edit")
@requires(Permission.EDIT_PLANS)
@form_of(edit_item)
@writes
def save_item_now(item_id: int) -> ResponseReturnValue:
    """Save an item."""
    found = _item_to_change(item_id)
    values = read_item(
        request.form,
        orgs=[org_id for org_id, _ in _orgs(found.drafting, found)],
        fixed=found.plan_id is not None,
        needs_why=False,
    )
    ensure_item_as_read(found, values, typed_version())
    save_item(
        found.drafting,
        found,
        values,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("It stands in the drafting plan.")), "success")
    return see_other(url_for(".drafting", drafting_id=found.drafting_id))


@bp.get("/drafting/items/<int:item_id>/date")
@requires(Permission.EDIT_PLANS)
def move_item(item_id: int) -> str:
    """Ask for another date of an item of an approved plan, and why."""
    found = _item_to_change(item_id)
    return render_template(
        "revisions/move_item.html", item=found, form=form_view(due_on=found.due_on)
    )


@bp.post("/drafting/items/<int:item_id>/date")
@requires(Permission.EDIT_PLANS)
@form_of(move_item)
@writes
def move_item_now(item_id: int) -> ResponseReturnValue:
    """Change the date of an item of an approved plan."""
    found = _item_to_change(item_id)
    due_on, why = read_move(request.form)
    postpone(
        found.drafting,
        found,
        due_on,
        reason=why,
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    return see_other(url_for(".item", item_id=found.id))


@bp.get("/drafting/items/<int:item_id>/strike")
@requires(Permission.EDIT_PLANS)
def strike(item_id: int) -> str:
    """Ask why an item is struck out."""
    return render_template(
        "revisions/strike_item.html", item=_item_to_change(item_id), form=form_view()
    )


@bp.post("/drafting/items/<int:item_id>/strike")
@requires(Permission.EDIT_PLANS)
@form_of(strike)
@writes
def strike_now(item_id: int) -> ResponseReturnValue:
    """Strike an item out."""
    found = _item_to_change(item_id)
    strike_item(
        found.drafting,
        found,
        reason=read_why(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".drafting", drafting_id=found.drafting_id))


@bp.get("/drafting/items/<int:item_id>/begin")
@requires(Permission.EDIT_PLANS)
def begin_item(item_id: int) -> ResponseReturnValue:
    """Lead to where the work begins: register the plan, or start its revision."""
    found = get_item(item_id, current_scope())
    ensure_may(Permission.EDIT_PLANS, found.org)
    line = line_of(found)
    if line.plan_id is None:
        return see_other(
            url_for("plans.new", org=found.org_id, kind=found.kind, event_type=found.event_type)
        )
    plan = get_plan(line.plan_id, current_scope())
    endpoint = "plans.revise" if plan.draft is None else "plans.show"
    return see_other(url_for(endpoint, plan_id=plan.id))
