"""What sign-offs give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.core.subjects import subject_url
from drillreg.i18n import N_, pick
from drillreg.orgs.models import Org
from drillreg.signoffs.models import Consultation, SignOff, SignOffStage
from drillreg.signoffs.operations.consulting import CONSULTATION
from drillreg.signoffs.queries import route_stages
from drillreg.signoffs.rules import START, SignOffState, StageKind, StageState
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

DECISIONS = frozenset({StageKind.APPROVE, StageKind.SIGN})


def _seats(actor: Actor) -> Any:
    """Return the condition that a step lies where the person sits with what it asks for."""
    found = [
        and_(SignOffStage.permission == permission, Org.path.in_(sorted(reach.paths)))
        for permission, reach in actor.reach.items()
        if reach.paths
    ]
    return or_(*found) if found else false()


def _is_for(actor: Actor, today: date) -> Any:
    """Return the condition that nobody else was named for a step who can still take it."""
    named = (
        select(RoleAssignment.id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(
            Account.id == SignOffStage.assigned_id,
            Account.disabled_at.is_(None),
            RoleAssignment.org_id == SignOffStage.asked_org_id,
            RoleAssignment.from_on <= today,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > today),
        )
    )
    return or_(SignOffStage.assigned_id.in_(sorted(actor.account_ids)), ~named.exists())


def steps_to_take(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the steps that wait for a person, by when they are due."""
    rows = db.session.scalars(
        select(SignOffStage)
        .join(SignOffStage.sign_off)
        .join(Org, Org.id == SignOffStage.asked_org_id)
        .options(contains_eager(SignOffStage.sign_off))
        .where(SignOffStage.state == StageState.OPEN, _seats(actor), _is_for(actor, today))
        .order_by(SignOffStage.due_on, SignOffStage.id)
        .limit(MOST)
    )
    return [item for row in rows if (item := _step_item(row, actor)) is not None]


def _step_item(row: SignOffStage, actor: Actor) -> TodoItem | None:
    stage = next(each for each in route_stages(row.sign_off) if each.key == row.key)
    if START in stage.not_by and row.sign_off.starters & actor.account_ids:
        return None  # it waits for a colleague
    return TodoItem(
        kind="sign",
        text=row.sign_off.title,
        url=row.sign_off.url,
        detail=f"{pick({'zh': stage.zh, 'en': stage.en})}　{row.sign_off.started_by_name}",
        due_on=row.due_on,
        since=row.opened_on,
        act=(N_("Take this step"), f"{row.sign_off.url}/{row.key}"),
        is_decision=stage.kind in DECISIONS,
    )


def steps_on_paper(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the steps of one's own papers that nobody with an account takes: the sheet does."""
    if not actor.may(Permission.EDIT_PLANS):
        return []
    rows = db.session.scalars(
        select(SignOffStage)
        .join(SignOffStage.sign_off)
        .options(contains_eager(SignOffStage.sign_off))
        .where(
            SignOffStage.state == StageState.OPEN,
            SignOffStage.asked_org_id.is_(None),
            _is_ours(actor),
        )
        .order_by(SignOffStage.due_on, SignOffStage.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="sign",
            text=row.sign_off.title,
            url=row.sign_off.url,
            detail=row.signed_by or "",
            due_on=row.due_on,
            since=row.opened_on,
            act=(
                N_("Enter the signed sheet") if row.scan_id else N_("Print the sheet to sign"),
                f"{row.sign_off.url}/{row.key}",
            ),
        )
        for row in rows
    ]


def _is_ours(actor: Actor) -> Any:
    """Return the condition that a person or their organisation sent what is signed."""
    return or_(SignOff.started_by_id.in_(sorted(actor.account_ids)), SignOff.org_id == actor.org_id)


def opinions_to_give(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what one's own organisation is asked for its opinion on."""
    if not actor.may(Permission.EDIT_PLANS):
        return []
    found = db.session.scalars(
        select(Consultation)
        .join(Consultation.stage)
        .join(SignOffStage.sign_off)
        .options(contains_eager(Consultation.stage).contains_eager(SignOffStage.sign_off))
        .where(
            Consultation.org_id == actor.org_id,
            Consultation.answered_at.is_(None),
            Consultation.withdrawn_at.is_(None),
            SignOffStage.state == StageState.OPEN,
        )
        .order_by(Consultation.answer_by, Consultation.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="consult",
            text=each.stage.sign_off.title,
            url=subject_url(CONSULTATION, each.id),
            detail=each.asked_by_name,
            due_on=each.answer_by,
            since=clock.local_date(each.asked_at),
        )
        for each in found
    ]


def returned_to_me(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what was sent by one's own organisation and came back with reasons."""
    if not actor.may(Permission.EDIT_PLANS):
        return []
    found = db.session.scalars(
        select(SignOff)
        .join(SignOff.org)
        .options(contains_eager(SignOff.org))
        .where(
            SignOff.state == SignOffState.RETURNED,
            _is_ours(actor),
        )
        .order_by(SignOff.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="sign-returned",
            text=each.title,
            url=each.url,
            detail=name_of(each.org),
        )
        for each in found
    ]


def _late_steps(today: date) -> Select[Any]:
    columns = chase_columns(
        "sign-late",
        "sign-off-stage",
        SignOffStage.id,
        org_id=SignOffStage.org_id,
        what=SignOff.title,
        since=SignOffStage.due_on,
    )
    return (
        select(*columns)
        .join(SignOff, SignOff.id == SignOffStage.sign_off_id)
        .join(Org, Org.id == SignOffStage.org_id)
        .where(SignOffStage.state == StageState.OPEN, SignOffStage.due_on < today)
    )


def _late_opinions(today: date) -> Select[Any]:
    columns = chase_columns(
        "opinion-late",
        CONSULTATION,
        Consultation.id,
        org_id=Consultation.org_id,
        what=SignOff.title,
        since=Consultation.answer_by,
    )
    return (
        select(*columns)
        .join(SignOffStage, SignOffStage.id == Consultation.stage_id)
        .join(SignOff, SignOff.id == SignOffStage.sign_off_id)
        .join(Org, Org.id == Consultation.org_id)
        .where(
            Consultation.answered_at.is_(None),
            Consultation.withdrawn_at.is_(None),
            Consultation.answer_by < today,
            SignOffStage.state == StageState.OPEN,
        )
    )


LATE_STEPS = ChaseSource("sign-late", _late_steps)
LATE_OPINIONS = ChaseSource("opinion-late", _late_opinions)
