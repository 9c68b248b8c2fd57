"""The difference between two versions of a plan."""

from flask import render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label
from drillreg.orgs.scope import current_scope, may_here, may_on
from drillreg.plans.changed import changed_parts, changed_sections, sentences
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp
from drillreg.plans.routes.parts import version_of
from drillreg.plans.scope import PLAN
from drillreg.plans.wording import STATE_WORDS


@bp.get("/<int:plan_id>/compare")
@requires(Permission.VIEW)
def compare(plan_id: int) -> str:
    """Show what two versions of a plan have different: sections, text, parts."""
    plan = get_plan(plan_id, current_scope())
    after = version_of(plan, "to")
    before = version_of(plan, "from") if request.args.get("from") else _earlier(plan, after)
    sections = changed_sections(before, after)
    plain = may_on(Permission.EDIT_PLANS, PLAN.code, plan) or may_here(
        Permission.KEEP_CONTACTS, plan.org
    )
    return render_template(
        "plans/compare.html",
        plan=plan,
        before=before,
        after=after,
        numbers=[
            (version.number, version.number) for version in sorted(plan.versions, key=_number)
        ],
        sections=sections,
        lines=[line for each in sections for line in sentences(each)],
        parts=[s.text(code_label) for s in changed_parts(before, after, clock.today())],
        everything=request.args.get("all") == "1",
        plain=plain,
        state_words=STATE_WORDS,
    )


def _number(version: PlanVersion) -> int:
    return version.number


def _earlier(plan: Plan, after: PlanVersion) -> PlanVersion:
    """Return the version in force before another one; the version itself when it is the first."""
    issued = [v for v in plan.versions if v.issued_on is not None and v.number < after.number]
    return max(issued, key=_number, default=after)
