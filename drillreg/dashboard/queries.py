"""Reading across features: the search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.drills.scope import DRILL
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.plans.finding import find_plans
from drillreg.plans.queries import PlanFilter
from drillreg.reports.models import Report
from drillreg.reports.scope import REPORT

MOST_HITS = 10


@dataclass(frozen=True)
class Hits:
    """What was found of one kind; `more` says that the list was cut."""

    kind: str
    rows: Sequence[Any]
    more: bool


def _hits(kind: str, statement: Select[Any]) -> Hits:
    rows = db.session.scalars(statement.limit(MOST_HITS + 1)).unique().all()
    return Hits(kind, rows[:MOST_HITS], len(rows) > MOST_HITS)


def search(words: str, scope: OrgScope, *, drafting: OrgScope, today: date) -> list[Hits]:
    """Return what in scope has the words in its name, title or number, by kind; plans in the text.

    `drafting` is where the reader edits plans.
    """
    if not words:
        return []

    def has(*columns: Any) -> Any:
        return or_(*(column.contains(words, autoescape=True) for column in columns))

    orgs = (
        select(Org)
        .where(scope.allows(), is_imported(Org), has(Org.name, Org.name_en))
        .order_by(Org.path)
    )
    sites = (
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            SITE.within(scope),
            is_imported(Org),
            is_imported(HazardSite),
            HazardSite.voided_at.is_(None),
            has(HazardSite.name, HazardSite.name_en, HazardSite.number, HazardSite.outside_number),
        )
        .order_by(HazardSite.id)
    )
    drills = (
        select(Drill)
        .join(Drill.org)
        .options(contains_eager(Drill.org))
        .where(
            DRILL.within(scope),
            is_imported(Org),
            Drill.voided_at.is_(None),
            has(Drill.title, Drill.title_en),
        )
        .order_by(Drill.due_on.desc(), Drill.id)
    )
    reports = (
        select(Report)
        .join(Report.org)
        .options(contains_eager(Report.org))
        .where(REPORT.within(scope), is_imported(Org), has(Report.title, Report.number))
        .order_by(Report.id.desc())
    )
    plans = find_plans(words, scope, PlanFilter(), drafting=drafting, today=today, size=MOST_HITS)
    found = [
        _hits("orgs", orgs),
        Hits("plans", plans.rows, plans.next_cursor is not None),
        _hits("sites", sites),
        _hits("drills", drills),
        _hits("reports", reports),
    ]
    return [hits for hits in found if hits.rows]
