"""An official paper as plain data: who says what to whom. No layout, no HTML.

Text is a string, or a sequence of strings and inline parts; a newline in it is a line break.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from drillreg.geo.svg import Svg

Align = Literal["left", "center", "right"]


# Inside a line


@dataclass(frozen=True)
class Strong:
    """Words in 黑体."""

    text: str


@dataclass(frozen=True)
class Kai:
    """Words in 楷体, as the name of a signer is written."""

    text: str


@dataclass(frozen=True)
class Blank:
    """A line to write on by hand, so many characters wide."""

    chars: int = 8


@dataclass(frozen=True)
class CheckBox:
    """A box to tick, and what it stands for."""

    text: str
    ticked: bool = False


Part: TypeAlias = str | Strong | Kai | Blank | CheckBox
Words: TypeAlias = str | Sequence[Part]


# Blocks


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4: 一、（一）1.（1）; the engine counts."""

    text: str
    level: int = 1
    numbered: bool = True


class Manner(StrEnum):
    """How a paragraph stands."""

    BODY = "body"  # two characters in
    FLUSH = "flush"
    CENTER = "center"
    NOTE = "note"  # small, below a table


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: Words
    manner: Manner = Manner.BODY


@dataclass(frozen=True)
class NumberedList:
    """Paragraphs the engine counts, from 1．on."""

    items: Sequence[Words]


@dataclass(frozen=True)
class Column:
    """A column: its head, its share of the width, how its cells stand."""

    title: str
    share: float = 1
    align: Align = "left"


@dataclass(frozen=True)
class Cell:
    """A table cell that spans columns or rows, or stands otherwise than its column."""

    text: Words
    across: int = 1
    down: int = 1
    align: Align | None = None


Row: TypeAlias = Sequence["Words | Cell"]


@dataclass(frozen=True)
class Table:
    """A table; one longer than a page repeats its head. A caption is counted 表1, 表2."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    caption: str = ""
    ruled: bool = False  # every cell framed, as forms are
    row_mm: float = 0  # least height of a row: room to write


@dataclass(frozen=True)
class Figure:
    """A drawing of `documents.figures`; its caption is counted 图1, 图2."""

    svg: Svg
    caption: str = ""


@dataclass(frozen=True)
class Photo:
    """A photo by the name its bytes are handed over under."""

    name: str
    caption: str


@dataclass(frozen=True)
class Photos:
    """Photos, two in a row, each a figure of its own."""

    photos: Sequence[Photo]


@dataclass(frozen=True)
class Place:
    """A place of a form: what it is for, what already stands there, how high it is."""

    label: str
    text: Words = ""
    share: float = 1
    height_mm: float = 12


@dataclass(frozen=True)
class FormGrid:
    """A framed form, row by row; the rows share the whole width."""

    rows: Sequence[Sequence[Place]]


@dataclass(frozen=True)
class Signatures:
    """A table of names to be signed: who, room for the signature, room for the date."""

    people: Sequence[str]
    head: Sequence[str] = ("", "签名", "日期")
    row_mm: float = 14


@dataclass(frozen=True)
class QrCode:
    """A QR code of an address and the lines beside it."""

    url: str
    lines: Sequence[str] = ()
    size_mm: float = 22


@dataclass(frozen=True)
class Slip:
    """A slip to be cut off: a title, terms and values, a QR code, what to do."""

    title: str
    rows: Sequence[tuple[str, str]]
    url: str = ""
    steps: Sequence[str] = ()


@dataclass(frozen=True)
class Slips:
    """Slips with lines to cut along, so many on a page."""

    slips: Sequence[Slip]
    per_page: int = 4


@dataclass(frozen=True)
class Card:
    """A card to carry: whose it is, what to do first, whom to call, where to go, a QR code."""

    title: str
    who: str = ""
    steps: Sequence[str] = ()
    phones: str = ""
    place: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Cards:
    """Cards to be cut out, four on a page."""

    cards: Sequence[Card]


@dataclass(frozen=True)
class Entry:
    """A line of a list with pages; without a page it heads those below."""

    text: str
    page: int | None = None


@dataclass(frozen=True)
class PageList:
    """Contents whose pages lie in other files, so that their numbers are given."""

    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block: TypeAlias = (
    Heading | Paragraph | NumberedList | Table | Figure | Photos | FormGrid | Signatures
    | QrCode | Slips | Cards | PageList | PageBreak
)  # fmt: skip


# The paper


@dataclass(frozen=True)
class Cover:
    """The first page of a plan or a book; it stands alone and carries no page number."""

    title: str
    mark: str = ""  # upper left, such as 内部
    number: str = ""
    edition: str = ""
    issuer: str = ""
    day: str = ""


@dataclass(frozen=True)
class SheetCode:
    """What leads a printed sheet back to its record: the address, and a code to type."""

    url: str
    short: str


@dataclass(frozen=True)
class Paper:
    """Everything an official paper says; how it looks comes from its layout.

    `issuers` sign; a red head names them when the layout has one and `red_head` is not False.
    """

    layout: str
    title: str
    blocks: Sequence[Block] = ()
    issuers: Sequence[str] = ()
    red_head: bool = False
    copy_number: str = ""  # 份号, six digits
    secrecy: str = ""  # 密级和保密期限
    urgency: str = ""  # 紧急程度
    number: str = ""  # 发文字号
    signer: str | None = None  # 签发人, of a paper that goes up; "" leaves room
    addressee: str = ""
    attachments: Sequence[str] = ()
    signed: bool = True
    dated: date | None = None
    notes: str = ""  # 附注
    copies: str = ""  # 抄送
    printed_by: str = ""  # 印发机关; an imprint is printed when it is given
    printed_on: date | None = None
    contents: bool = False
    # With a cover, pages are counted from the one after `front` (approvals) and the contents.
    cover: Cover | None = None
    front: Sequence[Block] = ()
    first_page: int = 0  # in a book: the running number of its cover
    draft: str = ""  # a word across the page, such as 草稿
    proof: QrCode | None = None  # left of the signature
    code: SheetCode | None = None
    language: str = "zh-CN"


def day_text(day: date | None) -> str:
    """Write a date as papers do, or the places for one: 2026年11月13日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　年　月　日"


def plain(value: Any) -> Any:
    """Return a paper or a part of it as JSON can hold it, with the kind of each part."""
    if is_dataclass(value) and not isinstance(value, type):
        own = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, **own}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def digest(paper: Paper) -> str:
    """Return the SHA-256 of what a paper says, as hex."""
    text = json.dumps(plain(paper), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(words: Words) -> str:
    """Return the bare text of words, for titles and cells that cannot hold parts."""
    if isinstance(words, str):
        return words
    return "".join(
        part if isinstance(part, str) else "" if isinstance(part, Blank) else part.text
        for part in words
    )
