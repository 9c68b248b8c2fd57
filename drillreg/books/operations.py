"""Acts on abridged plans and cards, and asking for a book."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.books.models import ActionCard, PlanAbridged
from drillreg.books.queries import BOOK_WORK, abridged_of, cards_of, plans_to_bind, shown_version
from drillreg.books.rules import ensure_actions, ensure_book, ensure_room
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.rules import ensure_not_classified, ensure_standing
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue


def _record(action: str, plan: Plan, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def _ensure_open(plan: Plan) -> None:
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)


def save_abridged(*, plan: Plan, body: str, actor: Actor, now: datetime) -> PlanAbridged:
    """Keep the abridged text of a plan, held against the version that stands for it now."""
    _ensure_open(plan)
    ensure_not_classified(body)
    found = abridged_of(plan)
    if found is None:
        found = PlanAbridged(plan_id=plan.id)
        db.session.add(found)
    found.version_id, found.body = shown_version(plan).id, body
    found.edited_at, found.edited_by_id, found.edited_by_name = now, actor.account_id, actor.name
    db.session.flush()
    _record("plan-abridged", plan, actor, now, characters=len(body))
    return found


def save_card(
    *,
    plan: Plan,
    card: ActionCard | None,
    values: Mapping[str, str | None],
    actor: Actor,
    now: datetime,
) -> ActionCard:
    """Keep a card, a new one without `card`; what it says is checked first."""
    _ensure_open(plan)
    ensure_not_classified(*filter(None, values.values()))
    ensure_actions(values["actions"] or "")
    if card is None:
        ensure_room(len(cards_of(plan)))
        card = ActionCard(plan_id=plan.id)
        db.session.add(card)
    for name, value in values.items():
        setattr(card, name, value)
    card.version_id = shown_version(plan).id
    card.edited_at, card.edited_by_id = now, actor.account_id
    db.session.flush()
    _record("action-card-saved", plan, actor, now, name=card.role)
    return card


def void_card(*, plan: Plan, card: ActionCard, actor: Actor, now: datetime) -> None:
    """Take a card out of use."""
    card.voided_at, card.voided_by_id = now, actor.account_id
    _record("action-card-voided", plan, actor, now, name=card.role)


def ask_for_book(
    *,
    org: Org,
    scope: OrgScope,
    own: bool,
    internal: bool,
    title: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> WorkItem:
    """Queue a book of what the asker reaches now: which versions it holds is settled here."""
    rows = plans_to_bind(scope, org, own=own, internal=internal, today=today)
    ensure_book(rows)
    return enqueue(
        BOOK_WORK,
        {
            "org_id": org.id,
            "versions": [row.issued.id for row in rows if row.issued],
            "day": today.isoformat(),
            "title": title,
        },
        title=title,
        actor=actor,
        org_id=org.id,
        now=now,
    )
