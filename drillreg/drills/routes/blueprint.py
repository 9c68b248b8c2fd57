"""The blueprint that the pages of drills hang on, and what several of them need."""

from datetime import date

from flask import Blueprint, request

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader
from drillreg.drills import wording
from drillreg.drills.models import Drill
from drillreg.drills.queries import STATES, DrillFilter, get_drill
from drillreg.drills.queries.choices import org_choices, plan_choices, site_choices
from drillreg.drills.scope import DRILL
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for, ensure_may_on
from drillreg.plans.models import Plan
from drillreg.plans.rules import Secrecy
from drillreg.plans.scope import PLAN

bp = Blueprint("drills", __name__, url_prefix="/drills")

# Kinds of organisations that have others below them, for the filter.
UPPER_KINDS = ("county", "town", "department")


@bp.context_processor
def words() -> dict[str, object]:
    """Give the templates of drills their words."""
    return {"wording": wording, "today": clock.today()}


def org_of_address(name: str, scope: OrgScope) -> Org | None:
    """Return the organisation an argument of the address names; raise NotFound on a wrong one."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return org_to_narrow(int(text), scope)


def filter_of_address() -> DrillFilter:
    """Return what the address narrows a list to; what cannot be read is left out."""
    form = FormReader(request.args)
    state = form.raw("state")
    return DrillFilter(
        within=org_of_address("within", current_scope()),
        org_kind=form.raw("kind")[:40],
        event_type=form.raw("event")[:40],
        state=state if state in STATES else "",
        since=form.date("since", ""),
        until=form.date("until", ""),
        words=form.raw("q")[:80],
    )


def upper_orgs() -> list[tuple[int, str]]:
    """Return the organisations whose subtree a list can be narrowed to."""
    return [
        (org.id, wording.short_name(org)) for org in orgs_of_kinds(current_scope(), UPPER_KINDS)
    ]


def drill_to_change(drill_id: int, permission: Permission) -> Drill:
    """Return a drill that the person may change; NotFound outside, NotAllowed without the right."""
    drill = get_drill(drill_id, current_scope())
    ensure_may_on(permission, DRILL.code, drill)
    return drill


def outline_choices(permission: Permission, today: date) -> dict[str, list[tuple[int, str]]]:
    """Return what the forms about a programme or a single drill offer."""
    scope = current_scope()
    return {
        "orgs": [
            (org.id, name_of(org)) for org in org_choices(current_scope_for(permission), today)
        ],
        "plans": [
            (plan.id, f"{name_of(plan)}（{name_of(plan.org)}）") for plan in plan_choices(scope)
        ],
        "sites": [
            (site.id, f"{name_of(site)}（{name_of(site.org)}）") for site in site_choices(scope)
        ],
    }


def plan_label(plan: Plan, scope: OrgScope) -> tuple[str, bool]:
    """Return how a plan is named to this person and whether they can open it."""
    if PLAN.includes(scope, plan):
        return plan.title, True
    return (plan.title if plan.secrecy is Secrecy.PUBLIC else ""), False
