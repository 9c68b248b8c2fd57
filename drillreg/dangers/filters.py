"""What a list of dangers is narrowed to, as its address asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.dangers.rules import Standing
from drillreg.orgs.models import Org
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope

# Names of the arguments of the address, in the order of the filter row.
ARGUMENTS = (*("within", "state", "level", "category", "source", "site", "from", "to", "by", "q"),)
OPEN = "open"
STATES = (OPEN, *(each.value for each in Standing), "unverified", "listed")


@dataclass(frozen=True)
class DangerFilter:
    """What the filter row asks for; the export and the figures take the same.

    `by_town`: `within` counts as a territory: its own dangers and those of what lies below.
    """

    within: Org | None = None
    state: str = ""
    level: str = ""
    category: str = ""
    source: str = ""
    site_id: int | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""
    own: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything is asked for."""
        return self != DangerFilter()


def read_filter(fields: Mapping[str, str], scope: OrgScope) -> DangerFilter:
    """Return the filter of an address; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    within = reader.integer("within", "")
    return DangerFilter(
        within=org_to_narrow(within, scope) if within else None,
        state=reader.choice("state", "", STATES, required=False),
        level=reader.choice("level", "", code_list("danger_level").codes(), required=False),
        category=reader.choice(
            "category", "", code_list("danger_category").codes(), required=False
        ),
        source=reader.choice("source", "", code_list("danger_source").codes(), required=False),
        site_id=reader.integer("site", ""),
        first=reader.date("from", ""),
        last=reader.date("to", ""),
        words=reader.raw("q")[:60],
        own=reader.raw("by") == "own",
    )
