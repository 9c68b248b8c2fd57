"""What a kind of import is: a small declaration that the one import wizard works from.

A feature declares its kinds as subclasses of `Kind`; `app.py` registers them. The wizard reads the
file, finds header and columns, asks the kind to plan, shows the plan, and writes what was chosen
in chunks that stay unseen until one flag flips.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from drillreg.core.access import Permission
from drillreg.core.codes import CodeItem, CodeList, code_list
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_
from drillreg.sheets.cells import ColumnReading, Reader, column_of, read_column, reader_for
from drillreg.sheets.columns import match_columns
from drillreg.sheets.days import DayOrder, day_order
from drillreg.work.models import ImportBatch

CHUNK = 2000
TABLES = (".csv", ".txt", ".xlsx", ".xls")
GEODATA = (
    *(".geojson", ".json", ".zip", ".shp", ".shx", ".dbf", ".prj", ".cpg"),
    *(".gpkg", ".kml", ".kmz"),
)
# Forms made elsewhere are asked for no datum they do not have.
DATUM = N_("Datum of the positions")
DATUM_HINT = N_(
    "AMap and Tencent use GCJ-02, Baidu uses BD-09. Positions are converted only by this choice."
)

Params = dict[str, Any]
Sentence = tuple[str, Params]


# What a kind takes


@dataclass(frozen=True)
class Field:
    """One thing a row can say: its words as column headings, and how its cells are read."""

    code: str
    label: dict[str, str]
    words: tuple[str, ...]
    type: str = "text"
    required: bool = False
    codes: str = ""
    longest: int = 200
    note: dict[str, str] = field(default_factory=dict)
    example: str = ""
    # Fields of which one is enough where a needed one has no column.
    instead: tuple[str, ...] = ()

    def code_list(self) -> CodeList | None:
        """Return the list that the cells of a choice name."""
        return code_list(self.codes) if self.codes else None

    def reader(self, *, order: DayOrder, since_1904: bool) -> Reader[Any]:
        """Return what reads a cell of this field."""
        return reader_for(
            self.type,
            codes=self.code_list(),
            order=order,
            since_1904=since_1904,
            longest=self.longest,
        )


def field_of(item: CodeItem) -> Field:
    """Return the field that an entry of a data file declares."""
    facts = item.attributes
    own = (item.label["zh"], item.label["en"])
    return Field(
        code=item.code,
        label=item.label,
        words=(*own, *facts.get("synonyms", ()), *facts.get("words", ())),
        type=facts.get("type", "text"),
        required=bool(facts.get("required", False)),
        codes=facts.get("codes") or facts.get("choices", ""),
        longest=int(facts.get("longest", 200)),
        note={"zh": facts.get("note_zh", ""), "en": facts.get("note_en", "")},
        example=str(facts.get("example", "")),
        instead=tuple(facts.get("instead", ())),
    )


def fields_of(name: str) -> tuple[Field, ...]:
    """Return the fields of a data file `<name>.toml`."""
    return tuple(field_of(item) for item in code_list(name))


@dataclass(frozen=True)
class Choice:
    """Something the person says about a file beside its cells."""

    name: str
    label: str
    # "select", "text" or "tick".
    form: str = "select"
    options: Callable[[], Sequence[tuple[str, str]]] | None = None
    hint: str = ""
    default: str = ""
    # What stands in a select that may stay empty.
    blank: str | None = None
    # Offered only with one sort of file, and only where looked for.
    only: str = ""
    rare: bool = False
    longest: int = 60


def datum_choice(*, default: str = "", blank: str | None = None) -> Choice:
    """Return the choice of a datum, which nothing but the person may make."""
    return Choice("shift", DATUM, options=datums, hint=DATUM_HINT, default=default, blank=blank)


def datums() -> list[tuple[str, str]]:
    """Return the datums there are to choose from; labels are marked sentences."""
    return [(shift.value, shift.label) for shift in ShiftedCrs]


# What was read


@dataclass(frozen=True)
class Note:
    """A sentence about a row; `at` is its place from 0, -1 and below of one that has none.

    `column` is the heading of the cell it is about, where there is one.
    """

    at: int
    message: str
    params: Params = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True)
class Grid:
    """A file as one plain table of texts; `wkbs` holds the shapes of geodata in WGS84."""

    header: list[str]
    rows: list[list[str]]
    # The number of each row as the person's program shows it.
    numbers: list[int]
    wkbs: list[bytes] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    notices: list[Sentence] = field(default_factory=list)
    # What geodata said of single shapes, by place.
    shape_notes: Mapping[int, Sequence[Sentence]] = field(default_factory=dict)
    source_crs: str = ""
    encoding: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    # Of the last row of the header, from 1; 0 where there is none.
    header_row: int = 0
    depth: int = 1
    top: list[list[str]] = field(default_factory=list)
    since_1904: bool = False
    examples: int = 0

    @property
    def has_shapes(self) -> bool:
        """Say whether every row brings its own position."""
        return bool(self.wkbs)

    @property
    def total(self) -> int:
        """Return how many rows there are, readable or not."""
        return len(self.rows) + len(self.problems)

    def number(self, at: int) -> int:
        """Return the number of a row for people; of one that could not be read, too."""
        return self.numbers[at] if at >= 0 else -at

    def text(self, at: int, most: int = 120) -> str:
        """Return what stands in a row, shortened."""
        return " ".join(cell for cell in self.rows[at] if cell)[:most] if at >= 0 else ""


@dataclass(frozen=True)
class Source:
    """What a plan is made from: table, columns by field, choices, whom it is for, the day."""

    grid: Grid
    columns: Mapping[str, int]
    options: Mapping[str, Any]
    # None for a command that imports for the whole installation.
    owner_id: int | None
    today: date

    def cells(self, name: str) -> list[str]:
        """Return the cells of a field, "" where it has no column."""
        return column_of(self.grid.rows, self.columns.get(name))

    def heading(self, name: str) -> str:
        """Return the heading of a field's column, "" where it has none."""
        place = self.columns.get(name)
        return self.grid.header[place] if place is not None else ""

    def read(self, wanted: Field) -> ColumnReading:
        """Return what the cells of a field say; a column of dates proves its own order."""
        cells = self.cells(wanted.code)
        order = day_order(cells) if wanted.type == "date" else DayOrder.UNPROVEN
        return read_column(cells, wanted.reader(order=order, since_1904=self.grid.since_1904))


