"""Importing ledgers of hazard sites: positions decide where each row goes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from flask import url_for
from sqlalchemy import Table, bindparam, delete, func, select, update

from drillreg.core.access import Permission
from drillreg.core.bulk import insert_columns
from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db, new_public_id
from drillreg.geo.shapes import point_wkb
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.hazards.counting import mark_sites
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.operations import let_numbers_go
from drillreg.hazards.registering import forget_sites, note_sites
from drillreg.hazards.rules import IMPORT_KIND, RiskLevel
from drillreg.hazards.site_names import NamedPlaces
from drillreg.hazards.site_placing import (
    NewSites,
    Placing,
    as_columns,
    as_data,
    of_entries,
    standing_sites,
)
from drillreg.hazards.site_rows import read_sites
from drillreg.hazards.telling import CHANGED, tell
from drillreg.i18n import N_
from drillreg.orgs.divisions import boundary_or_none
from drillreg.orgs.models import Org
from drillreg.sheets.days import DayOrder, day_order
from drillreg.work.importers import (
    GEODATA,
    TABLES,
    Act,
    Choice,
    Entry,
    Field,
    Grid,
    Kind,
    Plan,
    Source,
    chunks,
    datum_choice,
    fields_of,
)
from drillreg.work.models import ImportBatch

MOST_ON_MAP = 2000
UNDONE = "import undone"
SHOWN_VALUES = ("name", "number", "kind", "level", "org_id", "threatened_people")
ORDER_WORDS = {
    DayOrder.MONTH_FIRST: N_("month/day/year"),
    DayOrder.DAY_FIRST: N_("day/month/year"),
}


class SiteImport(Kind):
    """Ledgers of hazard sites, as a table with positions or as geodata."""

    code = IMPORT_KIND
    label = N_("Hazard sites")
    about = N_(
        "A ledger of hazard sites with longitude and latitude, or geodata. Each site goes to the"
        " village or town it lies in; its boundary has to be known."
    )
    permission = Permission.EDIT_HAZARDS
    owner_kinds = ("county", "town", "village")
    takes = (*TABLES, *GEODATA)
    shown = (
        N_("Name of the site"),
        N_("Number"),
        N_("Kind"),
        N_("Risk level"),
        N_("Responsible organisation"),
        N_("People threatened"),
    )
    once = True
    changes_records = True
    in_use = N_(
        "%(count)d checks were logged at these sites, or sites changed since. Strike out single"
        " sites instead."
    )

    def fields(self) -> Sequence[Field]:
        """Return what a ledger of sites can say."""
        return fields_of("site_column")

    def choices(self) -> Sequence[Choice]:
        """Ask for the datum, the level where a row names none, and rarely the system."""
        return (
            datum_choice(default=ShiftedCrs.WGS84.value),
            Choice(
                "default_level",
                N_("Level of rows that name none"),
                options=code_list("risk_level").options,
                default=RiskLevel.YELLOW.value,
            ),
            Choice(
                "crs",
                N_("Coordinate system"),
                form="text",
                hint=N_(
                    "Only when the file does not say it or says it wrongly, such as EPSG:4547."
                ),
                only="geodata",
                rare=True,
                longest=40,
            ),
        )

    def columns_of(self, grid: Grid) -> dict[str, int]:
        """Return the columns by their headings; shapes bring their own position."""
        found = super().columns_of(grid)
        return {
            name: at
            for name, at in found.items()
            if not (grid.has_shapes and name in {"lon", "lat"})
        }

    def reference(self, owner_id: int | None, options: Mapping[str, Any]) -> bytes | None:
        """Return the outline of the organisation's own division."""
        org = db.session.get(Org, owner_id) if owner_id else None
        found = boundary_or_none(org.division_id) if org else None
        return found.wkb if found else None

    def plan(self, source: Source) -> Plan:
        """Place every row by its position; writes nothing."""
        within = db.session.get_one(Org, source.owner_id)
        named = NamedPlaces(within)
        level = RiskLevel(source.options["default_level"])
        read = read_sites(source, named.middle, default_level=level)
        placing = Placing(source, read, within)
        read.remarks += named.remarks(source, read, placing.divisions)
        read.remarks.sort(key=lambda note: note.at)
        entries = placing.entries()
        order = day_order(source.cells("found_on"))
        return Plan(
            entries=entries,
            problems=[*source.grid.problems, *read.problems, *placing.problems],
            remarks=of_entries(read.remarks, entries),
            facts=[(N_("Order of dates"), ORDER_WORDS[order])] if order in ORDER_WORDS else [],
            extra={"order": order.value},
            outlines=partial(_points, placing.new),
            store=placing.new,
        )

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return the first facts of a site."""
        new: NewSites = plan.store
        if entry.act is Act.NEW:
            values = {name: new.columns[name][entry.data] for name in SHOWN_VALUES}
        else:
            site = db.session.get_one(HazardSite, entry.subject_id)
            values = {name: getattr(site, name) for name in SHOWN_VALUES} | entry.data
        people = values["threatened_people"]
        return (
            values["name"],
            values["number"],
            code_label(values["kind"], "hazard_kind"),
            code_label(values["level"], "risk_level"),
            db.session.get_one(Org, values["org_id"]).name,
            "" if people is None else str(people),
        )

    def prepare(self, batch: ImportBatch, plan: Plan) -> None:
        """Free the numbers that imports which are over still hold."""
        new: NewSites = plan.store
        let_numbers_go(set(new.columns["org_id"]), except_import=batch.id)

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return chunks of new sites."""
        new: NewSites = plan.store
        return [new.only(chunk) for chunk in chunks([entry.data for entry in entries])]

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write a chunk of sites."""
        new: NewSites = step
        same = {"created_at": now, "changed_at": now, "import_id": batch.id, "row_version": 1}
        columns = new.columns | {"public_id": [new_public_id() for _ in range(len(new))]}
        insert_columns(cast(Table, HazardSite.__table__), columns, same)

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Take the numbers, should they have been let go of meanwhile."""
        db.session.execute(
            update(HazardSite)
            .where(HazardSite.import_id == batch.id, HazardSite.number_taken.is_(None))
            .values(number_taken=HazardSite.number)
            .execution_options(synchronize_session=False)
        )
        note_sites(HazardSite.import_id == batch.id, day=today, now=now)
        _tell_of(batch, now, today)

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Let the sites count as registered no more."""
        forget_sites(HazardSite.import_id == batch.id, reason=UNDONE, now=now)
        _tell_of(batch, now, today)

    def drop(self, batch: ImportBatch) -> None:
        """Remove the sites of an import that nobody has seen."""
        db.session.execute(delete(HazardSite).where(HazardSite.import_id == batch.id))

    def current(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return what stands of some sites, dates as text."""
        return {site_id: as_data(values) for site_id, values in standing_sites(ids).items()}

    def change(
        self, values: Mapping[int, Mapping[str, Any]], *, now: datetime, today: date
    ) -> None:
        """Set values of sites, with what follows from them."""
        for chunk in chunks(sorted(values)):
            mark_sites(HazardSite.id.in_(chunk))  # the owners they have now
        by_names: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for site_id, found in values.items():
            row = as_columns(found) | {"changed_at": now}
            by_names.setdefault(tuple(sorted(row)), []).append({"key": site_id, **row})
        table = HazardSite.__table__
        for names, rows in by_names.items():
            statement = update(table).where(table.c.id == bindparam("key"))  # type: ignore[arg-type]
            columns: dict[str, Any] = {name: bindparam(name) for name in names}
            version = {"row_version": table.c.row_version + 1}
            db.session.execute(statement.values(**columns, **version), rows)
        for chunk in chunks(sorted(values)):
            note_sites(HazardSite.id.in_(chunk), day=today, now=now)
        tell(CHANGED, sorted(values), now=now, today=today)

    def uses(self, batch: ImportBatch) -> int:
        """Return how many checks were logged at the sites of an import."""
        found = db.session.scalar(
            select(func.count())
            .select_from(HazardCheck)
            .join(HazardCheck.site)
            .where(HazardSite.import_id == batch.id)
        )
        return found or 0

    def home(self, batch: ImportBatch) -> str:
        """Return the ledger and map of the organisation."""
        return url_for("hazards.index", within=batch.org_id or None)


def _tell_of(batch: ImportBatch, now: datetime, today: date) -> None:
    ids = db.session.scalars(select(HazardSite.id).where(HazardSite.import_id == batch.id)).all()
    tell(CHANGED, ids, now=now, today=today)


def _points(new: NewSites) -> bytes:
    """Return the first new sites as points for the map of the preview."""
    first = new.only(range(min(MOST_ON_MAP, len(new))))
    if not len(first):
        return b""
    names = ("name", "number", "level", "lon", "lat")
    return geojson_bytes(
        OutFeature(
            place,
            point_wkb(lon, lat),
            {
                "name": name,
                "level": level.value,
                "lines": [code_label(level, "risk_level"), number],
            },
        )
        for place, (name, number, level, lon, lat) in enumerate(
            zip(*(first.columns[each] for each in names), strict=True), start=1
        )
    )
