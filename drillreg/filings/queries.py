"""Reading clocks, filings, publications and trainings within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.filings.models import Filing, PlanClock, Publication, Training
from drillreg.filings.rules import (
    STANDING_STATES,
    ClockKind,
    ClockState,
    FilingState,
    Standing,
    TrainingKind,
)
from drillreg.filings.scope import Recipient, filings_within
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.scope import PLAN


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to; empty means all of it."""

    within: Org | None = None
    kind: str = ""
    state: str = ""


def within_org(org: Org | None, column: Any = Org) -> list[ColumnElement[bool]]:
    """Return the condition that something lies at an organisation or below it."""
    if org is None:
        return []
    return [column.path >= org.path, column.path < subtree_end(org.path)]


# Clocks


def clock_is(state: str, today: date) -> ColumnElement[bool]:
    """Return the condition that a clock stands so on a day."""
    open_: ColumnElement[bool] = and_(PlanClock.done_on.is_(None), PlanClock.closed_on.is_(None))
    conditions: dict[str, ColumnElement[bool]] = {
        ClockState.RUNNING: and_(open_, PlanClock.due_on >= today),
        ClockState.LATE: and_(open_, PlanClock.due_on < today),
        ClockState.DONE: PlanClock.done_on.is_not(None),
        ClockState.CLOSED: and_(PlanClock.done_on.is_(None), PlanClock.closed_on.is_not(None)),
        "open": open_,
    }
    return conditions[state]


def clocks_where(scope: OrgScope, wanted: Narrowed, today: date) -> Select[Any]:
    """Select the clocks of a filter in scope with their plans and organisations."""
    statement = (
        select(PlanClock)
        .join(PlanClock.plan)
        .join(PlanClock.org)
        .options(contains_eager(PlanClock.plan).raiseload(Plan.versions))
        .options(contains_eager(PlanClock.org))
        .where(PLAN.within(scope), *within_org(wanted.within))
    )
    if wanted.kind:
        statement = statement.where(PlanClock.kind == ClockKind(wanted.kind))
    if wanted.state:
        statement = statement.where(clock_is(wanted.state, today))
    return statement