# What would come of it


class Act(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it would be written; `data` is the kind's own.

    A change names its record and, by field, what stands there now and what would.
    """

    at: int
    data: Any
    act: Act = Act.NEW
    subject_id: int = 0
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    # Why such a row does not come in while records that stand are left as they are.
    standing: Sentence = ("", {})


@dataclass
class Plan:
    """What an import would do, told before anything is written."""

    entries: list[Entry]
    problems: list[Note]
    remarks: list[Note] = field(default_factory=list)
    notices: list[Sentence] = field(default_factory=list)
    # Further counts and facts to show: a marked sentence each, with its value.
    figures: list[tuple[str, int]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    # Kept with the import for the moment it is applied or undone.
    extra: Params = field(default_factory=dict)
    # Columns by field, where only the plan could tell them.
    columns: Mapping[str, int] = field(default_factory=dict)
    # Makes the map of the preview, GeoJSON in WGS84.
    outlines: Callable[[], bytes] | None = None
    # The kind's own, for as long as the plan lives: what its entries' data mean.
    store: Any = None


class Kind:
    """One kind of import; a feature declares it as a subclass."""

    code: ClassVar[str]
    label: ClassVar[str]
    # One sentence on what such a file holds.
    about: ClassVar[str]
    permission: ClassVar[Permission]
    # What the organisation may be for which it is imported.
    owner_kinds: ClassVar[tuple[str, ...]] = ("county", "town")
    takes: ClassVar[tuple[str, ...]] = TABLES
    # Headings of the first rows as they would be, marked sentences.
    shown: ClassVar[tuple[str, ...]] = ()
    # The same file cannot come in twice, because its rows cannot be told from those that stand.
    once: ClassVar[bool] = False
    # Records that stand can be changed by a row.
    changes_records: ClassVar[bool] = False
    # Says with %(count)d why it cannot be undone any more.
    in_use: ClassVar[str] = N_("%(count)d other records already build on this import.")

    def fields(self) -> Sequence[Field]:
        """Return what a row can say."""
        raise NotImplementedError

    def choices(self) -> Sequence[Choice]:
        """Return what the person is asked beside the file."""
        return ()

    def check_options(self, options: Params) -> Params:
        """Return the choices in the form the plan takes them; raise FormErrors for a wrong one."""
        return options

    def columns_of(self, grid: Grid) -> dict[str, int]:
        """Return the columns by field, known by their headings."""
        return match_columns(grid.header, {each.code: each.words for each in self.fields()})

    def columns_by_content(self, rows: Sequence[Sequence[str]]) -> dict[str, int] | None:
        """Return the columns of a table without header by what stands in them, or None."""
        return None

    def reference(self, owner_id: int | None, options: Mapping[str, Any]) -> bytes | None:
        """Return a known outline (WKB, WGS84) of where the file should lie, for hints alone."""
        return None

    def plan(self, source: Source) -> Plan:
        """Say what would come of a file; nothing is written."""
        raise NotImplementedError

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return a row as it would be, below the headings `shown`."""
        return ()

    def orphans(self, entries: Sequence[Entry], left_out: Sequence[Entry]) -> list[Note]:
        """Return which of `entries` cannot come in without those left out, and why."""
        return []

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return what is written in order, each step in a transaction of its own."""
        return chunks(entries)

    def prepare(self, batch: ImportBatch, plan: Plan) -> None:
        """Clear the way before the first step, in a transaction of its own."""

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write one step unseen; what this import already wrote stays as it is."""
        raise NotImplementedError

    def change(
        self, values: Mapping[int, Mapping[str, Any]], *, now: datetime, today: date
    ) -> None:
        """Set values of records that stand, by their key; called as the flag flips, or back."""
        raise NotImplementedError

    def current(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return the values of records that `change` can set, by their key, as plain data."""
        raise NotImplementedError

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Do what the flag alone does not."""

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Undo what `show` did."""

    def drop(self, batch: ImportBatch) -> None:
        """Remove what a stopped import has written; nobody has seen any of it."""
        raise NotImplementedError

    def uses(self, batch: ImportBatch) -> int:
        """Return how many records of others build on what an import brought in."""
        return 0

    def home(self, batch: ImportBatch) -> str:
        """Return the address where what was imported is seen."""
        raise NotImplementedError

    def offered(self, owner_id: int) -> Mapping[str, Sequence[str]]:
        """Return, by field, words that the template offers beside those of code lists."""
        return {}


def chunks(rows: Sequence[Any], size: int = CHUNK) -> list[Sequence[Any]]:
    """Return rows cut into pieces of at most `size`."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
