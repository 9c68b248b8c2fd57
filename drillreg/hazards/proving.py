"""The sites that evidence entered by hand can be about."""

from collections.abc import Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope

MOST = 500


def sites_to_prove(org: Org, scope: OrgScope) -> Sequence[tuple[int, str]]:
    """Return the sites of an organisation, by key, with number and name."""
    found = db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .where(
            SITE.within(scope),
            HazardSite.org_id == org.id,
            HazardSite.voided_at.is_(None),
            is_imported(HazardSite),
        )
        .order_by(HazardSite.number, HazardSite.id)
        .limit(MOST)
    )
    return [(site.id, f"{site.number} {name_of(site)}") for site in found]
