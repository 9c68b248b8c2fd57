"""Which reports a person reaches: a report belongs to the day of its approval, a draft to none."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.i18n import N_, translate
from drillreg.orgs.records import Described, RecordKind
from drillreg.reports.models import Report

PAGE = ("reports.show", "report_id")


def _describe(keys: Collection[int]) -> Iterator[Described]:
    reports = db.session.scalars(
        select(Report)
        .join(Report.org)
        .options(contains_eager(Report.org))
        .where(Report.id.in_(keys))
        .order_by(Report.id)
    )
    for report in reports:
        sign = report.number or translate(N_("Not numbered yet"))
        yield Described(report.id, report.org, name_of(report), sign, PAGE, report.approved_at)


REPORT = RecordKind(
    "report",
    Report,
    lambda report: report.approved_at,
    lambda report: report.approved_at,
    _describe,
)
