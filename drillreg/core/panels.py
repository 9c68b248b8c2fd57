"""Panels: what a higher feature shows on a lower feature's page, filled in by the app."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

Panel = Callable[[Any], str]


def add_panel(app: Flask, place: str, panel: Panel) -> None:
    """Show `panel(subject)` at `place`, such as "org" or "site"; it returns safe HTML or ""."""
    app.extensions.setdefault("drillreg.panels", {}).setdefault(place, []).append(panel)


def panels(place: str, subject: Any) -> Markup:
    """Render every panel of a place for a subject."""
    found: list[Panel] = current_app.extensions.get("drillreg.panels", {}).get(place, [])
    return Markup("").join(Markup(panel(subject)) for panel in found)  # noqa: S704 - own templates
