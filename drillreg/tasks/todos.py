"""The to-do list: what waits for a person, asked from every feature; the app fills the registry.

A feature says what is to be done from its own rows; nothing is stored a second time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Flask, current_app

from drillreg.core.access import Actor
from drillreg.i18n import N_

# More of one kind are not read one by one; the feature's own list has them all.
MOST = 100


@dataclass(frozen=True)
class TodoItem:
    """Something to do: `text` opens `url`; `act` is the button that leads to doing it.

    `kind` is a code of `todo_kind.toml`; a decision is something only this person can settle.
    """

    kind: str
    text: str
    url: str
    detail: str = ""
    due_on: date | None = None
    since: date | None = None
    act: tuple[str, str] | None = None
    is_decision: bool = False


@dataclass(frozen=True)
class TodoGroup:
    """The items of one stretch of time; `label` is a marked word."""

    label: str
    items: Sequence[TodoItem]


@dataclass(frozen=True)
class Todos:
    """Everything that waits for a person, the most urgent first."""

    items: Sequence[TodoItem] = field(default=())

    @property
    def decisions(self) -> list[TodoItem]:
        """Return what only this person can decide, longest waiting first."""
        found = [item for item in self.items if item.is_decision]
        return sorted(found, key=lambda item: item.since or date.max)

    def late(self, today: date) -> int:
        """Return how many are past their date."""
        return sum(item.due_on is not None and item.due_on < today for item in self.items)


TodoSource = Callable[[Actor, date], Sequence[TodoItem]]


def register_todos(app: Flask, sources: Iterable[TodoSource]) -> None:
    """Ask these features for what is to be done."""
    app.extensions.setdefault("drillreg.todos", []).extend(sources)


def todos_of(actor: Actor, today: date) -> Todos:
    """Return what waits for a person: a fixed number of queries, whatever there is."""
    sources: list[TodoSource] = current_app.extensions.get("drillreg.todos", [])
    found = [item for source in sources for item in source(actor, today)]
    return Todos(sorted(found, key=lambda item: (item.due_on or date.max, item.since or date.max)))


def grouped(items: Iterable[TodoItem], today: date) -> list[TodoGroup]:
    """Return items by when they are due: late, today, this week, later, without a date."""
    sunday = today + timedelta(days=6 - today.weekday())
    stretches: dict[str, list[TodoItem]] = {}
    for item in items:
        stretches.setdefault(_stretch(item.due_on, today, sunday), []).append(item)
    return [TodoGroup(label, stretches[label]) for label in STRETCHES if label in stretches]


LATE, TODAY, WEEK = N_("Past their date"), N_("Today"), N_("This week")
LATER, NO_DATE = N_("Later"), N_("Without a date")
STRETCHES = (LATE, TODAY, NO_DATE, WEEK, LATER)


def _stretch(due_on: date | None, today: date, sunday: date) -> str:
    if due_on is None:
        return NO_DATE
    if due_on < today:
        return LATE
    if due_on == today:
        return TODAY
    return WEEK if due_on <= sunday else LATER
