"""Sign-offs when organisations change: open steps and questions are the successor's."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update

from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.signoffs.models import Consultation, SignOff, SignOffStage
from drillreg.signoffs.rules import SignOffState, StageState

RUNNING = (SignOffState.OPEN, SignOffState.RETURNED)
TO_DO = (StageState.OPEN, StageState.WAITING)


def count_running(these: ColumnElement[bool], day: date) -> int:
    """Return how many sign-offs are under way at organisations."""
    found = (
        select(func.count())
        .select_from(SignOff)
        .join(SignOff.org)
        .where(these, SignOff.state.in_(RUNNING))
    )
    return int(db.session.scalar(found) or 0)


def running_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the sign-offs of an organisation that are under way."""
    found = db.session.scalars(
        select(SignOff)
        .where(SignOff.org_id == org.id, SignOff.state.in_(RUNNING))
        .order_by(SignOff.id)
    )
    return [OpenThing(each.id, each.title) for each in found]


def carry_running(handover: Handover) -> int:
    """Pass sign-offs with their open steps; with all of them also steps and questions of others.

    A body that was asked itself answers once, for both.
    """
    old, new = handover.old.id, handover.new.id
    ids = [
        each.id
        for each in running_of(handover.old, handover.today)
        if handover.only is None or each.id in handover.only
    ]
    mine = SignOffStage.sign_off_id.in_(ids)
    theirs = SignOffStage.org_id == old if handover.only is None else mine
    for statement in (
        update(SignOff).where(SignOff.id.in_(ids)).values(org_id=new),
        update(SignOffStage)
        .where(SignOffStage.org_id == old, theirs, SignOffStage.state.in_(TO_DO))
        .values(org_id=new, row_version=SignOffStage.row_version + 1),
        update(SignOffStage)
        .where(SignOffStage.asked_org_id == old, SignOffStage.state.in_(TO_DO))
        .values(asked_org_id=new),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    if handover.only is None:
        asked_too = select(Consultation.stage_id).where(Consultation.org_id == new)
        db.session.execute(
            update(Consultation)
            .where(
                Consultation.org_id == old,
                Consultation.answered_at.is_(None),
                Consultation.stage_id.not_in(asked_too),
            )
            .values(org_id=new)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


SIGN_OFFS = Succession(
    "sign-offs", N_("%(count)d plans being signed"), count_running, running_of, carry_running
)
