"""What a change of the tree would do, said before it is done; higher features add their lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Flask, current_app

from drillreg.orgs.models import Org


class ChangeKind(StrEnum):
    """What is about to happen to an organisation."""

    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    REOPEN = "reopen"


class Area(StrEnum):
    """The parts of a preview, in the order in which they are read."""

    REACH = "reach"
    DUTIES = "duties"
    RECORDS = "records"


@dataclass(frozen=True)
class Change:
    """A change before it is done.

    `parent` is what the organisation (of a split: the new one) will stand below; of a merger it is
    the one it is merged into.
    """

    kind: ChangeKind
    org: Org
    parent: Org
    on: date


@dataclass(frozen=True)
class Line:
    """One sentence of a preview: a marked message with its parameters, and where it leads."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)
    url: str = ""


Effect = Callable[[Change], Sequence[Line]]


def register_effects(app: Flask, effects: Iterable[tuple[Area, Effect]]) -> None:
    """Tell the application who can say what a change does; called by `app.py` alone."""
    app.extensions["drillreg.effects"] = tuple(effects)


def effects_of(change: Change) -> dict[Area, list[Line]]:
    """Return what a change would do, by area; areas with nothing to say are empty."""
    found: dict[Area, list[Line]] = {area: [] for area in Area}
    for area, effect in current_app.extensions["drillreg.effects"]:
        found[area].extend(effect(change))
    return found
