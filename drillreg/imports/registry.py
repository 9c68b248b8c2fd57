"""The kinds of import there are, filled in by the application."""

from collections.abc import Sequence

from flask import Flask, current_app

from drillreg.core.access import Actor
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.work.importers import Kind


def register_imports(app: Flask, kinds: Sequence[Kind]) -> None:
    """Tell the wizard what can be imported; called by `app.py` alone."""
    app.extensions["drillreg.imports"] = {kind.code: kind for kind in kinds}


def _kinds() -> dict[str, Kind]:
    found: dict[str, Kind] = current_app.extensions["drillreg.imports"]
    return found


def kind_of(code: str) -> Kind:
    """Return a kind of import by its code, or raise NotFound."""
    found = _kinds().get(code)
    if found is None:
        raise NotFound(N_("There is no such kind of import."))
    return found


def kinds_for(actor: Actor) -> list[Kind]:
    """Return what a person may import anywhere."""
    return [kind for kind in _kinds().values() if actor.may(kind.permission)]
