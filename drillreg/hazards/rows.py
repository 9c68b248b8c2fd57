"""Rules of reading one row of a ledger: numbers, dates, kinds and levels as people write them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from drillreg.core.codes import CodeList
from drillreg.core.reading import CONTROL, HIDDEN
from drillreg.hazards.rules import RiskLevel
from drillreg.i18n import N_
from drillreg.sheets.columns import normal_form

OTHER_KIND = "other"
YEARS = range(1900, 2101)
# Day 1 of the 1900 system of spreadsheets is 1 January 1900; they count 29 February 1900, too.
SHEET_EPOCH = date(1899, 12, 30)
SHEET_DAYS = range(20_000, 60_000)  # 1954 to 2064: a number outside is no date

YEAR_FIRST = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[\sT].*)?"
)
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[\sT].*)?")
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")

DECIMAL = re.compile(r"([-+]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*°?\s*([NSEWnsew]?)")
SEXAGESIMAL = re.compile(
    r"([NSEWnsew东西南北]?[经纬]?)\s*([0-9]{1,3})\s*[°度]\s*([0-9]{1,2})\s*['′’分]?"
    r"\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″”秒]|''|′′)?)?\s*([NSEWnsew]?)"
)
COUNTED = re.compile(r"(?:约|共)?([0-9]{1,9})(?:\.0+)?(?:余)?(?:人|户|名|people|households)?")

MOST = {
    "number": 60,
    "outside_number": 60,
    "name": 120,
    "address": 300,
    "responsible_name": 60,
    "responsible_phone": 40,
    "threatened_what": 200,
}


class DayOrder(StrEnum):
    """What a column of dates such as 5/13/2026 proves about its order."""

    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"
    UNPROVEN = "unproven"


@dataclass(frozen=True)
class Remark:
    """A sentence about a row, to be translated where it is shown."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteRow:
    """What a row says about a site; position in degrees as given; `at` is its place, from 0."""

    at: int
    number: str
    outside_number: str
    name: str
    kind: str
    level: RiskLevel
    lon: float
    lat: float
    address: str
    found_on: date | None
    responsible_name: str
    responsible_phone: str
    threatened_people: int | None
    threatened_households: int | None
    threatened_what: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A row that does not come in, and why; `at` is its place among the rows, from 0."""

    at: int
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """How the rows of one file are read: columns by field, order of dates, level where none is."""

    columns: Mapping[str, int]
    kinds: CodeList
    levels: CodeList
    day_order: DayOrder = DayOrder.UNPROVEN
    default_level: RiskLevel = RiskLevel.YELLOW


def clean(text: str, most: int = 300) -> str:
    """Return a cell in NFC without invisible characters, at most `most` characters."""
    plain = CONTROL.sub("", HIDDEN.sub("", unicodedata.normalize("NFC", text)))
    return " ".join(plain.split())[:most]


def day_order(texts: Iterable[str]) -> DayOrder:
    """Say whether a column of x/y/year dates has the month or the day first, if it proves it.

    A second number above 12 proves the American order, a first one above 12 the other; both
    at once prove nothing.
    """
    found = [match for text in texts if (match := YEAR_LAST.fullmatch(text.strip()))]
    first = any(int(match[1]) > 12 for match in found)
    second = any(int(match[2]) > 12 for match in found)
    if first == second:
        return DayOrder.UNPROVEN
    return DayOrder.MONTH_FIRST if second else DayOrder.DAY_FIRST


def _real_day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in YEARS else None


def read_day(text: str, order: DayOrder = DayOrder.UNPROVEN) -> date | None:
    """Return the date a cell holds, or None when there is none that is certain."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if found := YEAR_FIRST.fullmatch(plain) or COMPACT.fullmatch(plain):
        return _real_day(found[1], found[2], found[3])
    if found := YEAR_LAST.fullmatch(plain):
        if found[1] == found[2] or order is DayOrder.MONTH_FIRST:
            return _real_day(found[3], found[1], found[2])
        return _real_day(found[3], found[2], found[1]) if order is DayOrder.DAY_FIRST else None
    if (found := SERIAL.fullmatch(plain)) and int(found[1]) in SHEET_DAYS:
        return SHEET_EPOCH + timedelta(days=int(found[1]))
    return None


