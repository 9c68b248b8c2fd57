"""Where the rows of a ledger of sites go: the organisation of their position, their number."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.geo import morton
from drillreg.geo.shapes import kind_of
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel, level_rank, number_after
from drillreg.hazards.site_rows import SiteColumns
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.places import divisions_at, governments_above
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import covers
from drillreg.work.importers import Act, Entry, Grid, Note, Source

ATTRIBUTES_KEPT = 30
STANDING = -1  # the number is that of a site which is there already, not of a row of this file
NUMBER_STANDS = N_("%(org)s has a site with the number %(number)s already.")
RANKS = {level: level_rank(level) for level in RiskLevel}
MAY_BE_NULL = (
    *("outside_number", "address", "responsible_name", "responsible_phone"),
    "threatened_what",
)
Numbers = dict[tuple[int, str], int]

# What a row can change of a site that stands.
CHANGEABLE = (
    *("outside_number", "name", "kind", "level", "address", "lon", "lat", "division_id"),
    *("responsible_name", "responsible_phone", "threatened_people", "threatened_households"),
    *("threatened_what", "found_on"),
)
# So far may two positions lie apart and be the same: a tenth of a metre.
SAME_PLACE = 1e-6


def standing_sites(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the values of sites that a row can change, by key."""
    columns = [getattr(HazardSite, name) for name in CHANGEABLE]
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        rows = db.session.execute(
            select(HazardSite.id, *columns)
            .where(HazardSite.id.in_(ids[start : start + 500]))
            .order_by(HazardSite.id)
        )
        found |= {row[0]: dict(zip(CHANGEABLE, row[1:], strict=True)) for row in rows}
    return found


