"""Corrective actions when organisations change: what is open is the successor's to do."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, update

from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.reports.models import CorrectiveAction
from drillreg.reports.rules import ActionState


def _open(*where: ColumnElement[bool]) -> Select[CorrectiveAction]:
    return (
        select(CorrectiveAction)
        .join(CorrectiveAction.org)
        .where(
            *where,
            CorrectiveAction.state == ActionState.OPEN,
            CorrectiveAction.voided_at.is_(None),
        )
    )


def count_open(these: ColumnElement[bool], day: date) -> int:
    """Return how many corrective actions organisations still have to do."""
    found = select(func.count()).select_from(_open(these).subquery())
    return int(db.session.scalar(found) or 0)


def open_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the corrective actions an organisation still has to do."""
    found = db.session.scalars(
        _open(Org.id == org.id).order_by(CorrectiveAction.due_on, CorrectiveAction.id)
    )
    return [OpenThing(each.id, each.text, each.due_on.isoformat()) for each in found]


def carry_open(handover: Handover) -> int:
    """Let the successor do what is still to be done."""
    found = db.session.scalars(_open(Org.id == handover.old.id)).all()
    ids = [each.id for each in found if handover.only is None or each.id in handover.only]
    db.session.execute(
        update(CorrectiveAction)
        .where(CorrectiveAction.id.in_(ids))
        .values(org_id=handover.new.id, row_version=CorrectiveAction.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


ACTIONS = Succession(
    "actions", N_("%(count)d open corrective actions"), count_open, open_of, carry_open
)
