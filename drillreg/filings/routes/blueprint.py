"""The blueprint that the pages of filing hang on, and what several of them need."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request

from drillreg.core.access import Permission
from drillreg.core.errors import DomainError, NotFound
from drillreg.filings.wording import (
    CLOCK_WORDS,
    STANDING_COLOURS,
    STANDING_WORDS,
    STATE_COLOURS,
    STATE_WORDS,
    TRAINING_WORDS,
)
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may_on
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import get_plan
from drillreg.plans.scope import PLAN

bp = Blueprint("filings", __name__, url_prefix="/filings")

WORDS: dict[str, Any] = {
    "clock_words": CLOCK_WORDS,
    "state_words": STATE_WORDS,
    "state_colours": STATE_COLOURS,
    "standing_words": STANDING_WORDS,
    "standing_colours": STANDING_COLOURS,
    "training_words": TRAINING_WORDS,
}


@dataclass(frozen=True)
class Standing:
    """A plan that a person may change, its version in force and its organisation."""

    plan: Plan
    version: PlanVersion
    org: Org


def plan_in_force(plan_id: int) -> Standing:
    """Return a plan whose version in force the person may file and make known.

    NotFound outside the scope, NotAllowed without the right, DomainError before the issue.
    """
    plan = get_plan(plan_id, current_scope())
    ensure_may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    if plan.current is None or plan.current.issued_on is None:
        raise DomainError(N_("Only a plan in force is filed and made known."))
    return Standing(plan, plan.current, plan.org)


def org_of_address(name: str, scope: OrgScope) -> Org | None:
    """Return the organisation an argument of the address names; raise NotFound on a wrong one."""
    text = request.values.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text), scope)


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """Return an argument of the address when it is one of the choices, else an empty text."""
    text = request.args.get(name, "")
    return text if text in choices else ""
