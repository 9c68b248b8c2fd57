"""Reading the step log; the caller has fetched the record in scope."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, tuple_

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.steps.models import Step

PORTION = 500


def steps_of(subject_kind: str, subject_id: int, *, code: str = "") -> Sequence[Step]:
    """Return what was done with a record, oldest first; of one code where it is given."""
    statement = select(Step).where(Step.subject_kind == subject_kind, Step.subject_id == subject_id)
    if code:
        statement = statement.where(Step.code == code)
    return db.session.scalars(statement.order_by(Step.id)).all()


def newest_steps(code: str, subjects: Collection[tuple[str, int]]) -> dict[tuple[str, int], Step]:
    """Return by record (kind, id) the newest step of one code, asked for in portions."""
    wanted = sorted(subjects)
    found: dict[tuple[str, int], Step] = {}
    for start in range(0, max(len(wanted), 1), PORTION):
        newest = (
            select(func.max(Step.id))
            .where(
                Step.code == code,
                tuple_(Step.subject_kind, Step.subject_id).in_(wanted[start : start + PORTION]),
            )
            .group_by(Step.subject_kind, Step.subject_id)
        )
        steps = db.session.scalars(select(Step).where(Step.id.in_(newest)).order_by(Step.id))
        found.update(((step.subject_kind, step.subject_id), step) for step in steps)
    return found


def steps_at(org: Org, code: str, *, at_most: int = 5) -> Sequence[Step]:
    """Return the newest steps of one code that concern an organisation."""
    return db.session.scalars(
        select(Step)
        .where(Step.org_id == org.id, Step.code == code)
        .order_by(Step.id.desc())
        .limit(at_most)
    ).all()
