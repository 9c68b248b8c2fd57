"""Writing tables that stay what they are: text never becomes a formula or a link."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo

import xlsxwriter

Cell = str | int | float | bool | date | datetime | time | None
SheetContent = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# OWASP: a spreadsheet takes a text that starts so for a formula, wide forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT_LIMIT = 32_767  # characters in one cell of .xlsx
EXACT_INTEGERS = 10**15
INLINE_CHOICES = 255  # characters of a list of choices kept inside its rule


def clean_text(text: str) -> str:
    """Return text without the control characters that no spreadsheet can hold."""
    return CONTROL.sub("", text)


def _plain(value: Cell, zone: tzinfo | None) -> Cell:
    """Return a value a workbook can hold; an instant needs the zone it shall be shown in."""
    if isinstance(value, str):
        return clean_text(value)[:TEXT_LIMIT]
    if isinstance(value, datetime) and value.tzinfo is not None:
        if zone is None:
            raise ValueError("an instant needs a zone to be written in")
        return value.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, int) and abs(value) >= EXACT_INTEGERS:
        return str(value)
    return value


def sheet_title(title: str, taken: Iterable[str]) -> str:
    """Return a name the format allows: at most 31 characters, none of []:*?/\\, not yet taken."""
    base = re.sub(r"[\[\]:*?/\\]", " ", clean_text(title)).strip(" '")[:31] or "Sheet"
    if base.casefold() == "history":
        base = "History_"
    name, number, used = base, 2, {each.casefold() for each in taken}
    while name.casefold() in used:
        name = f"{base[: 28 - len(str(number))]} ({number})"
        number += 1
    return name


def _width(texts: Iterable[str]) -> int:
    """Return a column width in characters: a Chinese one takes two, between 6 and 50."""
    widest = max(
        (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in t[:60]) for t in texts),
        default=0,
    )
    return min(50, max(6, widest + 2))


class _Book:
    """A workbook being written in memory."""

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone = zone
        self.stream = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.heading = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = self.book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.formats = {
            datetime: self.book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
            date: self.book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            time: self.book.add_format({"num_format": "hh:mm", "valign": "top"}),
        }
        self.titles: list[str] = []

    def add(self, content: SheetContent, choices: Mapping[str, Sequence[str]]) -> None:
        """Write one sheet: header frozen, columns as wide as their first texts."""
        title, header, rows = content
        self.titles.append(sheet_title(title, self.titles))
        sheet = self.book.add_worksheet(self.titles[-1])
        sheet.freeze_panes(1, 0)
        samples = [[text] for text in header]
        for column, text in enumerate(header):
            sheet.write_string(0, column, clean_text(text), self.heading)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._write(sheet, number, column, _plain(value, self.zone))
                if number <= 100 and column < len(samples):
                    samples[column].append(str(value or ""))
        for column, texts in enumerate(samples):
            sheet.set_column(column, column, _width(texts))
        for column, text in enumerate(header):
            if text in choices:
                self._offer(sheet, column, choices[text])

    def _write(
        self, sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell
    ) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value, self.text)
        elif isinstance(value, (date, time)):
            sheet.write_datetime(row, column, value, self.formats[type(value)])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        else:
            sheet.write_number(row, column, value)

    def _offer(
        self, sheet: xlsxwriter.worksheet.Worksheet, column: int, choices: Sequence[str]
    ) -> None:
        """Offer a list of choices in a column; a long list lies on a hidden sheet."""
        source: str | list[str] = list(choices)
        if len(",".join(choices)) > INLINE_CHOICES:
            name = sheet_title(f"list {len(self.titles)}", self.titles)
            self.titles.append(name)
            hidden = self.book.add_worksheet(name)
            hidden.hide()
            for row, choice in enumerate(choices):
                hidden.write_string(row, 0, clean_text(choice))
            source = f"='{name}'!$A$1:$A${len(choices)}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(1, column, 20_000, column, rule)

    def finish(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.book.close()
        return self.stream.getvalue()


def xlsx_bytes(
    sheets: Iterable[SheetContent],
    *,
    zone: tzinfo | None = None,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """Return a workbook of (title, header, rows) sheets.

    Text stays text, instants are shown in `zone`, integers of 16 digits and more are kept as
    text; `choices` offers lists in the columns with these headers.
    """
    book = _Book(zone)
    for content in sheets:
        book.add(content, choices or {})
    return book.finish()


def _csv_text(value: Cell, zone: tzinfo | None) -> str:
    plain = _plain(value, zone)
    if isinstance(plain, str):
        return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain
    if isinstance(plain, datetime):
        return plain.isoformat(" ", "minutes")
    if isinstance(plain, (date, time)):
        return plain.isoformat()
    return "" if plain is None else str(plain)


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, zone: tzinfo | None = None
) -> bytes:
    """Return CSV that spreadsheet programs open rightly: UTF-8 with BOM, no live formulas."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([_csv_text(text, zone) for text in header])
    for row in rows:
        writer.writerow([_csv_text(value, zone) for value in row])
    return stream.getvalue().encode("utf-8-sig")
