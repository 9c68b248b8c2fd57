"""Reading reports and findings within a scope."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.drills.models import Drill
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ReportState
from drillreg.reports.scope import REPORT
from drillreg.sheets.export import READ_AT_MOST


def get_report(report_id: int, scope: OrgScope) -> Report:
    """Return a report with its drill, or raise NotFound when it is missing or out of scope."""
    found = db.session.scalar(
        select(Report)
        .join(Org, Org.id == Report.org_id)
        .options(
            contains_eager(Report.org),
            joinedload(Report.pdf),
            joinedload(Report.drill).options(
                joinedload(Drill.org),
                joinedload(Drill.plan).joinedload(Plan.org),
                joinedload(Drill.site).joinedload(HazardSite.org),
            ),
        )
        .where(Report.id == report_id, REPORT.within(scope))
    )
    if found is None:
        raise NotFound(N_("There is no such report."))
    return found


def report_of_drill_or_none(drill_id: int, scope: OrgScope) -> Report | None:
    """Return the newest edition of the report of a drill."""
    return db.session.scalar(
        select(Report)
        .join(Org, Org.id == Report.org_id)
        .where(Report.drill_id == drill_id, REPORT.within(scope))
        .order_by(Report.edition.desc())
        .limit(1)
    )


def findings_of(report: Report) -> Sequence[Finding]:
    """Return the findings of a report with their corrective actions, in order."""
    return db.session.scalars(
        select(Finding)
        .options(selectinload(Finding.actions).joinedload(CorrectiveAction.org))
        .where(Finding.report_id == report.id, Finding.voided_at.is_(None))
        .order_by(Finding.id)
    ).all()


def _filtered(
    statement: Select[Any],
    scope: OrgScope,
    within: Org | None,
    state: str,
    words: str,
) -> Select[Any]:
    statement = statement.join(Org, Org.id == Report.org_id).where(REPORT.within(scope))
    if within is not None:
        statement = statement.where(
            and_(Org.path >= within.path, Org.path < subtree_end(within.path))
        )
    if state:
        statement = statement.where(Report.state == state)
    if words:
        has = (column.contains(words, autoescape=True) for column in (Report.title, Report.number))
        statement = statement.where(or_(*has))
    return statement


def reports_page(
    scope: OrgScope,
    *,
    within: Org | None = None,
    state: str = "",
    words: str = "",
    cursor: str | None = None,
    size: int = 20,
) -> Page[Report]:
    """Return a page of reports, newest first, filtered by subtree, state and words."""
    statement = select(Report).options(contains_eager(Report.org), joinedload(Report.drill))
    statement = _filtered(statement, scope, within, state, words)
    return keyset_page(statement, order=[(Report.id, "desc")], cursor=cursor, size=size)


def count_reports(
    scope: OrgScope, *, within: Org | None = None, state: str = "", words: str = ""
) -> int:
    """Return how many reports a filter finds."""
    found = _filtered(select(Report), scope, within, state, words).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def all_reports(
    scope: OrgScope, *, within: Org | None = None, state: str = "", words: str = ""
) -> Sequence[Report]:
    """Return every report of a filter, newest first, for an export."""
    statement = select(Report).options(contains_eager(Report.org), joinedload(Report.drill))
    statement = _filtered(statement, scope, within, state, words)
    return db.session.scalars(statement.order_by(Report.id.desc()).limit(READ_AT_MOST)).all()


def _not_submitted_by(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions that nobody behind this act stands behind the submission too."""
    return [
        func.coalesce(column, 0).not_in(sorted(actor.account_ids))
        for column in (Report.submitted_by_id, Report.submitted_for_id)
    ]


def reports_waiting_for(actor: Actor, scope: OrgScope) -> Sequence[Report]:
    """Return the reports in scope that this leader is asked to decide on, longest waiting first."""
    reach = actor.reach.get(Permission.APPROVE_REPORTS)
    if reach is None:
        return []
    deciding = select(Org.id).where(Org.path.in_(sorted(reach.paths)))
    return db.session.scalars(
        select(Report)
        .join(Org, Org.id == Report.org_id)
        .options(contains_eager(Report.org), joinedload(Report.drill))
        .where(
            REPORT.within(scope),
            Report.state == ReportState.SUBMITTED,
            Report.decides_org_id.in_(deciding),
            *_not_submitted_by(actor),
        )
        .order_by(Report.submitted_at, Report.id)
    ).all()


def deciders(org: Org, *, besides: int, on: date) -> tuple[int | None, list[int]]:
    """Return the nearest organisation with a leader and the leaders' accounts.

    Nearest is the organisation itself, else the closest one above; the account `besides` wrote
    the report and is left out.
    """
    codes = [r.code for r in roles().values() if Permission.APPROVE_REPORTS in r.territory]
    line = [int(part) for part in org.path.rstrip("/").split("/")]
    found = db.session.execute(
        select(Org.id, Org.path, Account.id)
        .join(RoleAssignment, RoleAssignment.org_id == Org.id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(
            Org.id.in_(line),
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
            Account.id != besides,
        )
        .order_by(Account.id)
    ).all()
    if not found:
        return None, []
    nearest = max(found, key=lambda row: len(row[1]))[0]
    return nearest, [account_id for org_id, _, account_id in found if org_id == nearest]


def orgs_to_charge(org: Org, scope: OrgScope, *, at_most: int = 500) -> Sequence[Org]:
    """Return who may be asked for a corrective action: everyone in scope, and those above."""
    above = [int(part) for part in org.path.rstrip("/").split("/")]
    return db.session.scalars(
        select(Org)
        .where(
            or_(scope.allows(), Org.id.in_(above)),
            Org.closed_on.is_(None),
            is_imported(Org),
        )
        .order_by(Org.path)
        .limit(at_most)
    ).all()
