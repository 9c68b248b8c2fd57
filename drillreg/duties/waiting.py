"""What duties give to the to-do list: what one's own unit owes and no other source lists."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.duties.cards import Card, cards_of
from drillreg.duties.doing import act_for
from drillreg.duties.models import DutyState
from drillreg.duties.queries import in_state
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.orgs.models import Org
from drillreg.tasks.todos import MOST, TodoItem

# Drills to hold, plans to review, to file and to make known stand there already, by their dates.
LISTED_ELSEWHERE = (Owed.DRILL, Owed.EVALUATE, Owed.FILE, Owed.PUBLISH)
# Who does something may do one of these; others are not reminded of what they cannot do.
DOERS = (Permission.EDIT_PLANS, Permission.RECORD_DRILLS, Permission.WRITE_REPORTS)


def duties_to_do(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what one's own organisation is late with or owes within a week, one line a rule."""
    if actor.org_id is None or not any(actor.may(each) for each in DOERS):
        return []
    rows = db.session.scalars(
        select(DutyState)
        .where(
            DutyState.org_id == actor.org_id,
            or_(in_state(State.BREACHED, today), in_state(State.AT_RISK, today)),
            DutyState.owed.not_in([owed.value for owed in LISTED_ELSEWHERE]),
        )
        .order_by(DutyState.due_on, DutyState.id)
        .limit(MOST)
    ).all()
    org = db.session.get(Org, actor.org_id) if rows else None
    if org is None:
        return []
    groups: dict[str, list[Card]] = {}
    for card in cards_of(rows, {org.id: org}, today):
        groups.setdefault(card.row.rule, []).append(card)
    return [_item(group, org) for group in groups.values()]


def _item(group: Sequence[Card], org: Org) -> TodoItem:
    first = group[0]
    act = act_for(org, first.rule, key=first.row.key, event_type=first.row.event_type)
    return TodoItem(
        kind="duty",
        text=first.title if len(group) == 1 else f"{first.title} ×{len(group)}",
        url=first.url,
        detail="　".join(part for part in (first.about, first.source) if part),
        due_on=first.row.due_on,
        act=(act.label, act.url) if act else None,
    )