def as_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as plain data, dates as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def as_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns to set for values as plain data, with what is derived from them."""
    columns = dict(values)
    if columns.get("found_on"):
        columns["found_on"] = date.fromisoformat(columns["found_on"])
    if "level" in columns:
        columns["level"] = RiskLevel(columns["level"])
        columns["level_rank"] = level_rank(columns["level"])
    if "lon" in columns:
        # A line or area that came with a file says nothing any more once the point was moved.
        columns |= {"morton": morton.encode(columns["lon"], columns["lat"]), "wkb": None}
    return columns


class NewSites:
    """Sites to write, column by column: at this size a dictionary a row costs more than its row."""

    def __init__(self, columns: dict[str, Sequence[Any]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns["number"])

    def only(self, places: Sequence[int]) -> "NewSites":
        """Return some of them."""
        return NewSites(
            {name: [column[place] for place in places] for name, column in self.columns.items()}
        )


class Placing:
    """Finds for every row the organisation its position belongs to, and its number there."""

    def __init__(self, source: Source, read: SiteColumns, within: Org) -> None:
        self.source = source
        self.read = read
        self.within = within
        self.divisions = divisions_at(read.lons, read.lats)
        for place, middle in read.middles.items():
            self.divisions[place] = middle.division_id
        self.governments = governments_above(self.divisions)
        self.names = _names_of(self.divisions)
        # The organisation of each division inside, as plain numbers: there are many rows.
        self.org_ids = {
            division_id: org.id
            for division_id, org in self.governments.items()
            if covers(within.path, org.path)
        }
        org_ids = set(self.org_ids.values())
        self.taken, self.last, self.ids = _numbers_of(org_ids)
        self.problems: list[Note] = []
        self.new = NewSites({})

    def entries(self) -> list[Entry]:
        """Return the rows that can come in; the data of a new one is its place in `new`."""
        placed, standing = self._placed()
        self.new = self._columns(placed)
        at = self.read.at
        found = [Entry(at[each[0]], place) for place, each in enumerate(placed)]
        if standing:
            found = sorted([*found, *self._changes(standing)], key=lambda entry: entry.at)
        return found

    def _placed(self) -> tuple[list[tuple[int, int, int, str]], list[tuple[int, int]]]:
        """Return (place, division, organisation, number) of new sites, (place, site) of others."""
        placed: list[tuple[int, int, int, str]] = []
        standing: list[tuple[int, int]] = []
        numbers = self.read.values["number"]
        for place, division_id in enumerate(self.divisions):
            org_id = self.org_ids.get(division_id) if division_id is not None else None
            if division_id is None or org_id is None:
                self._explain(place, *self._misplaced(division_id))
                continue
            number = numbers[place] or _free_number(org_id, self.taken, self.last)
            if (org_id, number) in self.taken:
                self._known(place, org_id, number, standing)
            else:
                self.taken[org_id, number] = place
                placed.append((place, division_id, org_id, number))
        return placed, standing

    def _known(self, place: int, org_id: int, number: str, standing: list[tuple[int, int]]) -> None:
        name = self.governments[self.divisions[place] or 0].name
        params = {"number": number, "org": name}
        if self.taken[org_id, number] != STANDING:
            message = N_("The number %(number)s stands in this file twice for %(org)s.")
            self._explain(place, message, params)
        elif (org_id, number) in self.ids:
            standing.append((place, self.ids[org_id, number]))
            self.taken[org_id, number] = place
        else:
            self._explain(place, NUMBER_STANDS, params)

    def _explain(self, place: int, message: str, params: Mapping[str, Any]) -> None:
        self.problems.append(Note(self.read.at[place], message, dict(params)))

    def _misplaced(self, division_id: int | None) -> tuple[str, dict[str, Any]]:
        place = self.names.get(division_id or 0, "")
        if not place:
            return N_("The position lies in no boundary known here."), {}
        if division_id not in self.governments:
            message = N_("The position lies in %(place)s, which has no organisation here.")
            return message, {"place": place}
        message = N_("The position lies in %(place)s, outside %(org)s.")
        return message, {"place": place, "org": self.within.name}

    def _columns(self, placed: Sequence[tuple[int, int, int, str]]) -> NewSites:
        """Return the columns of new sites."""
        read, source = self.read, self.source
        places = [each[0] for each in placed]
        divisions = [each[1] for each in placed]
        numbers = [each[3] for each in placed]
        at = [read.at[place] for place in places]
        values = {name: [found[p] for p in places] for name, found in read.values.items()}
        values |= {"lon": [read.lons[p] for p in places], "lat": [read.lats[p] for p in places]}
        labels = {item.code: item.label["zh"] for item in code_list("hazard_kind")}
        values["name"] = [
            name or f"{self.names[division]}{labels[kind]}"
            for name, division, kind in zip(values["name"], divisions, values["kind"], strict=True)
        ]
        for name in MAY_BE_NULL:
            values[name] = [text or None for text in values[name]]
        return NewSites(
            values
            | {
                "org_id": [each[2] for each in placed],
                "division_id": divisions,
                "number": numbers,
                "number_taken": numbers,
                "level_rank": [RANKS[level] for level in values["level"]],
                "morton": morton.encode_many(values["lon"], values["lat"]).tolist(),
                "wkb": [_shape(source.grid, each) for each in at],
                "source_crs": [_crs_of(source)] * len(places),
                "accuracy_m": [
                    read.middles[p].accuracy_m if p in read.middles else None for p in places
                ],
                "attributes": _attributes(source, at),
            }
        )

    def _changes(self, standing: Sequence[tuple[int, int]]) -> list[Entry]:
        """Return what rows would change of sites that stand; empty cells change nothing."""
        sites = standing_sites([site_id for _, site_id in standing])
        given = self.read.given
        found = []
        for place, site_id in standing:
            site, org = sites[site_id], self.governments[self.divisions[place] or 0]
            new = {name: values[place] for name, values in given.items() if name != "number"}
            changes = {
                name: (site[name], value)
                for name, value in new.items()
                if value not in (None, "") and site[name] != value
            }
            lon, lat = self.read.lons[place], self.read.lats[place]
            is_moved = max(abs(site["lon"] - lon), abs(site["lat"] - lat)) > SAME_PLACE
            if is_moved and place not in self.read.middles:
                changes |= {"lon": (site["lon"], lon), "lat": (site["lat"], lat)}
                if site["division_id"] != self.divisions[place]:
                    changes["division_id"] = (site["division_id"], self.divisions[place])
            found.append(
                Entry(
                    self.read.at[place],
                    as_data({name: value for name, (_, value) in changes.items()}),
                    Act.CHANGE if changes else Act.SAME,
                    site_id,
                    {name: pair for name, pair in changes.items() if name != "division_id"},
                    (NUMBER_STANDS, {"number": self.read.values["number"][place], "org": org.name}),
                )
            )
        return found


def _names_of(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({each for each in ids if each is not None})
    found = db.session.execute(
        select(Division.id, Division.name).where(Division.id.in_(wanted)).order_by(Division.id)
    )
    return {row.id: row.name for row in found}


def _numbers_of(org_ids: set[int]) -> tuple[Numbers, dict[int, str], Numbers]:
    """Return the numbers that stand at organisations, the newest of each, the sites they are of.

    A site that was struck out keeps its number and is not changed any more.
    """
    found = db.session.execute(
        select(HazardSite.id, HazardSite.org_id, HazardSite.number, HazardSite.voided_at)
        .where(HazardSite.org_id.in_(sorted(org_ids)), is_imported(HazardSite))
        .order_by(HazardSite.id)
    ).all()
    taken = {(row[1], row[2]): STANDING for row in found}
    sites = {(row[1], row[2]): row[0] for row in found if row[3] is None}
    return taken, {row[1]: row[2] for row in found}, sites


def _free_number(org_id: int, taken: Numbers, last: dict[int, str]) -> str:
    number = number_after(last.get(org_id, ""))
    while (org_id, number) in taken:
        number = number_after(number)
    last[org_id] = number
    return number


def _shape(grid: Grid, at: int) -> bytes | None:
    """Return a line or area as it is; a point lies in the columns already."""
    if not grid.has_shapes or kind_of(grid.wkbs[at]) == "Point":
        return None
    return grid.wkbs[at]


def _crs_of(source: Source) -> str:
    shift = ShiftedCrs(source.options.get("shift") or ShiftedCrs.WGS84)
    return (source.grid.source_crs or "EPSG:4326") if shift is ShiftedCrs.WGS84 else shift.value


def _attributes(source: Source, places: Sequence[int]) -> list[dict[str, str]]:
    """Return, by row, what columns without a field of their own say."""
    grid, used = source.grid, set(source.columns.values())
    spare = [(at, title[:60]) for at, title in enumerate(grid.header) if at not in used and title][
        :ATTRIBUTES_KEPT
    ]
    if not spare:
        return [{}] * len(places)
    found = []
    for place in places:
        row = grid.rows[place]
        found.append({title: row[at][:300] for at, title in spare if at < len(row) and row[at]})
    return found


def of_entries(remarks: Iterable[Note], entries: Iterable[Entry]) -> list[Note]:
    """Return the remarks on rows that would be written."""
    rows = {entry.at for entry in entries if entry.act is not Act.SAME}
    return [note for note in remarks if note.at in rows]
