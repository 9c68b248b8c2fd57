"""Choices of places for a filter row."""

from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.orgs.queries import places_to_choose
from drillreg.orgs.scope import OrgScope


def place_options(scope: OrgScope, within: Org | None) -> list[tuple[int, str]]:
    """Return towns and villages to filter by, villages set in below their town."""
    found = places_to_choose(scope, within)
    depth = min((org.path.count("/") for org in found), default=0)
    return [(org.id, "　" * (org.path.count("/") - depth) + name_of(org)) for org in found]
