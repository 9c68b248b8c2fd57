"""What is planned next for what is owed; features above duties fill the table in `app.py`."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from flask import Flask, current_app

from drillreg.duties.terms import Owed
from drillreg.orgs.scope import OrgScope

# Organisations read in scope, the scope, a day → the next date of each that has one.
NextDates = Callable[[Collection[int], OrgScope, date], Mapping[int, date]]
PLACE = "drillreg.planned"


def register_planned(app: Flask, sources: Mapping[Owed, NextDates]) -> None:
    """Say who knows the next date of what is owed."""
    app.extensions.setdefault(PLACE, {}).update(sources)


def next_dates(
    owed: Owed, org_ids: Collection[int], scope: OrgScope, today: date
) -> Mapping[int, date]:
    """Return the next planned date of each organisation that has one."""
    sources: Mapping[Owed, NextDates] = current_app.extensions.get(PLACE, {})
    if owed not in sources or not org_ids:
        return {}
    return sources[owed](org_ids, scope, today)
