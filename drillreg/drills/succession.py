"""Drills when organisations change: programmes and what is planned pass to the successor."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from drillreg.core.db import db
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.rules import DrillStatus
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession


def _running(day: date, *where: ColumnElement[bool]) -> Select[DrillProgramme]:
    ended = DrillProgramme.ended_on
    return (
        select(DrillProgramme)
        .join(DrillProgramme.org)
        .where(*where, DrillProgramme.voided_at.is_(None), or_(ended.is_(None), ended > day))
    )


def _planned(*where: ColumnElement[bool]) -> Select[Drill]:
    return (
        select(Drill)
        .join(Drill.org)
        .where(*where, Drill.status == DrillStatus.PLANNED, Drill.voided_at.is_(None))
    )


def count_programmes(these: ColumnElement[bool], day: date) -> int:
    """Return how many programmes go on at organisations."""
    found = select(func.count()).select_from(_running(day, these).subquery())
    return int(db.session.scalar(found) or 0)


def programmes_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the programmes of an organisation that go on."""
    found = db.session.scalars(_running(day, Org.id == org.id).order_by(DrillProgramme.id))
    return [OpenThing(each.id, each.title) for each in found]


def carry_programmes(handover: Handover) -> int:
    """Pass programmes, each with the drills that are planned of it."""
    found = db.session.scalars(_running(handover.on, Org.id == handover.old.id)).all()
    ids = [each.id for each in found if handover.only is None or each.id in handover.only]
    for each in found:
        if each.id in ids:
            each.org_id = handover.new.id
    _pass_drills(
        Drill.programme_id.in_(ids) & (Drill.org_id == handover.old.id),
        handover,
    )
    return len(ids)


def count_planned(these: ColumnElement[bool], day: date) -> int:
    """Return how many drills are planned at organisations."""
    found = select(func.count()).select_from(_planned(these).subquery())
    return int(db.session.scalar(found) or 0)


def planned_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the drills of an organisation that are planned by themselves, without a programme."""
    running = _running(day).with_only_columns(DrillProgramme.id)
    single = or_(Drill.programme_id.is_(None), Drill.programme_id.not_in(running))
    found = db.session.scalars(_planned(Org.id == org.id, single).order_by(Drill.due_on, Drill.id))
    return [OpenThing(each.id, each.title, each.due_on.isoformat()) for each in found]


def carry_planned(handover: Handover) -> int:
    """Pass planned drills, and return how many passed."""
    where = Drill.org_id == handover.old.id
    if handover.only is not None:
        where &= Drill.id.in_(sorted(handover.only))
    return _pass_drills(where, handover)


def _pass_drills(where: ColumnElement[bool], handover: Handover) -> int:
    ids = db.session.scalars(
        select(Drill.id).where(
            where, Drill.status == DrillStatus.PLANNED, Drill.voided_at.is_(None)
        )
    ).all()
    db.session.execute(
        update(Drill)
        .where(Drill.id.in_(ids))
        .values(
            org_id=handover.new.id,
            row_version=Drill.row_version + 1,
            changed_at=handover.now,
        )
        .execution_options(synchronize_session=False)
    )
    return len(ids)


# Planned drills first: those of a programme pass with all others when everything passes.
PLANNED = Succession(
    "drills", N_("%(count)d planned drills"), count_planned, planned_of, carry_planned
)
PROGRAMMES = Succession(
    "programmes",
    N_("%(count)d drill programmes that go on"),
    count_programmes,
    programmes_of,
    carry_programmes,
)
