"""Open dangers when organisations change: the successor has to put them right."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update

from drillreg.core.db import db
from drillreg.dangers.models import Danger
from drillreg.dangers.rules import UNSETTLED
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession


def _open() -> ColumnElement[bool]:
    return Danger.stage.in_(UNSETTLED)


def count_dangers(these: ColumnElement[bool], day: date) -> int:
    """Return how many open dangers organisations have."""
    found = select(func.count()).select_from(Danger).join(Danger.org).where(these, _open())
    return int(db.session.scalar(found) or 0)


def dangers_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the open dangers of an organisation."""
    found = db.session.scalars(
        select(Danger).where(Danger.org_id == org.id, _open()).order_by(Danger.id)
    )
    return [OpenThing(each.id, each.what, each.number or "") for each in found]


def carry_dangers(handover: Handover) -> int:
    """Pass open dangers to the successor; the rounds that run go on with their deadlines."""
    where = [Danger.org_id == handover.old.id, _open()]
    if handover.only is not None:
        where.append(Danger.id.in_(sorted(handover.only)))
    ids = db.session.scalars(select(Danger.id).where(*where)).all()
    db.session.execute(
        update(Danger)
        .where(Danger.id.in_(ids))
        .values(org_id=handover.new.id, row_version=Danger.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


DANGERS = Succession(
    "dangers", N_("%(count)d open dangers"), count_dangers, dangers_of, carry_dangers
)
