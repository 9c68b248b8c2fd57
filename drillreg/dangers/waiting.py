"""What dangers give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, contains_eager

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.dangers.models import Danger, DangerExtension, DangerRound, DangerTransfer
from drillreg.dangers.rules import DangerLevel, RoundKind, Stage, TransferState
from drillreg.dangers.scope import DANGER
from drillreg.i18n import N_
from drillreg.office.queries import setting
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

Issuer = aliased(Org, name="issuer")


def _dangers(
    actor: Actor, permission: Permission, today: date, *where: ColumnElement[bool]
) -> Sequence[tuple[Danger, DangerRound | None]]:
    statement = (
        select(Danger, DangerRound)
        .join(Danger.org)
        .outerjoin(
            DangerRound,
            and_(DangerRound.danger_id == Danger.id, DangerRound.number == Danger.round_number),
        )
        .outerjoin(Issuer, Issuer.id == DangerRound.issuer_org_id)
        .options(contains_eager(Danger.org))
        .where(DANGER.within(scope_of(actor, permission, today)), *where)
        .order_by(Danger.due_on, Danger.id)
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def dangers_to_fix(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what one's own organisation has to confirm and to put right."""
    if not actor.may(Permission.REPORT_DANGERS) or actor.org_id is None:
        return []
    found = _dangers(
        actor,
        Permission.REPORT_DANGERS,
        today,
        Danger.org_id == actor.org_id,
        Danger.stage.in_([Stage.DRAFT, Stage.REGISTERED, Stage.ASSIGNED]),
    )
    return [_to_fix(danger) for danger, _ in found]


def _to_fix(danger: Danger) -> TodoItem:
    is_draft = danger.stage is Stage.DRAFT
    return TodoItem(
        kind="danger-draft" if is_draft else "danger-fix",
        text=danger.what,
        url=url_for("dangers.show", danger_id=danger.id),
        detail=danger.place or "",
        due_on=danger.due_on,
        since=danger.found_on,
        act=(N_("Confirm or discard"), url_for("dangers.confirm", danger_id=danger.id))
        if is_draft
        else (N_("Report the removal"), url_for("dangers.answer", danger_id=danger.id)),
    )


def dangers_to_move(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what waits for one's own office: orders, verifications, decisions, what rose."""
    if not actor.may(Permission.ASSIGN_DANGERS) or actor.org_id is None:
        return []
    mine = DangerRound.issuer_org_id == actor.org_id
    # What a unit set itself is verified by the office above it.
    below = and_(DangerRound.kind == RoundKind.OWN, Org.parent_id == actor.org_id)
    asked = exists().where(
        DangerExtension.round_id == DangerRound.id, DangerExtension.granted.is_(None)
    )
    passed_on = exists().where(
        DangerTransfer.danger_id == Danger.id,
        DangerTransfer.to_org_id == actor.org_id,
        DangerTransfer.state == TransferState.SENT,
    )
    found = _dangers(
        actor,
        Permission.ASSIGN_DANGERS,
        today,
        or_(
            and_(Danger.stage == Stage.REGISTERED, Org.parent_id == actor.org_id),
            and_(Danger.stage == Stage.REPORTED, or_(mine, below)),
            and_(Danger.stage == Stage.ASSIGNED, or_(mine, below), asked),
            and_(Danger.stage == Stage.ASSIGNED, DangerRound.raised_org_id == actor.org_id),
            passed_on,
        ),
    )
    return [_to_move(danger, turn, actor) for danger, turn in found]


def accept_by(danger: Danger) -> date | None:
    """Return by when a major danger is to be accepted where an office set so many days, or None."""
    days = setting("dangers.accept-days", danger.org)
    if not days or danger.level is not DangerLevel.MAJOR or danger.fixed_on is None:
        return None
    return danger.fixed_on + timedelta(days=days)


def _to_move(danger: Danger, turn: DangerRound | None, actor: Actor) -> TodoItem:
    show = url_for("dangers.show", danger_id=danger.id)
    kind, due_on = "danger-decide", danger.due_on
    act = (N_("Answer"), show)
    if danger.stage is Stage.REGISTERED:
        kind = "danger-order"
        act = (N_("Give an order"), url_for("dangers.order", danger_id=danger.id))
    elif danger.stage is Stage.REPORTED:
        kind, due_on = "danger-review", accept_by(danger)
        act = (N_("Verify the removal"), url_for("dangers.review", danger_id=danger.id))
    elif turn is not None and turn.raised_org_id == actor.org_id:
        kind = "danger-late"
        act = (N_("Look after it"), show)
    return TodoItem(
        kind=kind,
        text=danger.what,
        url=show,
        detail=name_of(danger.org),
        due_on=due_on,
        since=danger.fixed_on or danger.found_on,
        act=act,
    )


def _late(today: date) -> Select[Any]:
    columns = chase_columns(
        "danger-late",
        "danger",
        Danger.id,
        org_id=Danger.org_id,
        what=Danger.what,
        since=Danger.due_on,
    )
    return (
        select(*columns)
        .join(Org, Org.id == Danger.org_id)
        .where(Danger.stage == Stage.ASSIGNED, Danger.due_on < today, Org.closed_on.is_(None))
    )


LATE_DANGERS = ChaseSource("danger-late", _late)
