"""Who is told when a piece of work has ended; `app.py` says who listens."""

from collections.abc import Callable

from flask import Flask, current_app

from drillreg.work.models import WorkItem

Told = Callable[[WorkItem], None]
PLACE = "drillreg.work_end"


def register_end(app: Flask, told: Told) -> None:
    """Call `told` in the transaction in which a piece ends; called by `app.py` alone."""
    app.extensions[PLACE] = told


def tell_end(item: WorkItem) -> None:
    """Tell whoever listens that a piece is done or has failed."""
    told: Told | None = current_app.extensions.get(PLACE)
    if told is not None:
        told(item)
