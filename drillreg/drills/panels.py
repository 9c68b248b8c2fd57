"""What pages of organisations, plans and hazard sites show about drills."""

from flask import render_template
from sqlalchemy import ColumnElement

from drillreg.core import clock
from drillreg.drills import wording
from drillreg.drills.models import Drill
from drillreg.drills.naming import names_then
from drillreg.drills.queries import in_subtree, last_held, next_drills
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope
from drillreg.plans.models import Plan


def drills_of_org(org: Org) -> str:
    """Show the next drills of an organisation and those below it, and the last held."""
    return _panel(in_subtree(org), {"within": org.id})


def drills_of_plan(plan: Plan) -> str:
    """Show the drills that follow a plan."""
    return _panel(Drill.plan_id == plan.id, None)


def drills_at_site(site: HazardSite) -> str:
    """Show the drills held for a hazard site."""
    return _panel(Drill.site_id == site.id, None)


def _panel(where: ColumnElement[bool], link: dict[str, int] | None) -> str:
    scope, today = current_scope(), clock.today()
    planned = next_drills(scope, where=where, today=today)
    held = last_held(scope, where=where)
    if not planned and not held and link is None:
        return ""
    return render_template(
        "drills/_panel.html",
        planned=planned,
        held=held,
        link=link,
        today=today,
        wording=wording,
        org_of=names_then(held),
    )
