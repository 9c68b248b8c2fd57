"""What a cell says: one rule for each kind of value, whichever table it stands in.

A reader takes the text of one cell and returns its value, None for a cell that says nothing, or
raises CellError with a sentence. A value that is not certain is never guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar

from drillreg.core.codes import CodeList
from drillreg.core.errors import DomainError
from drillreg.core.reading import CONTROL, HIDDEN
from drillreg.i18n import N_, pick
from drillreg.sheets.columns import normal_form
from drillreg.sheets.days import DayOrder, day_or_none

Value = TypeVar("Value")
Reader = Callable[[str], Value | None]

LONGEST_TEXT = 200
# How people write that there is nothing: "无" for a number or a phone, a stroke anywhere.
NOTHING = frozenset(
    {
        *("", "无", "暂无", "没有", "不详", "未知", "未填", "/", "\\", "-", "--", "—", "——"),
        *("n/a", "na", "none", "null", "unknown"),
    }
)
YES = frozenset({"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1", "t"})
NO = frozenset({"否", "无", "没有", "不是", "错", "×", "✗", "✘", "x", "n", "no", "false", "0", "f"})

DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,15})?|[0-9]{1,15}(?:\.[0-9]{1,15})?"
UNITS = (
    "人次|人员|人|户|名|口|个|间|栋|幢|座|张|床|家|所|处|台|辆|层|楼|公里|千米|平方公里|平方千米"
    "|平方米|平米|立方米|方|米|亩|公顷|吨|升|万元|元|岁|岁以上|%|km2|km|m2|m3|m|t|people|persons?"
    "|households?|students|beds|storeys|rooms"
)
NUMBER = re.compile(
    rf"(?:约|大约|近|共|共计|总计|计|≈|~|about |approx\.? )?(?P<sign>[-+]?)(?P<digits>{DIGITS})"
    rf"(?P<ten_thousand>万)?(?:余|多)?(?:{UNITS})?(?:左右|上下)?",
    re.IGNORECASE,
)
DECIMAL_DEGREES = re.compile(r"([-+]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*[°度]?\s*([NSEWnsew]?)")
SEXAGESIMAL = re.compile(
    r"([NSEWnsew东西南北]?[经纬]?)\s*([0-9]{1,3})\s*[°度]\s*([0-9]{1,2})\s*['′’分]?"
    r"\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″”秒]|''|′′)?)?\s*([NSEWnsew]?)"
)
PARTS = re.compile(r"[、，,;；/\n]+")
PHONE = re.compile(r"[0-9+()\-\s/,;、，；转xX*#.]{3,60}")


class CellError(DomainError):
    """A cell that cannot be read; the sentence says why."""


@dataclass(frozen=True)
class ColumnReading:
    """A whole column: its values by row, and the cells that could not be read."""

    values: list[Any]
    errors: dict[int, CellError]


def read_column(cells: Iterable[str], reader: Reader[Any]) -> ColumnReading:
    """Return what the cells of a column say; each different text is read once."""
    known: dict[str, Any] = {}
    values: list[Any] = []
    errors: dict[int, CellError] = {}
    for at, text in enumerate(cells):
        if text not in known:
            try:
                known[text] = reader(text)
            except CellError as error:
                known[text] = error
        found = known[text]
        if isinstance(found, CellError):
            errors[at] = found
            found = None
        values.append(found)
    return ColumnReading(values, errors)


def wide(text: str) -> str:
    """Return a text with full-width digits and marks as the usual ones, without blanks around."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def says_nothing(text: str) -> bool:
    """Say whether a cell is empty or holds a mark for "nothing"."""
    return wide(text).casefold() in NOTHING


# Texts


def clean(text: str, most: int = 300) -> str:
    """Return a text in NFC without invisible characters, blanks joined, at most `most` long."""
    if not (text.isascii() and text.isprintable()):
        text = CONTROL.sub(" ", HIDDEN.sub("", unicodedata.normalize("NFC", text)))
    return " ".join(text.split())[:most]


