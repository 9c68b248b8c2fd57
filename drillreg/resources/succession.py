"""Teams, supplies and shelters when organisations change: the successor looks after them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.resources.models import RescueTeam, Shelter, Supply


def succession_of(model: Any, code: str, sentence: str) -> Succession:
    """Return how resources of one kind pass: all that stand, or those chosen."""
    standing = (model.voided_at.is_(None), is_imported(model))

    def count(these: ColumnElement[bool], day: date) -> int:
        found = select(func.count()).select_from(model).join(Org, Org.id == model.org_id)
        return int(db.session.scalar(found.where(these, *standing)) or 0)

    def things(org: Org, day: date) -> Sequence[OpenThing]:
        found = db.session.scalars(
            select(model).where(model.org_id == org.id, *standing).order_by(model.id)
        )
        return [OpenThing(each.id, each.name) for each in found]

    def carry(handover: Handover) -> int:
        chosen = [
            each.id
            for each in things(handover.old, handover.on)
            if handover.only is None or each.id in handover.only
        ]
        db.session.execute(
            update(model)
            .where(model.id.in_(chosen))
            .values(org_id=handover.new.id, row_version=model.row_version + 1)
            .execution_options(synchronize_session=False)
        )
        return len(chosen)

    return Succession(code, sentence, count, things, carry)


TEAMS = succession_of(RescueTeam, "teams", N_("%(count)d rescue teams"))
SUPPLIES = succession_of(Supply, "supplies", N_("%(count)d kinds of supplies"))
SHELTERS = succession_of(Shelter, "shelters", N_("%(count)d shelters"))
