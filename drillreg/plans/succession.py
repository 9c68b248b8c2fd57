"""Plans when organisations change: those in force keep the name they were issued under."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, update

from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState

IN_FORCE = select(PlanVersion.plan_id).where(PlanVersion.state == VersionState.CURRENT)
EVER_ISSUED = select(PlanVersion.plan_id).where(PlanVersion.issued_on.is_not(None))


def _current(*where: ColumnElement[bool]) -> Select[Plan]:
    return (
        select(Plan).join(Plan.org).where(*where, Plan.voided_at.is_(None), Plan.id.in_(IN_FORCE))
    )


def _drafts(*where: ColumnElement[bool]) -> Select[Plan]:
    return (
        select(Plan)
        .join(Plan.org)
        .where(*where, Plan.voided_at.is_(None), Plan.id.not_in(EVER_ISSUED))
    )


def _count(statement: Select[Plan]) -> int:
    found = select(func.count()).select_from(statement.subquery())
    return int(db.session.scalar(found) or 0)


def _things(statement: Select[Plan]) -> Sequence[OpenThing]:
    return [OpenThing(p.id, p.title) for p in db.session.scalars(statement.order_by(Plan.id))]


def count_current(these: ColumnElement[bool], day: date) -> int:
    """Return how many plans are in force at organisations."""
    return _count(_current(these))


def current_plans(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the plans of an organisation that are in force."""
    return _things(_current(Org.id == org.id))


def count_drafts(these: ColumnElement[bool], day: date) -> int:
    """Return how many plans at organisations were never issued."""
    return _count(_drafts(these))


def draft_plans(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the plans of an organisation that were never issued."""
    return _things(_drafts(Org.id == org.id))


def carry_drafts(handover: Handover) -> int:
    """Let plans that were never issued be drawn up by the new organisation."""
    found = db.session.scalars(_drafts(Org.id == handover.old.id).order_by(Plan.id)).all()
    ids = [p.id for p in found if handover.only is None or p.id in handover.only]
    db.session.execute(
        update(Plan)
        .where(Plan.id.in_(ids))
        .values(org_id=handover.new.id, row_version=Plan.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def to_take_over(org: Org, scope: OrgScope) -> Sequence[tuple[Plan, str]]:
    """Return plans in force of organisations merged into one, with the name each is under."""
    rows = db.session.execute(
        _current(Org.merged_into_id == org.id, scope.allows())
        .add_columns(Org.name)
        .order_by(Org.id, Plan.id)
    ).all()
    return [(row[0], str(row[1])) for row in rows]


PLANS = Succession("plans", N_("%(count)d plans in force"), count_current, current_plans, None)
DRAFTS = Succession(
    "drafts", N_("%(count)d plans never issued"), count_drafts, draft_plans, carry_drafts
)
