"""Organisations that have left a reader's territory: what was, not what is."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.queries import get_org, is_imported
from drillreg.orgs.scope import OrgScope


def org_that_left(org_id: int, scope: OrgScope) -> tuple[Org, date]:
    """Return an organisation that has left the scope and on which day, or raise NotFound."""
    found = db.session.scalar(select(Org).where(Org.id == org_id, is_imported(Org)))
    left = scope.has_left(found) if found else None
    if found is None or left is None:
        raise NotFound(N_("There is no such organisation."))
    return found, left


def org_to_narrow(org_id: int, scope: OrgScope) -> Org:
    """Return an organisation that lists can be narrowed to: in scope, or in it once."""
    try:
        return get_org(org_id, scope)
    except NotFound:
        return org_that_left(org_id, scope)[0]


def versions_before(org: Org, left: date) -> Sequence[OrgVersion]:
    """Return what an organisation was until it left, newest first."""
    return db.session.scalars(
        select(OrgVersion)
        .where(OrgVersion.org_id == org.id, OrgVersion.from_on < left)
        .order_by(OrgVersion.from_on.desc())
    ).all()
