"""What one's own organisation owes, as entries of a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from drillreg.core.db import db
from drillreg.duties.cards import Card, cards_of
from drillreg.duties.models import DutyState
from drillreg.duties.queries import in_state
from drillreg.duties.states import State
from drillreg.orgs.models import Org

MOST_FED = 500
OWED = (State.BREACHED, State.AT_RISK, State.DUE_SOON, State.OPEN)


@dataclass(frozen=True)
class FedDuty:
    """What is due by one rule on one day; `begun_on` is the day from which it is owed."""

    uid: str
    on: date
    title: str
    lines: Sequence[str]
    path: str
    begun_on: date
    is_late: bool


def fed_duties(org: Org, *, first: date, last: date, today: date) -> list[FedDuty]:
    """Return what an organisation still has to do between two days, one entry a rule and day."""
    rows = db.session.scalars(
        select(DutyState)
        .where(
            DutyState.org_id == org.id,
            DutyState.due_on >= first,
            DutyState.due_on <= last,
            or_(*(in_state(state, today) for state in OWED)),
        )
        .order_by(DutyState.due_on, DutyState.rule, DutyState.id)
        .limit(MOST_FED)
    ).all()
    groups: dict[tuple[str, date], list[Card]] = {}
    for card in cards_of(rows, {org.id: org}, today):
        groups.setdefault((card.row.rule, card.row.due_on), []).append(card)
    return [_fed(org, group) for group in groups.values()]


def _fed(org: Org, group: Sequence[Card]) -> FedDuty:
    first = group[0]
    row = first.row
    about = [card.about or card.title for card in group] if len(group) > 1 else [first.about]
    return FedDuty(
        uid=f"duty-{org.id}-{row.rule}-{row.due_on.isoformat()}@drillreg",
        on=row.due_on,
        title=first.title if len(group) == 1 else f"{first.title} ×{len(group)}",
        lines=[first.source, *(each for each in about if each)],
        path=f"/duties/?org={org.id}&view=own",
        begun_on=row.since or row.period_first or row.rule_from,
        is_late=first.state is State.BREACHED,
    )
