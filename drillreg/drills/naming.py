"""Whose a drill is, by the name the organisation had on the day it was held."""

from collections.abc import Callable, Iterable

from drillreg.drills import wording
from drillreg.drills.models import Drill
from drillreg.orgs.history import PastNames

OrgOf = Callable[[Drill], str]


def names_then(drills: Iterable[Drill], *, full: bool = False) -> OrgOf:
    """Return what says whose each drill is; one query for all of them, none where none was held."""
    names = PastNames(drill.org_id for drill in drills if drill.held_on)

    def name_of_org(drill: Drill) -> str:
        if drill.held_on is None or names.on(drill.org, drill.held_on) == drill.org.name:
            return names.shown(drill.org, None) if full else wording.short_name(drill.org)
        return names.on(drill.org, drill.held_on)

    return name_of_org