def read_text(text: str, *, longest: int = LONGEST_TEXT) -> str | None:
    """Return a text; raise CellError when it is too long or holds invisible characters."""
    plain = unicodedata.normalize("NFC", text).strip()
    if len(plain) > longest:
        message = N_("“%(text)s …” is longer than %(most)d characters.")
        raise CellError(message, text=plain[:20], most=longest)
    if HIDDEN.search(plain) or CONTROL.search(plain.replace("\n", " ").replace("\t", " ")):
        raise CellError(N_("“%(text)s” has invisible characters."), text=plain)
    return " ".join(plain.split()) or None


def read_phone(text: str) -> str | None:
    """Return phone numbers as they were written, in plain digits."""
    plain = clean(wide(text), 60)
    if says_nothing(plain):
        return None
    if not PHONE.fullmatch(plain) or sum(c.isdigit() for c in plain) < 3:
        raise CellError(N_("“%(text)s” is no phone number."), text=plain[:40])
    return plain


# Numbers, yes and no


def read_number(text: str) -> float | None:
    """Return a number, with a unit or "约" beside it: 12.5, 1,234 米, 约1.2万."""
    if says_nothing(text):
        return None
    found = NUMBER.fullmatch(wide(text).replace(" ", "").replace("，", ","))
    if found is None:
        raise CellError(N_("“%(text)s” is not a number."), text=text[:40])
    value = float(found["digits"].replace(",", "")) * (10_000 if found["ten_thousand"] else 1)
    return -value if found["sign"] == "-" else value


def read_integer(text: str) -> int | None:
    """Return a whole number from 0 on: 12, 12人, 约12户, 1.2万人."""
    try:
        value = read_number(text)
    except CellError:
        value = -1.0
    if value is None:
        return None
    if value < 0 or abs(value - round(value)) > 1e-6:
        raise CellError(N_("“%(text)s” is not a whole number."), text=text[:40])
    return round(value)


def read_yes_no(text: str) -> bool | None:
    """Return yes or no: 是 否 √ × 有 无."""
    plain = wide(text).casefold()
    if plain in YES or plain in NO:
        return plain in YES
    if plain in NOTHING:
        return None
    raise CellError(N_("“%(text)s” is neither yes nor no."), text=text[:40])


# Code lists


class Words:
    """The words of a code list that are offered: code, national code, labels, synonyms."""

    def __init__(self, codes: CodeList) -> None:
        self.codes = codes
        self.exact: dict[str, str] = {}
        for item in codes.offered():
            further = (*item.attributes.get("synonyms", ()), *item.attributes.get("words", ()))
            for word in (item.code, item.gb_code, *item.label.values(), *further):
                if word:
                    self.exact.setdefault(normal_form(word), item.code)
        # A short English word stands in others by chance: "red" in "predicted".
        telling = [word for word in self.exact if len(word) > (6 if word.isascii() else 1)]
        self.telling = sorted(telling, key=len, reverse=True)

    def code_of(self, text: str) -> str | None:
        """Return the code a text stands for, or the one of the longest word in it, or None."""
        plain = normal_form(text)
        if not plain or plain in self.exact:
            return self.exact.get(plain)
        return next((self.exact[word] for word in self.telling if word in plain), None)

    def read(self, text: str) -> str | None:
        """Return the code that a cell names; a word that only stands in it is not certain."""
        found = self.exact.get(normal_form(text)) if text else None
        if found is None and not says_nothing(text):
            words = "、".join(pick(item.label) for item in self.codes.offered()[:6])
            message = N_("“%(text)s” is none of the words known here, such as %(words)s.")
            raise CellError(message, text=text[:40], words=words)
        return found

    def read_several(self, text: str) -> list[str] | None:
        """Return the codes that a cell names, in the order of the list."""
        if says_nothing(text):
            return None
        try:
            found = {self.read(text)}
        except CellError:
            found = {self.read(part) for part in PARTS.split(text) if part.strip()}
        return [code for code in self.codes.codes() if code in found] or None


