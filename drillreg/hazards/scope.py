"""Which hazard sites a person reaches: a site belongs to the day on which it was entered."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import case, func, null, select
from sqlalchemy.orm import contains_eager

from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.hazards.models import HazardSite
from drillreg.orgs.queries import is_imported
from drillreg.orgs.records import Described, RecordKind
from drillreg.orgs.scope import OrgScope

PAGE = ("hazards.show", "site_id")


def _describe(keys: Collection[int]) -> Iterator[Described]:
    sites = db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(HazardSite.id.in_(keys), is_imported(HazardSite))
        .order_by(HazardSite.id)
    )
    for site in sites:
        sign = f"{code_label(site.kind, 'hazard_kind')} {site.number}"
        yield Described(site.id, site.org, name_of(site), sign, PAGE, site.created_at)


SITE = RecordKind(
    "site", HazardSite, lambda site: site.created_at, lambda site: site.created_at, _describe
)


def seen_check_on(scope: OrgScope) -> Any:
    """Return, as SQL, the day of the last check as far as the reader may know it."""
    left = SITE.cut_on(scope)
    if left is None:
        return HazardSite.last_check_on
    hidden = func.coalesce(HazardSite.last_check_on >= left, False)
    return case((hidden, null()), else_=HazardSite.last_check_on)


def as_seen(site: HazardSite, scope: OrgScope) -> HazardSite:
    """Return a site as its reader may know it.

    To those whose territory its organisation has left, neither what was checked since nor whom to
    call today is told; the record is taken out of the session, so that it cannot be saved so.
    """
    left = SITE.cut(scope, site)
    if left is None:
        return site
    db.session.expunge(site)
    site.responsible_name = site.responsible_phone = None
    if site.last_check_on is not None and site.last_check_on >= left:
        site.last_check_on = site.last_check_result = None
    return site
