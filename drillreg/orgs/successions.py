"""Open things of an organisation that pass to its successor; each feature registers its own."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app
from sqlalchemy import ColumnElement

from drillreg.core.access import Actor
from drillreg.orgs.models import Org


@dataclass(frozen=True)
class OpenThing:
    """Something open at an organisation, as a person choosing reads it."""

    id: int
    label: str
    small: str = ""


@dataclass(frozen=True)
class Handover:
    """From whom to whom, as of which day, by whom; `only` holds ids, None means all."""

    old: Org
    new: Org
    on: date
    actor: Actor
    now: datetime
    today: date
    only: Collection[int] | None = None


@dataclass(frozen=True)
class Succession:
    """One kind of open things.

    `sentence` is marked and takes `count`. `count` says how many lie at the organisations that
    fulfil a condition over `Org`; `things` lists those of one organisation; `carry` passes them
    and returns how many. Without `carry` they stay under the old name, for the new one to look to.
    """

    code: str
    sentence: str
    count: Callable[[ColumnElement[bool], date], int]
    things: Callable[[Org, date], Sequence[OpenThing]]
    carry: Callable[[Handover], int] | None


def register_successions(app: Flask, successions: Iterable[Succession]) -> None:
    """Tell the application which kinds of open things there are; called by `app.py` alone."""
    app.extensions["drillreg.successions"] = tuple(successions)


def successions() -> tuple[Succession, ...]:
    """Return the kinds of open things, in the order in which they pass."""
    found: tuple[Succession, ...] = current_app.extensions["drillreg.successions"]
    return found


def carry_over(
    handover: Handover, chosen: Mapping[str, Collection[int]] | None = None
) -> dict[str, int]:
    """Pass everything open, or what was chosen by code, and return how many of each passed."""
    counts = {}
    for each in successions():
        only = None if chosen is None else chosen.get(each.code, ())
        if each.carry is None or (only is not None and not only):
            continue
        counts[each.code] = each.carry(
            Handover(
                handover.old,
                handover.new,
                handover.on,
                handover.actor,
                handover.now,
                handover.today,
                only,
            )
        )
    return counts
