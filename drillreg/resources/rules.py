"""Rules of resources: when supplies expire, when something was last looked at, what fits."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from drillreg.core.errors import FieldError, FormErrors
from drillreg.i18n import N_

# A store that orders now has the goods in about two months.
SOON = timedelta(days=60)
# Stores, teams and shelters are looked at twice a year, before the floods and before the winter.
CHECKED_WITHIN = timedelta(days=183)


class Expiry(StrEnum):
    """How a supply stands against its date of expiry."""

    NONE = "none"
    GOOD = "good"
    SOON = "soon"
    EXPIRED = "expired"


def expiry(expires_on: date | None, today: date) -> Expiry:
    """Return how a supply stands on a day; on its last day it may still be used."""
    if expires_on is None:
        return Expiry.NONE
    if expires_on < today:
        return Expiry.EXPIRED
    return Expiry.SOON if expires_on <= today + SOON else Expiry.GOOD


def is_check_due(checked_on: date | None, today: date) -> bool:
    """Say whether something was not looked at for half a year."""
    return checked_on is None or checked_on < today - CHECKED_WITHIN


def ensure_dates_fit(values: Mapping[str, Any]) -> None:
    """Raise when something expires before it was made."""
    made_on, expires_on = values.get("made_on"), values.get("expires_on")
    if made_on and expires_on and expires_on < made_on:
        raise FormErrors([FieldError("expires_on", N_("It cannot expire before it was made."))])
