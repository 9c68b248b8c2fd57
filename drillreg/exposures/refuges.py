"""Where people go: the shelters nearest to a site, and the ways that lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.exposures.models import EvacuationRoute, Exposure
from drillreg.exposures.queries import counts
from drillreg.exposures.rules import Room, SubjectKind, room_for
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.resources.queries import Near, shelters_near

NEAREST = 5


@dataclass(frozen=True)
class Refuge:
    """The shelters nearest to a site, which of them are in danger, and whether they suffice."""

    near: Sequence[Near]
    in_danger: frozenset[int]
    room: Room


def refuge_of(site: HazardSite, people: int | None, scope: OrgScope) -> Refuge:
    """Return the nearest shelters of a site with their capacity against the people threatened."""
    near = shelters_near(site.lon, site.lat, scope, NEAREST)
    danger = frozenset(
        db.session.scalars(
            select(Exposure.subject_id).where(
                Exposure.site_id == site.id,
                Exposure.subject_kind == SubjectKind.SHELTER,
                counts(),
            )
        )
    )
    safe = [each.shelter.capacity for each in near if each.shelter.id not in danger]
    return Refuge(near, danger, room_for(safe, people))


def routes_of(site: HazardSite) -> Sequence[EvacuationRoute]:
    """Return the ways out of a site's reach that stand, the oldest first."""
    return db.session.scalars(
        select(EvacuationRoute)
        .options(joinedload(EvacuationRoute.shelter))
        .where(EvacuationRoute.site_id == site.id, EvacuationRoute.voided_at.is_(None))
        .order_by(EvacuationRoute.id)
    ).all()


def get_route(route_id: int, scope: OrgScope) -> EvacuationRoute:
    """Return a way out with its site, or raise NotFound out of scope."""
    found = db.session.scalar(
        select(EvacuationRoute)
        .join(EvacuationRoute.site)
        .join(HazardSite.org)
        .options(
            contains_eager(EvacuationRoute.site).contains_eager(HazardSite.org),
            joinedload(EvacuationRoute.shelter),
        )
        .where(
            EvacuationRoute.id == route_id,
            EvacuationRoute.voided_at.is_(None),
            SITE.within(scope),
            is_imported(HazardSite),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such route."))
    return found
