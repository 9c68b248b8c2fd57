"""Kinds of hazard site, as the office has them."""

from drillreg.core.codes import code_list


def kinds_of_event(event_type: str) -> list[str]:
    """Return the kinds of site that an event type comes from."""
    return [
        each.code
        for each in code_list("hazard_kind")
        if each.attributes["event_type"] == event_type
    ]
