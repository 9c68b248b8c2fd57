"""Addresses of the pages of duties that others lead to, each made in one place."""

from datetime import date
from typing import Any

from flask import current_app, url_for

from drillreg.duties.models import DutyPeriod, DutyState


def gaps_url(node_id: int | None, *, own: bool = False, **wanted: str) -> str:
    """Return the address of the named list at and below a node; `wanted` names its filters.

    `own`: of the node itself alone.
    """
    return _page("duties.late", node=node_id, own="1" if own else None, **_given(wanted))


def why_url(row: DutyState | DutyPeriod, on: date | None = None) -> str:
    """Return the address of the page that explains a result, or how a period ended."""
    return _page(
        "duties.show",
        org_id=row.org_id,
        rule=row.rule,
        on=on.isoformat() if on else None,
        **_given({"key": row.key, "event_type": row.event_type}),
    )


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value}


def _page(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""
