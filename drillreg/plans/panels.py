"""What plans show on the pages of organisations and hazard sites."""

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.plans.counting import counts_by_state
from drillreg.plans.covering import plans_covering
from drillreg.plans.finding import unread_papers
from drillreg.plans.models import Plan
from drillreg.plans.queries import PlanFilter, plans_page
from drillreg.plans.rules import VersionState
from drillreg.plans.sections import is_written
from drillreg.plans.signing import signed_version
from drillreg.plans.succession import to_take_over
from drillreg.plans.wording import STATE_COLOURS, STATE_WORDS
from drillreg.signoffs.showing import STATE_WORDS as STATE_WORDS_OF_SIGNING

SHOWN = 5


def plans_of_org(org: Org) -> str:
    """Show an organisation's own plans: how many in which state, and the first of them."""
    scope, today = current_scope(), clock.today()
    chosen = PlanFilter(org=org, own=True, sort="review")
    return render_template(
        "plans/_org_panel.html",
        org=org,
        counts=counts_by_state(org, scope, today=today),
        page=plans_page(scope, chosen, today=today, size=SHOWN),
        may_register=may_here(Permission.EDIT_PLANS, org),
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        today=today,
        to_take_over=to_take_over(org, scope),
    )


def plans_over_site(site: HazardSite) -> str:
    """Show the plans in force that cover a hazard site."""
    kind = code_list("hazard_kind").get(site.kind)
    event = kind.attributes["event_type"] if kind else "general"
    return render_template(
        "plans/_site_panel.html",
        site=site,
        event=event,
        plans=plans_covering(site.org, event, current_scope()),
        may_register=may_here(Permission.EDIT_PLANS, site.org),
    )


def signing_action(plan: Plan) -> str:
    """Show the way to the sign-off of a plan's draft, or of the version that was signed."""
    version, sign_off = signed_version(plan)
    standing = plan.voided_at is None and not plan.is_abolished
    if not standing or (version.state is not VersionState.DRAFT and sign_off is None):
        return ""
    return render_template(
        "plans/signing/_action.html",
        plan=plan,
        word=STATE_WORDS_OF_SIGNING[sign_off.state] if sign_off else "",
        begins=version.state is VersionState.DRAFT and bool(version.papers or is_written(version)),
    )


def unread_of_plan(plan: Plan) -> str:
    """Say which papers of a plan the search could not read, and why."""
    papers = unread_papers(plan)
    return render_template("plans/_unread_panel.html", papers=papers) if papers else ""
