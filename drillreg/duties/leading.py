"""Addresses of the pages of duties that others lead to, each made in one place."""

from datetime import date

from flask import url_for

from drillreg.duties.models import DutyPeriod, DutyState


def gaps_url(node_id: int | None, *, event_type: str = "", own: bool = False, **wanted: str) -> str:
    """Return the address of the named list at and below a node; `wanted` names its filters.

    `own`: of the node itself alone.
    """
    filters = {"event": event_type, "own": "1" if own else "", **wanted}
    given = {name: value for name, value in filters.items() if value}
    return url_for("duties.late", node=node_id, **given)  # type: ignore[arg-type]


def why_url(row: DutyState | DutyPeriod, on: date | None = None) -> str:
    """Return the address of the page that explains a result, or how a period ended."""
    return url_for(
        "duties.show",
        org_id=row.org_id,
        rule=row.rule,
        key=row.key or None,
        event_type=row.event_type or None,
        on=on.isoformat() if on else None,
    )
