"""What a site is related to: departments in charge, its parts, the sites beside it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

# Five hundredths of a degree are some five kilometres.
BESIDE = 0.05


def departments_to_choose(actor: Actor, keep: int | None = None) -> Sequence[Org]:
    """Return the open departments of the counties in which somebody edits sites, and one to keep.

    That a department of the own county exists, everybody may know.
    """
    reach = actor.reach.get(Permission.EDIT_HAZARDS)
    tops = {path.split("/")[0] + "/" for path in reach.paths} if reach else set()
    own = [and_(Org.path >= top, Org.path < subtree_end(top)) for top in sorted(tops)]
    standing = and_(Org.kind == "department", Org.closed_on.is_(None), or_(false(), *own))
    return db.session.scalars(
        select(Org)
        .where(or_(standing, Org.id == (keep or 0)), is_imported(Org))
        .order_by(Org.path)
        .limit(500)
    ).all()


def parts_of(site: HazardSite, scope: OrgScope) -> Sequence[HazardSite]:
    """Return the sites of a scope that one was split into, or that became part of it."""
    related = or_(HazardSite.split_from_id == site.id, HazardSite.merged_into_id == site.id)
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .where(related, SITE.within(scope))
        .order_by(HazardSite.id)
        .limit(50)
    ).all()


def sites_near(
    site: HazardSite, scope: OrgScope, *, words: str = "", at_most: int = 30
) -> Sequence[HazardSite]:
    """Return standing sites of a scope beside one, the nearest first; by words wherever they lie.

    Nearest on the map as it looks: a degree of longitude counts as one of latitude.
    """
    box = (
        HazardSite.lon.between(site.lon - BESIDE, site.lon + BESIDE),
        HazardSite.lat.between(site.lat - BESIDE, site.lat + BESIDE),
    )
    texts = (HazardSite.name, HazardSite.name_en, HazardSite.number)
    said = or_(*(text.contains(words, autoescape=True) for text in texts))
    away = func.abs(HazardSite.lon - site.lon) + func.abs(HazardSite.lat - site.lat)
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            SITE.within(scope),
            is_standing(),
            HazardSite.id != site.id,
            *((said,) if words else box),
        )
        .order_by(away, HazardSite.id)
        .limit(at_most)
    ).all()


def sites_with_ids(ids: Iterable[int], scope: OrgScope) -> Sequence[HazardSite]:
    """Return those of some standing sites that are in scope, with their organisations."""
    return db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(HazardSite.id.in_(sorted(set(ids))), SITE.within(scope), is_standing())
        .order_by(HazardSite.id)
    ).all()
