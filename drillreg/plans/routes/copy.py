"""Copying a plan as the start for another unit, and plans of sibling units that are alike."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.orgs.queries import OrgFilter, orgs_page
from drillreg.orgs.scope import current_scope, current_scope_for, may_on
from drillreg.plans.alikeness import Alike, alike_sections, side_by_side
from drillreg.plans.copying import (
    Source,
    copied_text,
    copy_into,
    get_source,
    marked,
    replace_name,
    sources_page,
)
from drillreg.plans.forms import PlanForm, kinds_for
from drillreg.plans.models import Plan
from drillreg.plans.naming import suggested_title
from drillreg.plans.operations import register_plan
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.entries import (
    choices_for,
    likely_parent,
    org_to_register_at,
    parents_for,
)
from drillreg.plans.routes.members import number_in, words_asked
from drillreg.plans.scope import PLAN
from drillreg.plans.sections import sections_of
from drillreg.plans.siblings import (
    Sibling,
    get_sibling,
    siblings_of,
    template_text,
    written_version,
)

SHOWN_SECTIONS = 12


@bp.get("/copy")
@requires(Permission.EDIT_PLANS)
def copy_sources() -> str:
    """List the plans that can be taken as a start."""
    event = request.args.get("event_type", "")
    event = event if event in code_list("event_type").codes() else ""
    return render_template(
        "plans/copy_sources.html",
        page=sources_page(
            current_scope(),
            words=words_asked(),
            event_type=event,
            cursor=request.args.get("after"),
        ),
        words=words_asked(),
        event=event,
        org=request.args.get("org", ""),
    )


def _source() -> Source | None:
    key = number_in(request.args, "source")
    return get_source(key, current_scope()) if key is not None else None


@bp.get("/copy/new")
@requires(Permission.EDIT_PLANS)
def copy_form() -> ResponseReturnValue:
    """Ask what the register keeps of the copy; it begins with what the source says."""
    source, org = _source(), org_to_register_at()
    if source is None:
        return see_other(url_for(".copy_sources", org=request.args.get("org")))
    if org is None:
        return see_other(url_for(".copy_where", source=source.plan.id))
    plan = source.plan
    kinds = kinds_for(org)
    kind = plan.kind if plan.kind in kinds else ""
    event = code_list("event_type").get(plan.event_type)
    title = suggested_title(org.name, event.label["zh"], plan.event_type, kind) if event else ""
    return render_template(
        "plans/copy_form.html",
        org=org,
        source=source,
        form=form_view(
            kind=kind,
            event_type=plan.event_type,
            title=title if kind else "",
            parent=likely_parent(org, plan.event_type),
            secrecy=plan.secrecy,
            rename="1",
        ),
        **choices_for(org),
    )


@bp.get("/copy/where")
@requires(Permission.EDIT_PLANS)
def copy_where() -> ResponseReturnValue:
    """Choose the organisation a copy is for."""
    source = _source()
    if source is None:
        return see_other(url_for(".copy_sources"))
    return render_template(
        "plans/copy_where.html", source=source, words=words_asked(), page=_orgs_to_copy_to()
    )


def _orgs_to_copy_to() -> Any:
    return orgs_page(
        current_scope_for(Permission.EDIT_PLANS),
        OrgFilter(words=words_asked()),
        cursor=request.args.get("after"),
    )


@bp.post("/copy/new")
@requires(Permission.EDIT_PLANS)
@form_of(copy_form)
@writes
def copy_now() -> ResponseReturnValue:
    """Register a plan whose draft begins with the text of another."""
    source, org = _source(), org_to_register_at()
    if source is None or org is None:
        raise DomainError(N_("Choose the plan that is copied, and for whom."))
    form = PlanForm.read(request.form, org=org, parents=[key for key, _ in parents_for(org, None)])
    actor, now = current_actor(), clock.now()
    plan = register_plan(
        org=org,
        kinds=kinds_for(org),
        kind=form.kind,
        event_type=form.event_type,
        title=form.title,
        title_en=form.title_en,
        parent_id=form.parent_id,
        secrecy=form.secrecy,
        papers=[],
        actor=actor,
        now=now,
    )
    copy_into(
        plan,
        source,
        rename_to=org if request.form.get("rename") == "1" else None,
        actor=actor,
        now=now,
    )
    flash(translate(N_("The text was copied. What is not changed yet stays marked.")), "success")
    return see_other(url_for(".copied", plan_id=plan.id))


@bp.get("/<int:plan_id>/copied")
@requires(Permission.EDIT_PLANS)
def copied(plan_id: int) -> str:
    """Show what of a draft is still as copied, with the names in it to look at."""
    plan = plan_to_change(plan_id)
    version = written_version(plan) or plan.versions[0]
    found = copied_text(version)
    names = found.names
    counts = [
        (name, sum(name in each.body or name in each.heading for each in found.sections))
        for name in names
    ]
    return render_template(
        "plans/copied.html",
        plan=plan,
        version=version,
        sections=[(each, marked(each.body, names)) for each in found.sections],
        total=len(sections_of(version)),
        names=[(name, count) for name, count in counts if count],
        form=form_view(old=next((n for n, c in counts if c), ""), new=plan.org.name),
    )


@bp.post("/<int:plan_id>/copied")
@requires(Permission.EDIT_PLANS)
@form_of(copied)
@writes
def replace_now(plan_id: int) -> ResponseReturnValue:
    """Replace a name in what is still as copied."""
    plan = plan_to_change(plan_id)
    reader = FormReader(request.form)
    old = reader.text("old", translate(N_("Name in the text")), required=True, max_length=100)
    new = reader.text("new", translate(N_("Name in its place")), required=True, max_length=100)
    reader.finish()
    count = replace_name(plan=plan, old=old, new=new, actor=current_actor(), now=clock.now())
    if not count:
        raise FormErrors(
            [FieldError("old", N_("“%(name)s” does not stand in what was copied."), {"name": old})]
        )
    flash(translate(N_("Replaced in %(count)d sections."), count=count), "success")
    return see_other(url_for(".copied", plan_id=plan.id))


@bp.get("/<int:plan_id>/alike")
@requires(Permission.VIEW)
def alike(plan_id: int) -> str:
    """List plans of sibling units by how much of this text stands in them, and the passages."""
    scope = current_scope()
    plan = get_plan(plan_id, scope)
    version = written_version(plan)
    siblings = siblings_of(plan, scope)
    wanted = number_in(request.args, "with")
    other = get_sibling(siblings, wanted) if wanted is not None else next(iter(siblings), None)
    return render_template(
        "plans/alike.html",
        plan=plan,
        version=version,
        siblings=siblings,
        other=other,
        passages=_passages(plan, version, other) if version and other else [],
        limit=setting("plans.alike-percent", plan.org),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
    )


def _passages(plan: Plan, version: Any, other: Sibling) -> list[tuple[Alike, Any, Any]]:
    """Return the sections most alike with their texts cut at what stands in both."""
    found = alike_sections(
        sections_of(version), sections_of(other.version), given=template_text(plan)
    )
    return [
        (each, *side_by_side(each.section.body, each.nearest.body))
        for each in found[:SHOWN_SECTIONS]
        if each.nearest is not None
    ]