def clocks_page(
    scope: OrgScope, wanted: Narrowed, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[PlanClock]:
    """Return a page of clocks with their plans, the first due first."""
    order: Any = [(PlanClock.due_on, "asc"), (PlanClock.id, "asc")]
    found = clocks_where(scope, wanted, today)
    return keyset_page(found, order=order, cursor=cursor, size=size)


def count_clocks(scope: OrgScope, wanted: Narrowed, *, today: date) -> dict[str, int]:
    """Return how many clocks run and how many are late, whatever state is asked for."""
    base = Narrowed(wanted.within, wanted.kind)
    found = {}
    for state in ClockState:
        counted = clocks_where(scope, base, today).where(clock_is(state, today))
        found[state.value] = (
            db.session.scalar(counted.with_only_columns(func.count(), maintain_column_froms=True))
            or 0
        )
    return found


def clocks_of(plan: Plan) -> Sequence[PlanClock]:
    """Return the clocks of every version of a plan fetched in scope, the newest first."""
    return db.session.scalars(
        select(PlanClock)
        .join(PlanClock.version)
        .options(contains_eager(PlanClock.version).raiseload(PlanVersion.files))
        .where(PlanClock.plan_id == plan.id)
        .order_by(PlanVersion.number.desc(), PlanClock.kind)
    ).all()


# Filings


def filing_is(standing: str, today: date) -> ColumnElement[bool]:
    """Return the condition that a filing stands so on a day."""
    over = and_(Filing.check_due_on.is_not(None), Filing.check_due_on < today)
    sent: ColumnElement[bool] = Filing.state == FilingState.SENT
    if standing == Standing.DEEMED:
        return and_(sent, over)
    if standing == Standing.WAITING:
        return and_(sent, or_(Filing.check_due_on.is_(None), Filing.check_due_on >= today))
    return Filing.state == FilingState(standing)


def _filings(scope: OrgScope) -> Select[Any]:
    return (
        select(Filing)
        .join(Filing.org)
        .outerjoin(Recipient, Recipient.id == Filing.recipient_org_id)
        .options(contains_eager(Filing.org), contains_eager(Filing.recipient.of_type(Recipient)))
        .options(joinedload(Filing.plan).raiseload(Plan.versions))
        .where(filings_within(scope))
    )


def received_where(scope: OrgScope, wanted: Narrowed, today: date) -> Select[Any]:
    """Select what offices in scope received under a filter."""
    statement = _filings(scope).where(
        Filing.recipient_org_id.is_not(None),
        scope.allows(Recipient),
        Filing.state != FilingState.OUTSIDE,
        *within_org(wanted.within, Recipient),
    )
    if wanted.state:
        statement = statement.where(filing_is(wanted.state, today))
    return statement.options(raiseload(Filing.papers), raiseload(Filing.copies))


def received_page(
    scope: OrgScope, wanted: Narrowed, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[Filing]:
    """Return a page of what offices in scope received, the newest first."""
    order: Any = [(Filing.sent_on, "desc"), (Filing.id, "desc")]
    return keyset_page(received_where(scope, wanted, today), order=order, cursor=cursor, size=size)


def count_received(scope: OrgScope, wanted: Narrowed, *, today: date) -> int:
    """Return how many filings a filter leaves."""
    counted = received_where(scope, wanted, today).with_only_columns(
        func.count(), maintain_column_froms=True
    )
    return db.session.scalar(counted) or 0


def get_filing(filing_id: int, scope: OrgScope, *, lock: bool = False) -> Filing:
    """Return a filing with everything its page shows, or raise NotFound.

    `lock` lets whoever answers it at the same time wait, and see what the first one did.
    """
    statement = (
        _filings(scope)
        .options(joinedload(Filing.clock), joinedload(Filing.receipt))
        .options(joinedload(Filing.version).raiseload(PlanVersion.files))
        .where(Filing.id == filing_id)
    )
    if lock:
        statement = statement.with_for_update(of=Filing).execution_options(populate_existing=True)
    found: Filing | None = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such filing."))
    return found


def filing_received_as(evidence_id: int, scope: OrgScope) -> Filing | None:
    """Return the filing by whose receipt an office came to owe a check, None for one by hand."""
    found: Filing | None = db.session.scalar(
        _filings(scope).where(Filing.received_id == evidence_id)
    )
    return found


def filings_of(plan: Plan) -> Sequence[Filing]:
    """Return the filings of a plan fetched in scope, the newest first."""
    return db.session.scalars(
        select(Filing)
        .options(joinedload(Filing.version).raiseload(PlanVersion.files))
        .where(Filing.plan_id == plan.id)
        .order_by(Filing.id.desc())
    ).all()


def attempts_of(version: PlanVersion) -> Sequence[Filing]:
    """Return the filings of a version fetched in scope, the first first."""
    return db.session.scalars(
        select(Filing).where(Filing.version_id == version.id).order_by(Filing.attempt)
    ).all()


def standing_filing(version: PlanVersion) -> Filing | None:
    """Return the filing of a version fetched in scope that counts, or None."""
    return next((each for each in attempts_of(version) if each.state in STANDING_STATES), None)


# Publications and trainings


def publications_of(plan: Plan) -> Sequence[Publication]:
    """Return how a plan fetched in scope was made known, the newest first."""
    return db.session.scalars(
        select(Publication)
        .where(Publication.plan_id == plan.id)
        .order_by(Publication.on_date.desc(), Publication.id.desc())
    ).all()


def get_publication(publication_id: int, scope: OrgScope) -> Publication:
    """Return a publication with its plan, or raise NotFound."""
    found = db.session.scalar(
        select(Publication)
        .join(Publication.plan)
        .join(Publication.org)
        .options(contains_eager(Publication.plan), contains_eager(Publication.org))
        .options(joinedload(Publication.clock))
        .where(Publication.id == publication_id, PLAN.within(scope))
    )
    if found is None:
        raise NotFound(N_("There is no such record."))
    return found


def _trainings(scope: OrgScope, wanted: Narrowed) -> Select[Any]:
    statement = (
        select(Training)
        .join(Training.org)
        .options(contains_eager(Training.org), joinedload(Training.plan).raiseload(Plan.versions))
        .where(scope.allows(), *within_org(wanted.within))
    )
    if wanted.kind:
        statement = statement.where(Training.kind == TrainingKind(wanted.kind))
    return statement


def trainings_page(
    scope: OrgScope, wanted: Narrowed, *, cursor: str | None = None, size: int = 20
) -> Page[Training]:
    """Return a page of trainings, the newest first."""
    order: Any = [(Training.held_on, "desc"), (Training.id, "desc")]
    statement = _trainings(scope, wanted).where(Training.voided_at.is_(None))
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def trainings_of(plan: Plan, *, at_most: int) -> Sequence[Training]:
    """Return the newest trainings on a plan fetched in scope."""
    return db.session.scalars(
        select(Training)
        .where(Training.plan_id == plan.id, Training.voided_at.is_(None))
        .order_by(Training.held_on.desc(), Training.id.desc())
        .limit(at_most)
    ).all()


def get_training(training_id: int, scope: OrgScope) -> Training:
    """Return a training with its organisation and plan, or raise NotFound."""
    found: Training | None = db.session.scalar(
        _trainings(scope, Narrowed())
        .options(joinedload(Training.evidence))
        .where(Training.id == training_id)
    )
    if found is None:
        raise NotFound(N_("There is no such record."))
    return found
