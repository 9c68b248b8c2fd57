"""Reading which sites, and which part of the map, an address asks for."""

from collections.abc import Mapping

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.geo.morton import Bbox
from drillreg.hazards.queries import FILED, NOT_FILED, SiteFilter
from drillreg.hazards.rules import Freshness, RiskLevel
from drillreg.hazards.standing import ENDED
from drillreg.i18n import N_
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope

LEVELS = tuple(level.value for level in RiskLevel)


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
