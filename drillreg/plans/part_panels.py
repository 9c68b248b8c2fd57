"""What the page of a plan shows of its parts, of copied text and of plans that are alike."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.office.queries import setting
from drillreg.orgs.scope import current_scope, current_scope_for, may_on
from drillreg.plans.copying import copied_text
from drillreg.plans.models import Plan
from drillreg.plans.parts import parts_of
from drillreg.plans.scope import PLAN
from drillreg.plans.sections import is_written
from drillreg.plans.siblings import siblings_of, written_version


def parts_of_plan(plan: Plan) -> str:
    """Show how much of each kind of part a plan has, and how many contacts are stale."""
    if plan.voided_at is not None or not plan.versions:
        return ""
    version = plan.draft or plan.current or plan.versions[0]
    parts = parts_of(version, clock.today())
    may_edit = may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    if not parts and not may_edit and len(plan.versions) < 2:
        return ""
    return render_template(
        "plans/_parts_panel.html",
        plan=plan,
        version=version,
        parts=parts,
        stale=sum(member.is_stale for member in parts.members),
        may_edit=may_edit,
        may_copy=bool(current_scope_for(Permission.EDIT_PLANS).paths)
        and plan.current is not None
        and is_written(plan.current),
    )


def copied_and_alike(plan: Plan) -> str:
    """Point to text that is still as copied, and to plans of sibling units that are much alike."""
    version = written_version(plan)
    if version is None or plan.voided_at is not None:
        return ""
    limit = setting("plans.alike-percent", plan.org)
    nearest = next((s for s in siblings_of(plan, current_scope()) if s.percent >= limit), None)
    may_edit = may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    copied = len(copied_text(version).sections) if may_edit else 0
    if nearest is None and not copied:
        return ""
    return render_template(
        "plans/_alike_panel.html",
        plan=plan,
        nearest=nearest,
        copied=copied,
    )
