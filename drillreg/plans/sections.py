"""Reading the sections of a version."""

from collections.abc import Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.plans.models import PlanSection, PlanVersion


def sections_of(version: PlanVersion) -> Sequence[PlanSection]:
    """Return the sections of a version in their order."""
    return db.session.scalars(
        select(PlanSection)
        .where(PlanSection.version_id == version.id)
        .order_by(PlanSection.position, PlanSection.id)
    ).all()
