"""Gathering the records a snapshot is taken from."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.documents.queries.layouts import wishes_for
from drillreg.drills.models import Drill
from drillreg.drills.queries import drill_record
from drillreg.orgs.history import names_on
from drillreg.orgs.models import DivisionBoundary, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import whole_installation
from drillreg.plans.models import PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.reports.models import Report
from drillreg.reports.queries import findings_of
from drillreg.reports.snapshot import LAYOUT, Boundary, Sources


def sources_of(report: Report, *, on: date) -> Sources:
    """Return everything a report says, with the names of that day; see `for_paper`.

    The report was read within a scope; what it says of its drill comes with it.
    """
    record = drill_record(report.drill_id, whole_installation(on))
    findings = findings_of(report)
    charged = [action.org_id for finding in findings for action in finding.actions]
    return Sources(
        report=report,
        held=record,
        findings=findings,
        names=names_on([report.org_id, record.drill.org_id, *charged], on),
        plan_number=_plan_number(record.drill),
    )


def for_paper(sources: Sources) -> Sources:
    """Return sources with what only the paper shows: the outline of its map, its layout."""
    return replace(
        sources,
        boundary=_boundary_of(sources.held.drill),
        wishes=wishes_for(LAYOUT, sources.report.org),
    )


def _plan_number(drill: Drill) -> str:
    """Return the document number of the version in force when the drill was held."""
    if drill.plan_id is None:
        return ""
    found = db.session.scalar(
        select(PlanVersion.document_number)
        .where(
            PlanVersion.plan_id == drill.plan_id,
            PlanVersion.state != VersionState.DRAFT,
            PlanVersion.issued_on <= (drill.held_on or drill.due_on),
        )
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    return found or ""


def _boundary_of(drill: Drill) -> Boundary | None:
    """Return the outline around the site of a drill, else around its organisation's division."""
    division_id = drill.site.division_id if drill.site else None
    found = _boundary(division_id) or _boundary(drill.org.division_id)
    return Boundary(found.division.name, found.wkb) if found else _boundary_above(drill.org)


def _boundary(division_id: int | None) -> DivisionBoundary | None:
    if division_id is None:
        return None
    return db.session.scalar(
        select(DivisionBoundary)
        .options(joinedload(DivisionBoundary.division))
        .where(
            DivisionBoundary.division_id == division_id,
            DivisionBoundary.to_on.is_(None),
            is_imported(DivisionBoundary),
        )
        .order_by(DivisionBoundary.id.desc())
        .limit(1)
    )


def _boundary_above(org: Org) -> Boundary | None:
    """Return the outline of the nearest organisation above that has one, such as the town."""
    above = [int(part) for part in org.path.rstrip("/").split("/")[:-1]]
    row = db.session.execute(
        select(DivisionBoundary, Org)
        .join(Org, Org.division_id == DivisionBoundary.division_id)
        .options(joinedload(DivisionBoundary.division))
        .where(Org.id.in_(above), DivisionBoundary.to_on.is_(None), is_imported(DivisionBoundary))
        .order_by(Org.path.desc(), DivisionBoundary.id.desc())
        .limit(1)
    ).first()
    return Boundary(row[0].division.name, row[0].wkb) if row else None
