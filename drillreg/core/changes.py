"""Telling higher packages that something below them changed; `app.py` says who listens."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app

Listener = Callable[[Mapping[str, Any]], None]


def listen(app: Flask, what: str, listener: Listener) -> None:
    """Call `listener` in the transaction of every change of a kind, such as "calendar"."""
    app.extensions.setdefault("drillreg.listeners", {}).setdefault(what, []).append(listener)


def announce(what: str, /, **facts: Any) -> None:
    """Tell everybody who listens that something changed."""
    listeners: list[Listener] = current_app.extensions.get("drillreg.listeners", {}).get(what, [])
    for listener in listeners:
        listener(facts)
