"""What a new version of a plan takes over: the text of the one in force, the plan it rests on."""

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.plans.models import PlanSection, PlanVersion
from drillreg.plans.rules import VersionState

CARRIED = ("key", "position", "level", "heading", "body", "copied_from_id", "edited_at")


def current_version_of(plan_id: int | None) -> int | None:
    """Return the id of the version in force of a plan, or None where there is neither."""
    return db.session.scalar(
        select(PlanVersion.id).where(
            PlanVersion.plan_id == plan_id, PlanVersion.state == VersionState.CURRENT
        )
    )


def carry_text(version: PlanVersion, draft: PlanVersion) -> None:
    """Copy the sections of a version into a new draft, with when and by whom each was written."""
    for section in db.session.scalars(
        select(PlanSection).where(PlanSection.version_id == version.id)
    ).all():
        kept = {name: getattr(section, name) for name in (*CARRIED, "edited_by_id")}
        db.session.add(PlanSection(version_id=draft.id, **kept))
    db.session.flush()
