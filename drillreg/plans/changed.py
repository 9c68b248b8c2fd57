"""What changed between two versions, for those who sign."""

from datetime import date

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.plans.models import PlanSection, PlanVersion


def what_changed(
    before: PlanVersion | None, after: PlanVersion, today: date | None = None
) -> list[str]:
    """Return the headings that were added, removed or changed, each with its sign."""
    if before is None:
        return []
    old, new = _sections(before), _sections(after)
    added = [f"＋ {new[key].heading}" for key in new if key not in old]
    removed = [f"－ {old[key].heading}" for key in old if key not in new]
    return added + removed + [f"± {new[key].heading}" for key in new if _differs(old, new, key)]


def _differs(old: dict[str, PlanSection], new: dict[str, PlanSection], key: str) -> bool:
    pair = old.get(key), new[key]
    return pair[0] is not None and (pair[0].heading, pair[0].body) != (
        pair[1].heading,
        pair[1].body,
    )


def _sections(version: PlanVersion) -> dict[str, PlanSection]:
    found = db.session.scalars(
        select(PlanSection)
        .where(PlanSection.version_id == version.id)
        .order_by(PlanSection.position)
    )
    return {section.key: section for section in found}
