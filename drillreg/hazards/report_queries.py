"""Reading what was reported to the county, and what is still to be reported."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.hazards.models import HazardSite, SiteReport, SiteReportItem
from drillreg.hazards.rules import ReportState
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.export import READ_AT_MOST

MOST_SITES = 200


def is_waiting() -> ColumnElement[bool]:
    """Return the condition that a site lies with the county to be filed."""
    return exists().where(
        SiteReportItem.site_id == HazardSite.id,
        SiteReportItem.report_id == SiteReport.id,
        SiteReport.state == ReportState.SENT,
    )


def sites_to_report(
    scope: OrgScope, *, ids: Sequence[int] | None = None, at_most: int = MOST_SITES
) -> Sequence[HazardSite]:
    """Return the standing sites of a scope that no county filed or has before it, worst first."""
    conditions = [
        SITE.within(scope),
        is_standing(),
        HazardSite.filed_on.is_(None),
        ~is_waiting(),
    ]
    if ids is not None:
        conditions.append(HazardSite.id.in_(list(ids)))
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org), joinedload(HazardSite.division))
        .where(*conditions)
        .order_by(HazardSite.level_rank, HazardSite.id)
        .limit(at_most)
    ).all()


@dataclass(frozen=True)
class Narrowed:
    """What the list of reports is narrowed to."""

    state: ReportState | None = None
    within: Org | None = None


def _reports(scope: OrgScope, wanted: Narrowed) -> Select[SiteReport]:
    statement = (
        select(SiteReport)
        .join(SiteReport.org)
        .options(contains_eager(SiteReport.org), joinedload(SiteReport.desk))
        .where(scope.allows())
    )
    if wanted.state is not None:
        statement = statement.where(SiteReport.state == wanted.state)
    if wanted.within is not None:
        statement = statement.where(SiteReport.org_id == wanted.within.id)
    return statement


def reports_page(
    scope: OrgScope, wanted: Narrowed, *, cursor: str | None = None
) -> Page[SiteReport]:
    """Return a page of the reports of a scope, the newest first."""
    return keyset_page(_reports(scope, wanted), order=[(SiteReport.id, "desc")], cursor=cursor)


def all_reports(scope: OrgScope, wanted: Narrowed) -> Sequence[SiteReport]:
    """Return every report under a filter, for an export."""
    found = _reports(scope, wanted).order_by(SiteReport.id.desc()).limit(READ_AT_MOST)
    return db.session.scalars(found).all()


def counts_of(reports: Sequence[SiteReport]) -> dict[int, int]:
    """Return how many sites each report has, by key."""
    rows = db.session.execute(
        select(SiteReportItem.report_id, func.count())
        .where(SiteReportItem.report_id.in_([report.id for report in reports]))
        .group_by(SiteReportItem.report_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def get_report(report_id: int, scope: OrgScope, *, lock: bool = False) -> SiteReport:
    """Return a report, or raise NotFound out of scope."""
    statement = _reports(scope, Narrowed()).where(SiteReport.id == report_id)
    if lock:
        statement = statement.with_for_update(of=SiteReport)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such report."))
    return found


def items_of(report: SiteReport) -> Sequence[SiteReportItem]:
    """Return the sites of a report as they were reported, worst first."""
    return db.session.scalars(
        select(SiteReportItem)
        .join(HazardSite, HazardSite.id == SiteReportItem.site_id)
        .where(SiteReportItem.report_id == report.id)
        .order_by(HazardSite.level_rank, SiteReportItem.site_id)
    ).all()


def newest_report(site: HazardSite) -> SiteReport | None:
    """Return the report that last named a site."""
    sender, desk = aliased(Org), aliased(Org)
    return db.session.scalar(
        select(SiteReport)
        .join(SiteReportItem, SiteReportItem.report_id == SiteReport.id)
        .join(SiteReport.org.of_type(sender))
        .join(SiteReport.desk.of_type(desk))
        .options(
            contains_eager(SiteReport.org.of_type(sender)),
            contains_eager(SiteReport.desk.of_type(desk)),
        )
        .where(SiteReportItem.site_id == site.id)
        .order_by(SiteReport.id.desc())
        .limit(1)
    )


def reports_waiting(desk_id: int, *, at_most: int) -> Sequence[SiteReport]:
    """Return what lies with a county to be filed, the oldest first."""
    return db.session.scalars(
        select(SiteReport)
        .options(joinedload(SiteReport.org))
        .where(SiteReport.desk_id == desk_id, SiteReport.state == ReportState.SENT)
        .order_by(SiteReport.id)
        .limit(at_most)
    ).all()
