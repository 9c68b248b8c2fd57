"""What is planned next or under way of what is owed; features above duties fill in the tables."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from flask import Flask, current_app

from drillreg.duties.terms import Owed
from drillreg.orgs.models import Org
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


# Organisations read in scope, the scope → (path, kind of event) of what is being written at and
# below them.
UnderWay = Callable[[Sequence[Org], OrgScope], Collection[tuple[str, str]]]
WRITTEN = "drillreg.under-way"


def register_under_way(app: Flask, sources: Mapping[Owed, UnderWay]) -> None:
    """Say who knows what of what is owed is being written."""
    app.extensions.setdefault(WRITTEN, {}).update(sources)


def under_way(owed: Owed, orgs: Sequence[Org], scope: OrgScope) -> Collection[tuple[str, str]]:
    """Return path and kind of event of what is being written at and below organisations."""
    sources: Mapping[Owed, UnderWay] = current_app.extensions.get(WRITTEN, {})
    return sources[owed](orgs, scope) if orgs and owed in sources else ()
