"""What duties give to the chasing list, and a late duty as that list words it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select

from drillreg.core.codes import code_list
from drillreg.duties.cards import Card
from drillreg.duties.models import DutyState
from drillreg.duties.queries import in_state
from drillreg.duties.reading import shipped_rules
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.orgs.models import Org
from drillreg.tasks.chasing import Chased, ChaseSource, chase_columns
from drillreg.tasks.contacts import Contact, contacts_of, whom_to_call

KIND = "duty-late"
SUBJECT = "duty"
# Plans not reviewed, filed or made known in time are chased from the plans themselves.
CHASED_ELSEWHERE = (Owed.EVALUATE, Owed.FILE, Owed.PUBLISH)


def chased(card: Card, org: Org) -> Chased:
    """Return a late duty as the chasing list has it."""
    what = f"{card.title}（{card.about}）" if card.about else card.title
    return Chased(KIND, SUBJECT, card.row.id, what, None, None, card.row.due_on, org)


def calls(orgs: Iterable[Org], today: date) -> dict[int, Contact]:
    """Return by organisation whom to call, in one query."""
    listed = list(orgs)
    contacts = contacts_of({org.id for org in listed}, today)
    return {org.id: whom_to_call(_nothing(org, today), contacts) for org in listed}


def _nothing(org: Org, today: date) -> Chased:
    return Chased(KIND, SUBJECT, 0, "", None, None, today, org)


def _titles(language: str) -> ColumnElement[str]:
    """Return the title of a rule with its kind of event, as SQL: rules are files, not rows."""
    titles = {rule.id: rule.title[language] for rule in shipped_rules()}
    events = {item.code: f" · {item.label[language]}" for item in code_list("event_type")}
    title: Any = case(titles, value=DutyState.rule, else_=DutyState.rule)
    found: ColumnElement[str] = title.concat(case(events, value=DutyState.event_type, else_=""))
    return found


def _late(today: date) -> Select[Any]:
    columns = chase_columns(
        KIND,
        SUBJECT,
        DutyState.id,
        org_id=DutyState.org_id,
        what=_titles("zh"),
        what_en=_titles("en"),
        since=DutyState.due_on,
    )
    return (
        select(*columns)
        .join(Org, Org.id == DutyState.org_id)
        .where(
            in_state(State.BREACHED, today),
            DutyState.owed.not_in([owed.value for owed in CHASED_ELSEWHERE]),
        )
    )


LATE_DUTIES = ChaseSource(KIND, _late)