def read_degrees(text: str) -> float | None:
    """Return an angle written as 115.4786, 115°28'43" or 115度28分43秒, in degrees, or None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := DECIMAL.fullmatch(plain):
        value = float(found[1])
        return -value if found[2] in {"S", "s", "W", "w"} else value
    if found := SEXAGESIMAL.fullmatch(plain):
        minutes, seconds = int(found[3]), float(found[4] or 0)
        if minutes >= 60 or seconds >= 60:
            return None
        value = int(found[2]) + minutes / 60 + seconds / 3600
        south_or_west = found[1][:1] + found[5]
        return -value if south_or_west.lower() in {"s", "w", "南", "西"} else value
    return None


def read_count(text: str) -> int | None:
    """Return a number of people or households written as 12, 12人 or 约12人, or None."""
    found = COUNTED.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    return int(found[1]) if found else None


Words = tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=100)
def _normal(words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((normal_form(word), code) for code, several in words for word in several)


def _words(codes: CodeList) -> Words:
    """Return what each entry offered is called; an office may have its own words."""
    return tuple(
        (item.code, (item.code, *item.label.values(), *item.attributes.get("synonyms", ())))
        for item in codes.offered()
    )


@lru_cache(maxsize=10_000)
def _code_of(plain: str, known: Words) -> str | None:
    words = _normal(known)
    exact = next((code for word, code in words if word == plain), None)
    # A short English word stands in others by chance: "red" in "predicted".
    telling = [(w, code) for w, code in words if len(w) > (6 if w.isascii() else 1)]
    within = [(len(word), code) for word, code in telling if word in plain]
    return exact or (max(within, key=lambda pair: pair[0])[1] if within else None)


def code_of(text: str, codes: CodeList) -> str | None:
    """Return the code a word stands for: by code, label or synonym, else the longest one in it."""
    plain = normal_form(text)
    return _code_of(plain, _words(codes)) if plain else None


def _cell(row: Sequence[str], reading: Reading, name: str) -> str:
    column = reading.columns.get(name)
    return row[column].strip() if column is not None and column < len(row) else ""


def _kind(text: str, reading: Reading, remarks: list[Remark]) -> str:
    found = code_of(text, reading.kinds)
    if found is None and text:
        remarks.append(
            Remark(N_("The kind “%(text)s” is not known; “other” was put."), {"text": text[:60]})
        )
    elif found is None:
        remarks.append(Remark(N_("No kind is given; “other” was put.")))
    return found or OTHER_KIND


def _level(text: str, reading: Reading, remarks: list[Remark]) -> RiskLevel:
    found = code_of(text, reading.levels)
    if found is None and text:
        remarks.append(
            Remark(
                N_("The level “%(text)s” is not known; the level chosen for such rows was put."),
                {"text": text[:60]},
            )
        )
    elif found is None:
        remarks.append(Remark(N_("No level is given; the level chosen for such rows was put.")))
    return RiskLevel(found) if found else reading.default_level


def _day(text: str, reading: Reading, remarks: list[Remark]) -> date | None:
    found = read_day(text, reading.day_order)
    if found is None and text:
        remarks.append(
            Remark(N_("The date “%(text)s” is not certain and was left out."), {"text": text[:40]})
        )
    return found


def _count(text: str, remarks: list[Remark]) -> int | None:
    found = read_count(text)
    if found is None and text:
        remarks.append(
            Remark(N_("The number “%(text)s” cannot be read, left out."), {"text": text[:40]})
        )
    return found


def position_of(row: Sequence[str], reading: Reading) -> tuple[float, float] | Remark:
    """Return the longitude and latitude of a row in degrees, else why there is none."""
    given = _cell(row, reading, "lon"), _cell(row, reading, "lat")
    if not given[0] or not given[1]:
        return Remark(N_("There is no position."))
    lon, lat = read_degrees(given[0]), read_degrees(given[1])
    shown = {"lon": given[0][:30], "lat": given[1][:30]}
    if lon is None or lat is None:
        return Remark(N_("The position “%(lon)s, %(lat)s” cannot be read."), shown)
    if abs(lat) > 90 and abs(lon) <= 90:
        return Remark(N_("Longitude and latitude seem to be swapped (%(lon)s, %(lat)s)."), shown)
    if abs(lon) > 180 or abs(lat) > 90 or lon == lat == 0:
        return Remark(N_("There is no such place: %(lon)s, %(lat)s."), shown)
    return lon, lat


def read_row(
    at: int, row: Sequence[str], reading: Reading, position: tuple[float, float] | None = None
) -> SiteRow | Refusal:
    """Return what a row says, or why it cannot come in; `position` is that of its shape."""
    where = position or position_of(row, reading)
    if isinstance(where, Remark):
        return Refusal(at, where.message, where.params)
    remarks: list[Remark] = []
    texts = {name: clean(_cell(row, reading, name), most) for name, most in MOST.items()}
    return SiteRow(
        at=at,
        lon=where[0],
        lat=where[1],
        kind=_kind(clean(_cell(row, reading, "kind")), reading, remarks),
        level=_level(clean(_cell(row, reading, "level")), reading, remarks),
        found_on=_day(_cell(row, reading, "found_on"), reading, remarks),
        threatened_people=_count(_cell(row, reading, "threatened_people"), remarks),
        threatened_households=_count(_cell(row, reading, "threatened_households"), remarks),
        **texts,
        remarks=tuple(remarks),
    )


def reading_of(
    columns: Mapping[str, int],
    rows: Sequence[Sequence[str]],
    *,
    kinds: CodeList,
    levels: CodeList,
    default_level: RiskLevel,
) -> Reading:
    """Return how a file is read: the order of its dates is decided by the whole column."""
    place = columns.get("found_on")
    days = (row[place] for row in rows if place is not None and place < len(row))
    return Reading(dict(columns), kinds, levels, day_order(days), default_level)
