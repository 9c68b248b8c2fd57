"""Reading which sites, and which part of the map, an address asks for."""

from collections.abc import Mapping
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.geo.morton import Bbox
from drillreg.hazards.queries import FILED, NOT_FILED, SiteFilter
from drillreg.hazards.rules import Freshness, RiskLevel
from drillreg.hazards.standing import ENDED, ENDED_WORDS
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope

LEVELS = tuple(level.value for level in RiskLevel)
# The arguments of the one filter that ledger, map and exports share.
NAMES = ("within", "kind", "event", "level", "fresh", "q", "ended", "filed")
FRESH_WORDS = {
    Freshness.FRESH: N_("Checked in time"),
    Freshness.STALE: N_("Check overdue"),
    Freshness.NEVER: N_("Never checked"),
}


def filter_args(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the filter of an address, to be carried into another one."""
    return {name: fields[name] for name in NAMES if fields.get(name)}


def filter_choices(scope: OrgScope, wanted: SiteFilter) -> dict[str, Any]:
    """Return what the filter row of ledger and map offers (`hazards/_filters.html`)."""
    return {
        "places": place_options(scope, wanted.within),
        "kinds": code_list("hazard_kind").options(),
        "events": code_list("event_type").options(),
        "levels": code_list("risk_level").options(),
        "ended_words": [(code, translate(word)) for code, word in ENDED_WORDS.items()],
        "fresh_words": [(code.value, translate(word)) for code, word in FRESH_WORDS.items()],
    }


def read_filter(fields: Mapping[str, str], scope: OrgScope) -> SiteFilter:
    """Return the filter of a ledger or map address; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    within = reader.integer("within", "")
    return SiteFilter(
        within=org_to_narrow(within, scope) if within else None,
        kind=reader.choice("kind", "", code_list("hazard_kind").codes(), required=False),
        event_type=reader.choice("event", "", code_list("event_type").codes(), required=False),
        level=reader.choice("level", "", LEVELS, required=False),
        fresh=reader.choice("fresh", "", [f.value for f in Freshness], required=False),
        words=reader.raw("q")[:60],
        ended=reader.choice("ended", "", ENDED, required=False),
        filed=reader.choice("filed", "", (FILED, NOT_FILED), required=False),
    )


def read_view(fields: Mapping[str, str]) -> tuple[Bbox | None, int]:
    """Return the rectangle (west, south, east, north in degrees) and zoom a map asks for."""
    text = fields.get("bbox", "")
    try:
        zoom = min(max(int(fields.get("zoom", "6")), 0), 18)
        edges = tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise DomainError(N_("This part of the map cannot be read.")) from None
    if not edges:
        return None, zoom
    if len(edges) != 4 or not all(-360 <= edge <= 360 for edge in edges):
        raise DomainError(N_("This part of the map cannot be read."))
    west, south, east, north = edges
    return (west, south, east, north), zoom
