"""Which layout holds for an organisation: the nearest above that wants it otherwise."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.documents.layouts import Layout, Wishes, layout_of, wishes_from, with_wishes
from drillreg.documents.models import LayoutChange
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope


def _line(org: Org) -> list[int]:
    return [int(part) for part in org.path.rstrip("/").split("/")]


def wishes_for(layout: str, org: Org) -> Wishes:
    """Return what the organisation, or the nearest above it, wants of a layout."""
    line = _line(org)
    rows = db.session.scalars(
        select(LayoutChange)
        .where(LayoutChange.layout == layout, LayoutChange.org_id.in_(line))
        .order_by(LayoutChange.id)
    ).all()
    newest = {row.org_id: row for row in rows}
    nearest = next((newest[org_id] for org_id in reversed(line) if org_id in newest), None)
    return wishes_from(nearest.wishes) if nearest else Wishes()


def layout_for(layout: str, org: Org) -> Layout:
    """Return the newest version of a layout as an organisation wants it."""
    return with_wishes(layout_of(layout), wishes_for(layout, org))


def changes_of(layout: str, scope: OrgScope) -> Sequence[LayoutChange]:
    """Return who wanted a layout otherwise and when, newest first."""
    return db.session.scalars(
        select(LayoutChange)
        .join(LayoutChange.org)
        .options(joinedload(LayoutChange.org))
        .where(LayoutChange.layout == layout, scope.allows())
        .order_by(LayoutChange.id.desc())
        .limit(50)
    ).all()
