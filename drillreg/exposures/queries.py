"""Reading links: of a site, of an organisation; both sides must be in scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.exposures.models import Exposure, ExposureReach, ExposureRun, ExposureTouch
from drillreg.exposures.reaching import buffer_of, point_sum, site_sum
from drillreg.exposures.rules import Decision, SubjectKind, people_at
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.places import governments_above
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.resources.models import Shelter

MOST_SHOWN = 100


def counts() -> ColumnElement[bool]:
    """Return the condition that a link counts: in reach or confirmed, and not rejected."""
    return and_(
        or_(Exposure.in_reach, Exposure.decision == Decision.CONFIRMED),
        or_(Exposure.decision.is_(None), Exposure.decision == Decision.CONFIRMED),
    )


@dataclass(frozen=True)
class AsOf:
    """How a site's links were worked out: when, within how many metres, in which plane.

    `is_old`: the site or its reach moved since, or a change is noted that is not followed yet.
    """

    run: ExposureRun | None
    reach: ExposureReach | None
    buffer_m: float
    is_old: bool


def as_of(site: HazardSite) -> AsOf:
    """Return how the links of a site stand to its geometry of now."""
    noted = select(ExposureTouch.id).where(ExposureTouch.site_id == site.id).exists()
    run, reach, is_noted = db.session.execute(
        select(ExposureRun, ExposureReach, noted)
        .select_from(HazardSite)
        .outerjoin(ExposureRun, ExposureRun.site_id == HazardSite.id)
        .outerjoin(ExposureReach, ExposureReach.site_id == HazardSite.id)
        .where(HazardSite.id == site.id)
    ).one()
    buffer = buffer_of(site, reach)
    now = site_sum(site.lon, site.lat, site.wkb, buffer, reach.area_wkb if reach else None)
    return AsOf(run, reach, buffer, run is None or run.site_sum != now or is_noted)


def _units(site: HazardSite, scope: OrgScope) -> Any:
    return (
        select(Exposure, Org)
        .join(Org, Org.id == Exposure.subject_id)
        .where(
            Exposure.site_id == site.id,
            Exposure.subject_kind == SubjectKind.UNIT,
            scope.allows(),
            is_imported(Org),
            Org.closed_on.is_(None),
        )
    )


def units_page(
    site: HazardSite, scope: OrgScope, *, cursor: str | None = None, size: int = 20
) -> Page[Any]:
    """Return a page of (link, organisation) of a site, rejected links too, the nearest first."""
    page = keyset_page(
        _units(site, scope),
        order=[(Exposure.distance_m, "asc"), (Exposure.id, "asc")],
        cursor=cursor,
        size=size,
    )
    return Page([(row[0], row[1]) for row in page.rows], page.next_cursor, page.size)


def all_units(site: HazardSite, scope: OrgScope, *, at_most: int) -> Sequence[Any]:
    """Return every (link, organisation) of a site, for an export."""
    return db.session.execute(
        _units(site, scope).order_by(Exposure.distance_m, Exposure.id).limit(at_most)
    ).all()


@dataclass(frozen=True)
class Totals:
    """How many units a site threatens, and how many people they are known to have."""

    units: int
    people: int | None


def totals_of(site: HazardSite, scope: OrgScope) -> Totals:
    """Return the number of units a site threatens that are in scope, and of people there."""
    statement = _units(site, scope).where(counts()).with_only_columns(Org.attributes)
    known = [people_at(attributes) for attributes in db.session.scalars(statement)]
    people = [each for each in known if each is not None]
    return Totals(len(known), sum(people) if people else None)


def villages_of(site: HazardSite, scope: OrgScope) -> list[tuple[Exposure, Division]]:
    """Return (link, village) of a site, the nearest first, where its government is in scope."""
    rows = db.session.execute(
        select(Exposure, Division)
        .join(Division, Division.id == Exposure.subject_id)
        .where(
            Exposure.site_id == site.id,
            Exposure.subject_kind == SubjectKind.VILLAGE,
            is_imported(Division),
        )
        .order_by(Exposure.distance_m, Exposure.id)
        .limit(MOST_SHOWN)
    ).all()
    reached = _villages_in_reach([division.id for _, division in rows], scope)
    return [(link, division) for link, division in rows if division.id in reached]


def _villages_in_reach(ids: Iterable[int], scope: OrgScope) -> set[int]:
    """Return the villages whose own government, or the nearest above it, is in scope."""
    wanted = list(ids)
    offices = governments_above(wanted) if wanted else {}
    reached = scope.among(org.id for org in offices.values())
    return {id_ for id_, org in offices.items() if org.id in reached}


def outlines_of(villages: Sequence[Division]) -> list[tuple[str, bytes]]:
    """Return name and outline (WKB, WGS84) of villages read within a scope that have one."""
    rows = db.session.execute(
        select(DivisionBoundary.division_id, DivisionBoundary.wkb).where(
            DivisionBoundary.division_id.in_([each.id for each in villages]),
            DivisionBoundary.to_on.is_(None),
            is_imported(DivisionBoundary),
        )
    ).all()
    outlines = {row.division_id: row.wkb for row in rows}
    return [(each.name, outlines[each.id]) for each in villages if each.id in outlines]


def shelters_of(site: HazardSite, scope: OrgScope) -> Sequence[Any]:
    """Return (link, shelter) of the shelters that lie in reach of a site themselves."""
    return db.session.execute(
        select(Exposure, Shelter)
        .join(Shelter, Shelter.id == Exposure.subject_id)
        .join(Shelter.org)
        .options(contains_eager(Shelter.org))
        .where(
            Exposure.site_id == site.id,
            Exposure.subject_kind == SubjectKind.SHELTER,
            scope.allows(),
            Shelter.voided_at.is_(None),
            is_imported(Shelter),
        )
        .order_by(Exposure.distance_m, Exposure.id)
        .limit(MOST_SHOWN)
    ).all()


def get_link(link_id: int, scope: OrgScope) -> tuple[Exposure, Org | Division | Shelter]:
    """Return a link with its site and what it threatens; NotFound when a side is out of scope."""
    link = db.session.scalar(
        select(Exposure)
        .join(Exposure.site)
        .join(HazardSite.org)
        .options(contains_eager(Exposure.site).contains_eager(HazardSite.org))
        .where(Exposure.id == link_id, SITE.within(scope), is_standing())
    )
    if link is not None and (subject := _subject_of(link, scope)) is not None:
        return link, subject
    raise NotFound(N_("There is no such link."))


def _subject_of(link: Exposure, scope: OrgScope) -> Org | Division | Shelter | None:
    if link.subject_kind is SubjectKind.VILLAGE:
        reached = _villages_in_reach([link.subject_id], scope)
        return db.session.get(Division, link.subject_id) if reached else None
    if link.subject_kind is SubjectKind.UNIT:
        return db.session.scalar(
            select(Org).where(Org.id == link.subject_id, scope.allows(), is_imported(Org))
        )
    return db.session.scalar(
        select(Shelter).join(Shelter.org).where(Shelter.id == link.subject_id, scope.allows())
    )


def has_moved(link: Exposure, subject: Any) -> bool:
    """Say whether a unit or shelter lies elsewhere now than when its link was worked out."""
    if subject.lon is None or subject.lat is None:
        return True
    return link.subject_sum != point_sum(subject.lon, subject.lat)


def sites_over(org: Org, scope: OrgScope) -> Sequence[tuple[Exposure, HazardSite]]:
    """Return (link, site) of the sites in scope that threaten a unit, the worst first."""
    rows = db.session.execute(
        select(Exposure, HazardSite)
        .join(HazardSite, HazardSite.id == Exposure.site_id)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            Exposure.subject_kind == SubjectKind.UNIT,
            Exposure.subject_id == org.id,
            counts(),
            is_standing(),
            SITE.within(scope.present),
        )
        .order_by(HazardSite.level_rank, Exposure.distance_m, Exposure.id)
        .limit(MOST_SHOWN)
    ).all()
    return [(link, site) for link, site in rows]


def units_in_reach_count(site_ids: Iterable[int], scope: OrgScope) -> dict[int, int]:
    """Return by site how many units in scope it threatens, in one query."""
    rows = db.session.execute(
        select(Exposure.site_id, func.count())
        .join(Org, Org.id == Exposure.subject_id)
        .where(
            Exposure.site_id.in_(list(site_ids)),
            Exposure.subject_kind == SubjectKind.UNIT,
            counts(),
            scope.allows(),
            is_imported(Org),
            Org.closed_on.is_(None),
        )
        .group_by(Exposure.site_id)
    ).all()
    return {site_id: int(count) for site_id, count in rows}
