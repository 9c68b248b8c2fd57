"""The attribute table of a shapefile, read without trusting what it says about its encoding.

Chinese shapefiles come in UTF-8 or GBK, often without a .cpg, sometimes with a wrong one; GDAL
then returns mojibake silently. Here the names themselves decide: only an encoding that decodes
every text is taken, and among those the one that gives common Chinese characters.
"""

import codecs
import math
from collections.abc import Iterator
from dataclasses import dataclass

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

Value = str | int | float | None

HEADER = 32
END_OF_FIELDS = 0x0D
DELETED = 0x2A
NUMERIC = frozenset("NFIO")
MAX_FIELDS = 255

# Fields are cut by bytes: the last character of a full field may be half of one.
LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class DbfField:
    """One column: name as bytes, type letter, offset and width in bytes."""

    name: bytes
    kind: str
    offset: int
    width: int


@dataclass(frozen=True)
class DbfTable:
    """The bytes of a table, cut into records but not yet decoded."""

    fields: tuple[DbfField, ...]
    body: bytes
    record_width: int
    count: int

    def record(self, number: int) -> bytes | None:
        """Return the bytes of a record counted from 0, or None when there is none."""
        start = number * self.record_width
        found = self.body[start : start + self.record_width]
        return found if number < self.count and len(found) == self.record_width else None


def dbf_table(data: bytes, name: str) -> DbfTable:
    """Cut a .dbf file into fields and records; raise Refused when it is damaged."""
    if len(data) < HEADER + 1:
        raise Refused(N_("The attribute table %(name)s is damaged."), name=name)
    count = int.from_bytes(data[4:8], "little")
    start = int.from_bytes(data[8:10], "little")
    width = int.from_bytes(data[10:12], "little")
    fields = tuple(_fields(data[HEADER:start]))
    if not fields or width < 2 or sum(field.width for field in fields) + 1 > width:
        raise Refused(N_("The attribute table %(name)s is damaged."), name=name)
    return DbfTable(fields, data[start:], width, min(count, (len(data) - start) // width))


def _fields(head: bytes) -> Iterator[DbfField]:
    offset = 1
    for start in range(0, min(len(head), MAX_FIELDS * HEADER), HEADER):
        entry = head[start : start + HEADER]
        if len(entry) < HEADER or entry[0] == END_OF_FIELDS:
            return
        kind = chr(entry[11])
        # Long text fields keep the high byte of their width where numbers keep their decimals.
        width = entry[16] + (entry[17] << 8 if kind == "C" else 0)
        yield DbfField(entry[:11].split(b"\x00")[0], kind, offset, width)
        offset += width


def texts_of(table: DbfTable) -> Iterator[tuple[bytes, bool]]:
    """Yield each field name and text that is not plain ASCII, and whether it may be cut short."""
    for field in table.fields:
        if not field.name.isascii():
            yield field.name, len(field.name) >= 10
    columns = [field for field in table.fields if field.kind == "C"]
    for number in range(table.count):
        record = table.record(number) or b""
        for field in columns:
            cell = record[field.offset : field.offset + field.width]
            if not cell.isascii():
                yield cell.rstrip(b" \x00"), cell[-1:] not in (b" ", b"\x00")


def decoded(text: bytes, encoding: str, may_be_cut: bool) -> str:
    """Return the text; a last character that the field's width cut in two is dropped.

    Raises UnicodeDecodeError when the bytes are not in that encoding.
    """
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        if not may_be_cut or error.start < len(text) - LONGEST_CHARACTER:
            raise
        return text[: error.start].decode(encoding)


def declared_encoding(cpg: str) -> str | None:
    """Return the Python name of what a .cpg file says, or None when it says nothing known."""
    word = cpg.strip().strip("\x00").upper()
    if word.isdigit():
        word = {"65001": "UTF-8", "936": "GB18030", "54936": "GB18030"}.get(word, f"CP{word}")
    for ours in (word.removeprefix("ANSI ").strip(), word.replace(" ", "")):
        try:
            found = codecs.lookup("latin-1" if ours.startswith("88591") else ours).name
            b"".decode(found)
        except (LookupError, ValueError):
            continue
        return "gb18030" if found in {"gbk", "gb2312"} else found
    return None


def choose_encoding(table: DbfTable, declared: str | None, name: str) -> str:
    """Return the encoding in which the table's own texts read right.

    UTF-8, the declared one and GB18030 are tried strictly; of those that decode everything, the
    one with the largest share of everyday Chinese characters wins, UTF-8 first when equal.
    """
    texts = list(texts_of(table))
    if not texts:
        return declared or "utf-8"
    readings: list[tuple[float, str]] = []
    for encoding in dict.fromkeys(["utf-8", declared or "utf-8", "gb18030"]):
        share = _share_of_everyday(texts, encoding)
        if share is not None:
            readings.append((round(share, 1), encoding))
    if not readings:
        raise Refused(
            N_("The texts in %(name)s are neither UTF-8 nor GBK: save the table as UTF-8."),
            name=name,
        )
    return max(readings, key=lambda reading: reading[0])[1]


def _share_of_everyday(texts: list[tuple[bytes, bool]], encoding: str) -> float | None:
    try:
        whole = "".join(decoded(text, encoding, cut) for text, cut in texts)
    except UnicodeDecodeError:
        return None
    foreign = [letter for letter in whole if ord(letter) > 127]
    return sum(map(is_everyday_chinese, foreign)) / len(foreign) if foreign else 0.0


def is_everyday_chinese(letter: str) -> bool:
    """Say whether a character is one of the 3,755 everyday ones of GB 2312, level 1."""
    try:
        return 0xB0 <= letter.encode("gb2312")[0] <= 0xD7 and "一" <= letter <= "鿿"
    except UnicodeEncodeError:
        return False


def properties_of(table: DbfTable, number: int, encoding: str) -> dict[str, Value]:
    """Return one record as {column: text, number or None}; empty when there is no such record."""
    record = table.record(number)
    if record is None:
        return {}
    found: dict[str, Value] = {}
    for field in table.fields:
        cell = record[field.offset : field.offset + field.width]
        found[decoded(field.name, encoding, True)] = _value(cell, field.kind, encoding)
    return found


def _value(cell: bytes, kind: str, encoding: str) -> Value:
    if kind == "C":
        full = cell[-1:] not in (b" ", b"\x00")
        return decoded(cell.rstrip(b" \x00"), encoding, full) or None
    text = cell.decode("ascii", "replace").strip(" \x00*")
    if kind in NUMERIC:
        return _number(text)
    if kind == "D" and len(text) == 8 and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text or None


def _number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(text) if text.lstrip("+-").isdigit() else number
