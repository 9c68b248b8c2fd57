"""Dates as people and spreadsheets write them; what is not certain is no date."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

YEARS = range(1900, 2101)
# Day 1 of the 1900 system of spreadsheets is 1 January 1900; they count 29 February 1900, too.
SINCE_1900 = date(1899, 12, 30)
# The other system, of old Macintosh workbooks.
SINCE_1904 = date(1904, 1, 1)
SERIALS = range(20_000, 60_000)  # 1954 to 2064: a number outside is no date

WEEKDAY = r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?"
TIME = (
    r"(?:(?:\s+|T)(?:上午|下午|中午|晚上)?\s*[0-9]{1,2}[:时点][0-9]{0,2}"
    r"(?:[:分](?:[0-9]{1,2}(?:\.[0-9]+)?秒?)?)?\s*(?:[AaPp]\.?[Mm]\.?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
END = WEEKDAY + TIME
YEAR_FIRST = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?" + END
)
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + END)
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
NAMED = re.compile(
    r"(?:([0-9]{1,2})[\s-]+([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.?\s+([0-9]{1,2})),?[\s-]+([0-9]{4})"
    + END
)
DIGITS = {character: at for at, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december", "sept"),
)


class DayOrder(StrEnum):
    """What a column of dates such as 5/13/2026 proves about its order."""

    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"
    UNPROVEN = "unproven"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lstrip("'").strip()


def day_order(texts: Iterable[str]) -> DayOrder:
    """Say whether a column of x/y/year dates has the month or the day first, if it proves it.

    A second number above 12 proves the American order, a first one above 12 the other; both
    at once prove nothing.
    """
    found = [match for text in set(texts) if (match := YEAR_LAST.fullmatch(_plain(text)))]
    first = any(int(match[1]) > 12 for match in found)
    second = any(int(match[3]) > 12 for match in found)
    if first == second:
        return DayOrder.UNPROVEN
    return DayOrder.MONTH_FIRST if second else DayOrder.DAY_FIRST


def _real_day(year: int, month: int, day: int) -> date | None:
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_year_last(found: re.Match[str], order: DayOrder) -> date | None:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if first == second or order is DayOrder.MONTH_FIRST:
        return _real_day(year, first, second)
    return _real_day(year, second, first) if order is DayOrder.DAY_FIRST else None


def _of_number(text: str) -> int:
    """Return a number up to 39 in Chinese figures: 五, 十二, 二十, 三十一; 0 when it is none."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return DIGITS.get(text, 0)
    if (tens and tens not in DIGITS) or (ones and ones not in DIGITS):
        return 0
    return 10 * (DIGITS[tens] if tens else 1) + (DIGITS[ones] if ones else 0)


def _of_chinese(found: re.Match[str]) -> date | None:
    year = int("".join(str(DIGITS[character]) for character in found[1]))
    return _real_day(year, _of_number(found[2]), _of_number(found[3]))


def _of_named(found: re.Match[str]) -> date | None:
    name = (found[2] or found[3]).lower()
    if name not in MONTHS and name not in FULL_MONTHS:
        return None
    return _real_day(int(found[5]), MONTHS.index(name[:3]) + 1, int(found[1] or found[4]))


def _of_serial(found: re.Match[str], since_1904: bool) -> date | None:
    number = int(found[1])
    if number not in SERIALS:
        return None
    return (SINCE_1904 if since_1904 else SINCE_1900) + timedelta(days=number)


def day_or_none(
    text: str, order: DayOrder = DayOrder.UNPROVEN, *, since_1904: bool = False
) -> date | None:
    """Return the date a text holds, or None when there is none that is certain.

    `order` says how 5/12/2026 is meant; `since_1904` how a bare serial number counts.
    """
    plain = _plain(text)
    if found := YEAR_FIRST.fullmatch(plain) or COMPACT.fullmatch(plain):
        return _real_day(int(found[1]), int(found[2]), int(found[3]))
    if found := YEAR_LAST.fullmatch(plain):
        return _of_year_last(found, order)
    if found := CHINESE.fullmatch(plain):
        return _of_chinese(found)
    if found := SERIAL.fullmatch(plain):
        return _of_serial(found, since_1904)
    return _of_named(found) if (found := NAMED.fullmatch(plain)) else None
