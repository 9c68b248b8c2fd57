"""Whether a document can be laid out in bounded time, decided before any layout.

WeasyPrint cannot be stopped from inside: 25 nested flex boxes or one colspan of ten million keep
it busy for minutes.
"""

from typing import Any
from xml.etree import ElementTree

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

HTML_BYTES = 4 * 1024 * 1024
TEXT_CHARACTERS = 200_000
TABLE_ROWS = 500
NESTING = 20
SPAN = 50
UNBOUNDED = frozenset({"use", "iframe", "object", "embed", "frame", "script", "base"})
TOO_LONG = N_("This document has more than %(limit)s characters. Split it into parts.")


def _local_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _check_spans(element: ElementTree.Element) -> None:
    for name in ("colspan", "rowspan", "span"):
        text = element.get(name, "1").strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= SPAN):
            raise Refused(N_("A table cell spans more than %(limit)s places."), limit=SPAN)


def _check_rows(table: ElementTree.Element) -> None:
    if sum(_local_name(element) == "tr" for element in table.iter()) > TABLE_ROWS:
        raise Refused(
            N_("A table has more than %(limit)s rows. Attach it as a spreadsheet."),
            limit=TABLE_ROWS,
        )


def _text_length(element: ElementTree.Element) -> int:
    own = 0 if _local_name(element) == "style" else len(element.text or "")
    return own + len(element.tail or "")


def check_source(html: str) -> None:
    """Raise Refused for a source too long to be parsed."""
    if len(html) > HTML_BYTES:
        raise Refused(TOO_LONG, limit=TEXT_CHARACTERS)


def check_tree(root: Any) -> None:
    """Raise Refused for a parsed document that is too long, too deep or spans too far."""
    waiting, length = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        name = _local_name(element)
        if depth > NESTING:
            raise Refused(N_("Parts of this document are nested more than 20 deep."))
        if name in UNBOUNDED:
            raise Refused(N_("A document may not contain <%(name)s>."), name=name)
        if name == "table":
            _check_rows(element)
        if name in {"td", "th", "col", "colgroup"}:
            _check_spans(element)
        length += _text_length(element)
        if length > TEXT_CHARACTERS:
            raise Refused(TOO_LONG, limit=TEXT_CHARACTERS)
        waiting += [(child, depth + 1) for child in element]
