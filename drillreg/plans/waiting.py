"""What plans give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

AHEAD = timedelta(days=60)


def plans_to_review(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the plans of one's own organisation that are due for review within two months."""
    if not actor.may(Permission.EDIT_PLANS):
        return []
    found = db.session.scalars(
        select(PlanVersion)
        .join(PlanVersion.plan)
        .options(contains_eager(PlanVersion.plan))
        .join(Plan.org)
        .where(
            Plan.org_id == actor.org_id,
            PLAN.within(scope_of(actor, Permission.EDIT_PLANS, today)),
            Plan.voided_at.is_(None),
            PlanVersion.state == VersionState.CURRENT,
            PlanVersion.review_on <= today + AHEAD,
        )
        .order_by(PlanVersion.review_on, PlanVersion.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="review",
            text=name_of(version.plan),
            url=url_for("plans.show", plan_id=version.plan_id),
            detail=version.document_number or "",
            due_on=version.review_on,
        )
        for version in found
    ]


def _not_reviewed(today: date) -> Select[Any]:
    columns = chase_columns(
        "plan-review",
        "plan",
        Plan.id,
        org_id=Plan.org_id,
        what=Plan.title,
        what_en=Plan.title_en,
        since=PlanVersion.review_on,
    )
    return (
        select(*columns)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .join(Org, Org.id == Plan.org_id)
        .where(
            Plan.voided_at.is_(None),
            PlanVersion.state == VersionState.CURRENT,
            PlanVersion.review_on < today,
        )
    )


PLANS_TO_REVIEW = ChaseSource("plan-review", _not_reviewed)
