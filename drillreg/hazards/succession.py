"""Hazard sites when organisations change: the successor is responsible for them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update

from drillreg.core.db import db
from drillreg.hazards.counting import mark_orgs
from drillreg.hazards.models import HazardSite
from drillreg.hazards.registering import note_sites
from drillreg.hazards.telling import MOVED, tell
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.work.importers import chunks


def _standing() -> tuple[ColumnElement[bool], ...]:
    return HazardSite.voided_at.is_(None), is_imported(HazardSite)


def count_sites(these: ColumnElement[bool], day: date) -> int:
    """Return how many sites organisations are responsible for."""
    found = (
        select(func.count()).select_from(HazardSite).join(HazardSite.org).where(these, *_standing())
    )
    return int(db.session.scalar(found) or 0)


def sites_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the sites an organisation is responsible for."""
    found = db.session.scalars(
        select(HazardSite)
        .where(HazardSite.org_id == org.id, *_standing())
        .order_by(HazardSite.number, HazardSite.id)
    )
    return [OpenThing(each.id, each.name, each.number) for each in found]


def carry_sites(handover: Handover) -> int:
    """Pass sites; a number that the successor uses already stays printed but is spoken for once."""
    where = [HazardSite.org_id == handover.old.id, *_standing()]
    if handover.only is not None:
        where.append(HazardSite.id.in_(sorted(handover.only)))
    ids = db.session.scalars(select(HazardSite.id).where(*where)).all()
    theirs = select(HazardSite.number_taken).where(
        HazardSite.org_id == handover.new.id, HazardSite.number_taken.is_not(None)
    )
    taken = set(db.session.scalars(theirs))
    _change(HazardSite.id.in_(ids) & HazardSite.number_taken.in_(sorted(taken)), number_taken=None)
    _change(
        HazardSite.id.in_(ids),
        org_id=handover.new.id,
        changed_at=handover.now,
        row_version=HazardSite.row_version + 1,
    )
    mark_orgs([handover.old.id])
    for chunk in chunks(ids):
        note_sites(HazardSite.id.in_(chunk), day=handover.on, now=handover.now)
    tell(MOVED, ids, now=handover.now, today=handover.on)
    return len(ids)


def _change(where: ColumnElement[bool], **values: object) -> None:
    db.session.execute(
        update(HazardSite)
        .where(where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


SITES = Succession("sites", N_("%(count)d hazard sites"), count_sites, sites_of, carry_sites)
