"""Reading the forms of abridged plans, cards and books."""

from collections.abc import Mapping
from dataclasses import dataclass

from drillreg.books.models import ActionCard, PlanAbridged
from drillreg.books.rules import MOST_ABRIDGED, ensure_actions
from drillreg.core.errors import DomainError, Stale
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate

LABELS = {
    "role": N_("Role or post"),
    "who": N_("Who"),
    "actions": N_("First actions"),
    "phones": N_("Telephone numbers"),
    "place": N_("Where to go"),
}
LENGTHS = {"role": 30, "who": 60, "actions": 400, "phones": 120, "place": 80}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def read_row_version(fields: Mapping[str, str]) -> int:
    """Return which saving a form was filled on; 0 when there was none yet."""
    text = fields.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_abridged(fields: Mapping[str, str], kept: PlanAbridged | None) -> str:
    """Return the text as typed; raise FormErrors, or Stale when somebody saved meanwhile."""
    reader = FormReader(fields)
    label = translate(N_("Abridged text"))
    body = _lines(reader.text("body", label, required=True, max_length=MOST_ABRIDGED))
    reader.finish()
    if kept is not None and kept.row_version != read_row_version(fields):
        raise Stale({label: kept.body}, {label: body})
    return body


def read_card(fields: Mapping[str, str], kept: ActionCard | None) -> dict[str, str | None]:
    """Return a card as typed; raise FormErrors, or Stale when somebody saved meanwhile."""
    reader = FormReader(fields)
    values: dict[str, str | None] = {}
    for name, label in LABELS.items():
        needed = name in {"role", "actions"}
        text = reader.text(name, translate(label), required=needed, max_length=LENGTHS[name])
        values[name] = _lines(text) or None
    if values["actions"]:
        try:
            ensure_actions(values["actions"])
        except DomainError as error:
            reader.fail("actions", error.message, **error.params)
    reader.finish()
    if kept is not None and kept.row_version != read_row_version(fields):
        theirs = {translate(label): getattr(kept, name) or "" for name, label in LABELS.items()}
        yours = {translate(label): values[name] or "" for name, label in LABELS.items()}
        raise Stale(theirs, yours)
    return values


@dataclass(frozen=True)
class BookForm:
    """What a book is to hold, as typed."""

    title: str
    own: bool
    internal: bool

    @classmethod
    def read(cls, fields: Mapping[str, str], *, org_name: str) -> "BookForm":
        """Return what was typed, or raise FormErrors; without a title the usual one."""
        reader = FormReader(fields)
        title = reader.text("title", translate(N_("Title of the book")), max_length=60)
        reader.finish()
        return cls(
            title or f"{org_name}应急预案汇编",
            fields.get("own") == "1",
            fields.get("internal") == "1",
        )
