"""The plans that evidence entered by hand can be about."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.plans.succession import IN_FORCE


def plans_to_prove(org: Org, scope: OrgScope) -> Sequence[tuple[int, str]]:
    """Return the plans of an organisation that are in force, by key and title."""
    found = db.session.scalars(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org))
        .where(
            PLAN.within(scope),
            Plan.org_id == org.id,
            Plan.voided_at.is_(None),
            Plan.id.in_(IN_FORCE),
        )
        .order_by(Plan.id)
    )
    return [(plan.id, name_of(plan)) for plan in found]
