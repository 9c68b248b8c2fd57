"""What a new version of a plan takes over: the plan it rests on."""

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.plans.models import PlanVersion
from drillreg.plans.rules import VersionState


def current_version_of(plan_id: int | None) -> int | None:
    """Return the id of the version in force of a plan, or None where there is neither."""
    return db.session.scalar(
        select(PlanVersion.id).where(
            PlanVersion.plan_id == plan_id, PlanVersion.state == VersionState.CURRENT
        )
    )
