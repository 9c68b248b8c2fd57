"""Whole lists of filings for a workbook: exactly what a filter leaves."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_
from sqlalchemy.orm import raiseload

from drillreg.core.db import db
from drillreg.filings.models import Filing, PlanClock
from drillreg.filings.queries import Narrowed, clocks_where, received_where
from drillreg.filings.rules import STANDING_STATES
from drillreg.orgs.scope import OrgScope


def all_clocks(
    scope: OrgScope, wanted: Narrowed, *, today: date, at_most: int
) -> Sequence[tuple[PlanClock, Filing | None]]:
    """Return the clocks of a filter, the first due first, each with the filing that counts."""
    statement = (
        clocks_where(scope, wanted, today)
        .outerjoin(Filing, and_(Filing.clock_id == PlanClock.id, Filing.state.in_(STANDING_STATES)))
        .options(raiseload(Filing.papers), raiseload(Filing.copies))
        .add_columns(Filing)
        .order_by(PlanClock.due_on, PlanClock.id)
        .limit(at_most)
    )
    return [(clock, filing) for clock, filing in db.session.execute(statement)]


def all_received(
    scope: OrgScope, wanted: Narrowed, *, today: date, at_most: int
) -> Sequence[Filing]:
    """Return what offices in scope received under a filter, the newest first."""
    order = (Filing.sent_on.desc(), Filing.id.desc())
    statement = received_where(scope, wanted, today).order_by(*order).limit(at_most)
    return db.session.scalars(statement).all()