# Days and places


def read_day(text: str, order: DayOrder = DayOrder.UNPROVEN, *, since_1904: bool = False) -> Any:
    """Return the date in a cell; raise CellError when there is none that is certain."""
    if says_nothing(text):
        return None
    found = day_or_none(text, order, since_1904=since_1904)
    if found is None:
        raise CellError(N_("“%(text)s” is no certain date."), text=text[:40])
    return found


@lru_cache(maxsize=20_000)
def degrees_or_none(text: str) -> float | None:
    """Return an angle written as 115.4786, 115°28'43" or 115度28分43秒, in degrees, or None."""
    plain = wide(text)
    if found := DECIMAL_DEGREES.fullmatch(plain):
        value = float(found[1])
        return -value if found[2] in {"S", "s", "W", "w"} else value
    found = SEXAGESIMAL.fullmatch(plain)
    if found is None:
        return None
    minutes, seconds = int(found[3]), float(found[4] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    value = int(found[2]) + minutes / 60 + seconds / 3600
    south_or_west = (found[1][:1] + found[5]).lower()
    return -value if south_or_west in {"s", "w", "南", "西"} else value


def read_degrees(text: str) -> float | None:
    """Return an angle in degrees; raise CellError when it is none."""
    if says_nothing(text):
        return None
    found = degrees_or_none(text)
    if found is None:
        raise CellError(N_("“%(text)s” is no angle in degrees."), text=text[:40])
    return found


def read_position(lon_text: str, lat_text: str) -> tuple[float, float]:
    """Return longitude and latitude in degrees; raise CellError when they are no place."""
    if says_nothing(lon_text) or says_nothing(lat_text):
        raise CellError(N_("There is no position."))
    lon, lat = degrees_or_none(lon_text), degrees_or_none(lat_text)
    shown = {"lon": lon_text[:30], "lat": lat_text[:30]}
    if lon is None or lat is None:
        raise CellError(N_("The position “%(lon)s, %(lat)s” cannot be read."), **shown)
    if abs(lat) > 90 and abs(lon) <= 90:
        raise CellError(
            N_("Longitude and latitude seem to be swapped (%(lon)s, %(lat)s)."), **shown
        )
    if abs(lon) > 180 or abs(lat) > 90 or lon == lat == 0:
        raise CellError(N_("There is no such place: %(lon)s, %(lat)s."), **shown)
    return lon, lat


def position_or_none(lon_text: str, lat_text: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees, or None when they are no place."""
    try:
        return read_position(lon_text, lat_text)
    except CellError:
        return None


def reader_for(
    kind: str,
    *,
    codes: CodeList | None = None,
    order: DayOrder = DayOrder.UNPROVEN,
    since_1904: bool = False,
    longest: int = LONGEST_TEXT,
) -> Reader[Any]:
    """Return the reader of a type as data files name it, such as "integer" or "choice"."""
    plain: Mapping[str, Reader[Any]] = {
        "text": partial(read_text, longest=longest),
        "phone": read_phone,
        "integer": read_integer,
        "decimal": read_number,
        "yes-no": read_yes_no,
        "degrees": read_degrees,
        "date": partial(read_day, order=order, since_1904=since_1904),
    }
    if kind in {"choice", "choices"}:
        if codes is None:
            raise ValueError("a choice needs its code list")
        words = Words(codes)
        return words.read if kind == "choice" else words.read_several
    return plain[kind]


def column_of(rows: Sequence[Sequence[str]], place: int | None) -> list[str]:
    """Return the cells of a column, "" where there is none."""
    if place is None:
        return [""] * len(rows)
    return [row[place] if place < len(row) else "" for row in rows]
