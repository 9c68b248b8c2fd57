"""Who follows a plan above, confirming that nothing changes, and plans without a plan above."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import get_plan
from drillreg.plans.rules import Secrecy
from drillreg.plans.scope import PLAN
from drillreg.revisions.alignment import (
    DEPTH,
    count_without_parent,
    flat,
    own_standing,
    top_version,
    tree_below,
    without_parent,
)
from drillreg.revisions.forms import read_why
from drillreg.revisions.operations.triggers import confirm_alignment
from drillreg.revisions.routes.blueprint import bp, plan_to_change
from drillreg.revisions.rules import FOLLOWING
from drillreg.revisions.wording import FOLLOW_COLOURS, FOLLOW_WORDS


@bp.get("/<int:plan_id>/alignment")
@requires(Permission.VIEW)
def alignment(plan_id: int) -> str:
    """Show the plan above, and the tree of plans below with who has followed and who has not."""
    scope = current_scope()
    plan = get_plan(plan_id, scope.present)
    tree = tree_below(plan, scope)
    parent = plan.parent
    return render_template(
        "revisions/alignment.html",
        plan=plan,
        tree=tree,
        lines=flat(tree.below),
        depth=DEPTH,
        standing=own_standing(plan, scope),
        parent=parent,
        parent_in_scope=parent is not None and PLAN.includes(scope.present, parent),
        parent_is_public=parent is not None and parent.secrecy is Secrecy.PUBLIC,
        parent_version=top_version(parent.id) if parent else None,
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        following=FOLLOWING,
        follow_words=FOLLOW_WORDS,
        follow_colours=FOLLOW_COLOURS,
    )


def _version_above(plan: Plan) -> PlanVersion:
    found = top_version(plan.parent_plan_id) if plan.parent_plan_id else None
    if found is None:
        raise NotFound(N_("There is no issued plan above this one."))
    return found


@bp.get("/<int:plan_id>/alignment/confirm")
@requires(Permission.EDIT_PLANS)
def confirm(plan_id: int) -> str:
    """Ask why the version above changes nothing for a plan."""
    plan = plan_to_change(plan_id)
    above = top_version(plan.parent_plan_id) if plan.parent_plan_id else None
    return render_template("revisions/confirm.html", plan=plan, above=above, form=form_view())


@bp.post("/<int:plan_id>/alignment/confirm")
@requires(Permission.EDIT_PLANS)
@form_of(confirm)
@writes
def confirm_now(plan_id: int) -> ResponseReturnValue:
    """Record that the version above changes nothing."""
    plan = plan_to_change(plan_id)
    why = read_why(request.form)
    above = _version_above(plan)
    if request.form.get("version") not in (None, str(above.id)):
        raise DomainError(N_("The plan above got a new version meanwhile. Look at it first."))
    confirm_alignment(
        plan,
        above,
        reason=why,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("It is recorded that the plan above changes nothing here.")), "success")
    return see_other(url_for(".alignment", plan_id=plan.id))


@bp.get("/without-parent")
@requires(Permission.VIEW)
def orphans() -> str:
    """List the plans that should rest on a plan above and name none in force."""
    scope = current_scope()
    return render_template(
        "revisions/orphans.html",
        page=without_parent(scope, cursor=request.args.get("after")),
        total=count_without_parent(scope),
    )
