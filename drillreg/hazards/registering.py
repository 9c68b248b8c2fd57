"""The evidence that a site stands in the ledger: it comes, changes and ends with the site."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from drillreg.core.db import db, json_of
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import (
    add_evidence_from,
    end_evidence_where,
    restate_evidence,
    withdraw_evidence,
)
from drillreg.hazards.counting import mark_sites
from drillreg.hazards.models import HazardSite
from drillreg.orgs.queries import is_imported

REGISTERED = "site-registered"
SUBJECT = "hazard_site"


def _about(these: ColumnElement[bool]) -> ColumnElement[bool]:
    ids = select(HazardSite.id).where(these)
    return and_(Evidence.subject_kind == SUBJECT, Evidence.subject_id.in_(ids))


def note_sites(these: ColumnElement[bool], *, day: date, now: datetime) -> None:
    """Bring evidence and numbers of sites in step with the ledger as of a day.

    The evidence of a site that was struck out, or went to another owner, ends the day before. A
    fixed number of statements, however many sites there are.
    """
    db.session.flush()
    mark_sites(these)
    mine = and_(HazardSite.id == Evidence.subject_id, HazardSite.org_id == Evidence.org_id)
    stands = select(HazardSite.id).where(mine, HazardSite.voided_at.is_(None)).exists()
    end_evidence_where(
        REGISTERED,
        _about(these) & ~stands,
        subject_kind=SUBJECT,
        on=day - timedelta(days=1),
    )
    open_rows = and_(
        Evidence.kind == REGISTERED, Evidence.until_on.is_(None), Evidence.voided_at.is_(None)
    )
    known = (
        select(Evidence.id)
        .where(open_rows, Evidence.subject_kind == SUBJECT, Evidence.subject_id == HazardSite.id)
        .exists()
    )
    attributes = json_of("site", HazardSite.id, "kind", HazardSite.kind, "level", HazardSite.level)
    add_evidence_from(
        REGISTERED,
        select(
            HazardSite.org_id,
            HazardSite.id.label("subject_id"),
            attributes.label("attributes"),
        ).where(these, HazardSite.voided_at.is_(None), is_imported(HazardSite), ~known),
        subject_kind=SUBJECT,
        on_date=day,
        grade=Grade.EVIDENCED,
        now=now,
    )
    differs = or_(
        Evidence.attributes["kind"].as_string() != HazardSite.kind,
        Evidence.attributes["level"].as_string() != HazardSite.level,
    )
    changed = (
        select(Evidence.id)
        .join(HazardSite, mine)
        .where(open_rows, Evidence.subject_kind == SUBJECT, these, differs)
    )
    said = select(attributes).where(HazardSite.id == Evidence.subject_id).scalar_subquery()
    restate_evidence(REGISTERED, Evidence.id.in_(changed), said)


def forget_sites(these: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    """Strike the evidence of sites that never should have been in the ledger."""
    mark_sites(these)
    withdraw_evidence(REGISTERED, _about(these), reason=reason, actor=None, now=now)
