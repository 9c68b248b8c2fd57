"""What every page about a resource shows of it."""

from typing import Any

from drillreg.core import clock
from drillreg.core.masking import masked_phone
from drillreg.resources.nouns import Noun
from drillreg.resources.operations import (
    text_of,
)
from drillreg.resources.rules import expiry, is_check_due


def shown_of(noun: Noun) -> dict[str, Any]:
    """Return the functions with which templates write out a resource."""
    today = clock.today()
    return {
        "noun": noun,
        "text_of": text_of,
        "expiry": lambda found: expiry(getattr(found, "expires_on", None), today),
        "check_due": lambda found: is_check_due(found.checked_on, today),
        "masked": masked_phone,
        "today": today,
    }
