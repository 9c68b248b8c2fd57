"""Which working calendar holds for an organisation."""

from drillreg.orgs.models import Org
from drillreg.workdays.queries import calendar_for
from drillreg.workdays.rules import WorkCalendar


def calendar_owner(org: Org) -> int:
    """Return the organisation whose calendar counts: the root of the tree."""
    return int(org.path.split("/", 1)[0])


def calendar_of(org: Org) -> WorkCalendar:
    """Return the working calendar that holds for an organisation: the nearest entry counts."""
    return calendar_for(*(int(part) for part in reversed(org.path.strip("/").split("/"))))
