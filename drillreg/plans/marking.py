"""Marks beside a plan in a list, given by higher features; `app.py` says by which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app

PLACE = "drillreg.plan-marks"


@dataclass(frozen=True)
class Mark:
    """A marked word and its colour."""

    word: str
    colour: str


Marker = Callable[[Sequence[int]], dict[int, Mark]]


def register_marks(app: Flask, *markers: Marker) -> None:
    """Say who marks plans; called by `app.py` alone."""
    app.extensions.setdefault(PLACE, []).extend(markers)


def marks_of(plan_ids: Sequence[int]) -> dict[int, list[Mark]]:
    """Return the marks of plans that were read in scope."""
    found: dict[int, list[Mark]] = {}
    markers: list[Marker] = current_app.extensions.get(PLACE, [])
    for marker in markers:
        for plan_id, mark in marker(plan_ids).items():
            found.setdefault(plan_id, []).append(mark)
    return found
