"""Rows of a ledger that say their town and village: placed by it, or checked against it."""

import math
from collections.abc import Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.geo.shapes import representative_point
from drillreg.hazards.site_rows import Middle, SiteColumns
from drillreg.i18n import N_
from drillreg.orgs.divisions import boundary_or_none
from drillreg.orgs.models import Division, Org
from drillreg.orgs.naming import OrgNames
from drillreg.orgs.rules import covers
from drillreg.sheets.cells import CellError
from drillreg.work.importers import Note, Source

METRES_A_DEGREE = 111_320.0
PUT_IN_THE_MIDDLE = N_("No position is given; the middle of %(place)s was put. Move it on the map.")
ELSEWHERE = N_("The ledger says %(said)s, the position lies elsewhere; the position holds.")


class NamedPlaces:
    """The towns and villages of an organisation as ledgers call them; each is looked up once."""

    def __init__(self, within: Org) -> None:
        self.names = OrgNames(within)
        self._orgs: dict[tuple[str, str], Org | CellError] = {}
        self._middles: dict[int, Middle] = {}

    def org(self, town: str, village: str) -> Org:
        """Return the organisation that two cells name; raise CellError where there is none."""
        key = town, village
        if key not in self._orgs:
            try:
                self._orgs[key] = self.names.below(town, village)
            except CellError as error:
                self._orgs[key] = error
        found = self._orgs[key]
        if isinstance(found, CellError):
            raise found
        return found

    def middle(self, town: str, village: str) -> Middle:
        """Return the middle of what two cells name, or of the next place above with a boundary.

        Raise CellError when nothing is called so, or no boundary is known.
        """
        org = self.org(town, village)
        if org.id not in self._middles:
            self._middles[org.id] = _middle_of(org)
        return self._middles[org.id]

    def remarks(
        self, source: Source, read: SiteColumns, divisions: Sequence[int | None]
    ) -> list[Note]:
        """Return what there is to say of the places that rows name, beside where they lie."""
        towns, villages = source.cells("town"), source.cells("village")
        paths = _paths_of(divisions)
        found = []
        for place, at in enumerate(read.at):
            if place in read.middles:
                name = read.middles[place].name
                found.append(Note(at, PUT_IN_THE_MIDDLE, {"place": name}))
                continue
            said, path = (towns[at].strip(), villages[at].strip()), paths.get(divisions[place])
            if any(said) and path is not None and not self._holds(said, path):
                found.append(Note(at, ELSEWHERE, {"said": "".join(said)[:60]}))
        return found

    def _holds(self, said: tuple[str, str], path: str) -> bool:
        """Say whether a division lies in what two cells name, or that in the division."""
        try:
            division = self.org(*said).division
        except CellError:
            return False
        return division is None or covers(division.path, path) or covers(path, division.path)


def _middle_of(org: Org) -> Middle:
    division, boundary = org.division, boundary_or_none(org.division_id)
    while division is not None and boundary is None:
        division = division.parent
        boundary = boundary_or_none(division.id) if division else None
    if division is None or boundary is None or org.division_id is None:
        message = N_("No position is given, and the boundary of %(place)s is not known.")
        raise CellError(message, place=org.name)
    lon, lat = representative_point(boundary.wkb)
    width = (boundary.max_lon - boundary.min_lon) * math.cos(math.radians(lat))
    half = math.hypot(width, boundary.max_lat - boundary.min_lat) / 2
    return Middle(org.division_id, division.name, lon, lat, round(half * METRES_A_DEGREE))


def _paths_of(ids: Sequence[int | None]) -> dict[int | None, str]:
    wanted = sorted({each for each in ids if each is not None})
    found = db.session.execute(
        select(Division.id, Division.path).where(Division.id.in_(wanted)).order_by(Division.id)
    )
    return {row.id: row.path for row in found}
