"""Layouts: how papers of a kind look, as versioned data with their source.

A layout is read from `data/layouts/ID-VERSION.toml`. A file that printed a paper stays: the paper
of a frozen record is printed by the version it was frozen with.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "layouts"
ROLES = ("body", "kai", "hei", "title")


@dataclass(frozen=True)
class Page:
    """A page in millimetres: size, margins, and the grid of its type area."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    lines: int = 0
    chars: int = 0

    @property
    def type_width(self) -> float:
        """Return the width of the type area (版心)."""
        return self.width - self.left - self.right

    @property
    def type_height(self) -> float:
        """Return the height of the type area."""
        return self.height - self.top - self.bottom


@dataclass(frozen=True)
class Sizes:
    """Sizes of type in points."""

    body: float
    title: float
    small: float  # 4号: page numbers and imprint
    table: float
    note: float
    line: float = 0  # pitch of lines where the page has no grid


@dataclass(frozen=True)
class RedHead:
    """版头: where the name of the issuer stands, and what is left free around it."""

    top_mm: float
    most_pt: float
    blank_lines_above: int
    rule_gap_mm: float
    rule_pt: float
    colour: str
    blank_lines_below: int
    word: str


@dataclass(frozen=True)
class PageNumber:
    """Page numbers: how far below the type area, how many characters in from its edge."""

    gap_mm: float
    inset_chars: int
    mirrored: bool


@dataclass(frozen=True)
class SignatureRoom:
    """落款: the date so many characters from the right edge, and room for the stamp."""

    date_chars: int
    stamp_mm: float


@dataclass(frozen=True)
class Layout:
    """How papers of a kind look."""

    id: str
    version: int
    label: dict[str, str]
    source: str
    effective: date
    page: Page
    sizes: Sizes
    fonts: Mapping[str, tuple[str, ...]]
    page_number: PageNumber | None = None
    red_head: RedHead | None = None
    signature: SignatureRoom = field(default=SignatureRoom(4, 42))
    first_page_code: bool = False

    @property
    def line_mm(self) -> float:
        """Return the pitch of lines in millimetres."""
        page = self.page
        return page.type_height / page.lines if page.lines else self.sizes.line * 25.4 / 72

    @property
    def char_mm(self) -> float:
        """Return the pitch of characters in millimetres."""
        page = self.page
        return page.type_width / page.chars if page.chars else self.sizes.body * 25.4 / 72


@dataclass(frozen=True)
class Wishes:
    """What an office wants otherwise: fonts by name, the words after its name, no red head."""

    fonts: Mapping[str, str] = field(default_factory=dict)
    red_head: bool = True
    head_word: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return the wishes as JSON can hold them."""
        return {
            "fonts": dict(self.fonts),
            "red_head": self.red_head,
            "head_word": self.head_word,
        }


def wishes_from(data: Mapping[str, Any]) -> Wishes:
    """Return wishes from what `as_data` wrote."""
    return Wishes(data["fonts"], data["red_head"], data["head_word"])


def _read(path: Path) -> Layout:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    name, _, version = path.stem.rpartition("-")
    return Layout(
        id=name,
        version=int(version),
        label={"zh": data["zh"], "en": data["en"]},
        source=data["source"],
        effective=data["effective"],
        page=Page(**data["page"]),
        sizes=Sizes(**data["sizes"]),
        fonts={role: tuple(data["fonts"][role]) for role in ROLES},
        page_number=_part(PageNumber, data.get("page_number")),
        red_head=_part(RedHead, data.get("red_head")),
        signature=SignatureRoom(**data["signature"]),
        first_page_code=data.get("first_page_code", False),
    )


def _part(kind: Any, data: Mapping[str, Any] | None) -> Any:
    return kind(**data) if data else None


@cache
def all_versions() -> Mapping[str, tuple[Layout, ...]]:
    """Return every layout by its id, oldest version first."""
    found: dict[str, list[Layout]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        layout = _read(path)
        found.setdefault(layout.id, []).append(layout)
    return {
        name: tuple(sorted(versions, key=lambda each: each.version))
        for name, versions in found.items()
    }


def layouts() -> list[Layout]:
    """Return the newest version of every layout, letters first."""
    order = ["official", "report", "notice", "sign-off", "handover", "slips", "roster"]
    return sorted((found[-1] for found in all_versions().values()), key=lambda e: order.index(e.id))


def layout_of(name: str, version: int | None = None) -> Layout:
    """Return a layout, the newest version unless one is asked for; raise KeyError for none."""
    versions = all_versions()[name]
    if version is None:
        return versions[-1]
    return next(each for each in versions if each.version == version)


def with_wishes(layout: Layout, wishes: Wishes) -> Layout:
    """Return a layout as an office wants it: its fonts first, its words, with or without head."""
    fonts = {
        role: (wishes.fonts[role], *layout.fonts[role])
        if wishes.fonts.get(role)
        else layout.fonts[role]
        for role in ROLES
    }
    head = layout.red_head
    if head is not None:
        head = replace(head, word=wishes.head_word or head.word) if wishes.red_head else None
    return replace(layout, fonts=fonts, red_head=head)
