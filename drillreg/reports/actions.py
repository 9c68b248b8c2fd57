"""Reading corrective actions of approved reports within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.drills.models import Drill
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ActionState, ReportState, Standing
from drillreg.reports.scope import REPORT
from drillreg.sheets.export import READ_AT_MOST

ORDER: Order = [(CorrectiveAction.due_on, "asc"), (CorrectiveAction.id, "asc")]


@dataclass(frozen=True)
class ActionFilter:
    """What a list of actions is narrowed to on a day; empty means everything."""

    today: date
    within: Org | None = None
    standing: str = ""
    words: str = ""


@dataclass(frozen=True)
class OpenActions:
    """How many corrective actions are open, and how many of them are late."""

    open: int
    late: int


def _conditions(wanted: ActionFilter) -> list[Any]:
    is_open = CorrectiveAction.state == ActionState.OPEN
    by_standing = {
        Standing.OPEN: is_open,
        Standing.LATE: and_(is_open, CorrectiveAction.due_on < wanted.today),
        Standing.DONE: CorrectiveAction.state == ActionState.DONE,
    }
    found: list[Any] = []
    if wanted.standing:
        found.append(by_standing[Standing(wanted.standing)])
    if wanted.within is not None:
        path = wanted.within.path
        found += [Org.path >= path, Org.path < subtree_end(path)]
    if wanted.words:
        columns = (CorrectiveAction.text, CorrectiveAction.person_name, Finding.text)
        found.append(or_(*(c.contains(wanted.words, autoescape=True) for c in columns)))
    return found


def _actions(scope: OrgScope, wanted: ActionFilter) -> Select[Any]:
    """Select what the charged organisation or the readers of the report may see."""
    reporting = aliased(Org)
    return (
        select(CorrectiveAction)
        .join(Org, Org.id == CorrectiveAction.org_id)
        .join(Finding, Finding.id == CorrectiveAction.finding_id)
        .join(Report, Report.id == Finding.report_id)
        .join(reporting, reporting.id == Report.org_id)
        .join(Drill, Drill.id == Report.drill_id)
        .where(
            Report.state == ReportState.APPROVED,
            CorrectiveAction.voided_at.is_(None),
            Finding.voided_at.is_(None),
            or_(
                scope.allows_record("action", CorrectiveAction.id, dated=Report.approved_at),
                REPORT.within(scope, org=reporting),
            ),
            *_conditions(wanted),
        )
    )


def _whole(scope: OrgScope, wanted: ActionFilter) -> Select[Any]:
    report = contains_eager(CorrectiveAction.finding).contains_eager(Finding.report)
    return _actions(scope, wanted).options(
        contains_eager(CorrectiveAction.org),
        report.contains_eager(Report.drill),
        report.joinedload(Report.org),
    )


def actions_page(
    scope: OrgScope, wanted: ActionFilter, *, cursor: str | None = None, size: int = 20
) -> Page[CorrectiveAction]:
    """Return a page of corrective actions with finding, report and drill, earliest due first."""
    return keyset_page(_whole(scope, wanted), order=ORDER, cursor=cursor, size=size)


def all_actions(scope: OrgScope, wanted: ActionFilter) -> Sequence[CorrectiveAction]:
    """Return every action of a filter, earliest due first, for an export."""
    statement = _whole(scope, wanted).order_by(CorrectiveAction.due_on, CorrectiveAction.id)
    return db.session.scalars(statement.limit(READ_AT_MOST)).all()


def count_actions(scope: OrgScope, wanted: ActionFilter) -> int:
    """Return how many corrective actions a filter finds."""
    return db.session.scalar(_actions(scope, wanted).with_only_columns(func.count())) or 0


def open_actions(scope: OrgScope, today: date, *, within: Org | None = None) -> OpenActions:
    """Return how many corrective actions are open, and how many of them past their date."""
    late = func.count().filter(CorrectiveAction.due_on < today)
    statement = _actions(scope, ActionFilter(today, within, Standing.OPEN))
    row = db.session.execute(statement.with_only_columns(func.count(), late)).one()
    return OpenActions(row[0], row[1])


def get_action(action_id: int, scope: OrgScope, today: date) -> CorrectiveAction:
    """Return a corrective action with finding, report and drill, or raise NotFound."""
    found: CorrectiveAction | None = db.session.scalar(
        _whole(scope, ActionFilter(today)).where(CorrectiveAction.id == action_id)
    )
    if found is None:
        raise NotFound(N_("There is no such corrective action."))
    return found


def open_actions_under(name: str, org: Org) -> Sequence[CorrectiveAction]:
    """Return what an organisation still has to do under somebody's name, the earliest first."""
    return db.session.scalars(
        select(CorrectiveAction)
        .where(
            CorrectiveAction.org_id == org.id,
            CorrectiveAction.person_name == name,
            CorrectiveAction.state == ActionState.OPEN,
            CorrectiveAction.voided_at.is_(None),
        )
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
    ).all()
