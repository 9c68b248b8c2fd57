"""Reading the forms of numbers, layouts and printed sheets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.documents.layouts import ROLES, Wishes
from drillreg.documents.rules import LARGEST_NUMBER
from drillreg.i18n import N_, translate

TITLE_LENGTH = 200
FONT = re.compile(r"[\w \-]{1,60}")


@dataclass(frozen=True)
class SeriesForm:
    """A series to begin: whose, for which papers, which year, how numbers read, the first."""

    issuer_id: int
    kind: str
    year: int
    template: str
    first_number: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "SeriesForm":
        """Read and check the fields."""
        reader = FormReader(fields)
        form = cls(
            issuer_id=reader.integer("issuer", translate(N_("Issuer")), required=True, minimum=1)
            or 0,
            kind=reader.choice(
                "kind", translate(N_("Kind of paper")), code_list("document_kind").codes()
            ),
            year=reader.integer(
                "year", translate(N_("Year")), required=True, minimum=2000, maximum=2100
            )
            or 0,
            template=_template(reader),
            first_number=_first(reader),
        )
        reader.finish()
        return form


@dataclass(frozen=True)
class SeriesChangeForm:
    """How later numbers of a series read, and its start."""

    template: str
    first_number: int
    version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "SeriesChangeForm":
        """Read and check the fields."""
        reader = FormReader(fields)
        form = cls(
            _template(reader),
            _first(reader),
            reader.integer("version", translate(N_("Version")), required=True) or 0,
        )
        reader.finish()
        return form


def _template(reader: FormReader) -> str:
    return reader.text("template", translate(N_("Pattern")), required=True, max_length=60)


def _first(reader: FormReader) -> int:
    label = translate(N_("First number"))
    found = reader.integer("first_number", label, required=True, minimum=1, maximum=LARGEST_NUMBER)
    return found or 1


@dataclass(frozen=True)
class ReserveForm:
    """What a number is kept free for."""

    title: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ReserveForm":
        """Read and check the fields."""
        reader = FormReader(fields)
        label = translate(N_("For which paper"))
        title = reader.text("title", label, required=True, max_length=TITLE_LENGTH)
        reader.finish()
        return cls(title)


@dataclass(frozen=True)
class PaperForm:
    """A paper written outside: its number, title and date."""

    number: int
    title: str
    dated_on: date

    @classmethod
    def read(cls, fields: Mapping[str, str], *, with_number: bool = True) -> "PaperForm":
        """Read and check the fields; a reserved number is known already."""
        reader = FormReader(fields)
        number = (
            reader.integer(
                "number",
                translate(N_("Number")),
                required=True,
                minimum=1,
                maximum=LARGEST_NUMBER,
            )
            if with_number
            else 0
        )
        label = translate(N_("Title of the paper"))
        title = reader.text("paper_title", label, required=True, max_length=TITLE_LENGTH)
        dated = reader.date("dated_on", translate(N_("Date of the paper")), required=True)
        reader.finish()
        return cls(number or 0, title, dated or date.min)


@dataclass(frozen=True)
class ReasonForm:
    """Why something is struck."""

    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ReasonForm":
        """Read and check the fields."""
        reader = FormReader(fields)
        reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
        reader.finish()
        return cls(reason)


def read_wishes(fields: Mapping[str, str], *, has_head: bool) -> Wishes:
    """Read what an office wants of a layout."""
    reader = FormReader(fields)
    fonts = {}
    for role in ROLES:
        name = reader.text(f"font_{role}", translate(FONT_WORDS[role]), max_length=60)
        if name and not FONT.fullmatch(name):
            reader.fail(
                f"font_{role}", N_("A font is named by letters, characters, digits and dashes.")
            )
        if name:
            fonts[role] = name
    word = reader.text("head_word", translate(N_("Words after the issuer")), max_length=20)
    red_head = reader.flag("red_head") if has_head else True
    reader.finish()
    return Wishes(fonts, red_head, word)


FONT_WORDS = {
    "body": N_("Body (仿宋)"),
    "kai": N_("Second heads (楷体)"),
    "hei": N_("First heads (黑体)"),
    "title": N_("Title and red head (小标宋)"),
}


@dataclass(frozen=True)
class ScanForm:
    """Who signed a sheet and when."""

    signed_by: str
    signed_on: date
    note: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ScanForm":
        """Read and check the fields."""
        reader = FormReader(fields)
        form = cls(
            reader.text("signed_by", translate(N_("Signed by")), required=True, max_length=60),
            reader.date("signed_on", translate(N_("Signed on")), required=True) or date.min,
            reader.text("note", translate(N_("Note")), max_length=200),
        )
        reader.finish()
        return form
