"""Laying what offices made of a code list over the shipped one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drillreg.core.codes import CodeItem, CodeList
from drillreg.orgs.rules import covers

# What ledgers call a shipped entry is not what they call one of an office's own.
NAMES_OF_THE_SHIPPED = ("synonyms", "words")


@dataclass(frozen=True)
class Entry:
    """What the owner at `owner_path` makes of one code today."""

    owner_path: str
    code: str
    zh: str | None
    en: str | None
    gb_code: str | None
    like_code: str | None
    hidden: bool


@dataclass(frozen=True)
class Order:
    """The order in which the owner at `owner_path` wants the codes today."""

    owner_path: str
    codes: tuple[str, ...]


def merged(
    shipped: CodeList, entries: Sequence[Entry], orders: Sequence[Order], reader: str | None
) -> CodeList:
    """Return a list as the reader at a path sees it; the nearest owner's words win.

    Entries that another office added are there but hidden: whoever meets one can read it.
    Without a reader (a job, a public page) the words of the only county count, if there is one.
    """
    paths = {entry.owner_path for entry in entries} | {order.owner_path for order in orders}
    only_county = len({path.split("/")[0] for path in paths}) == 1

    def counts(path: str) -> bool:
        return covers(path, reader) if reader is not None else only_county

    items = {item.code: item for item in shipped.items}
    for entry in sorted(entries, key=lambda entry: entry.owner_path):
        if entry.code not in items:
            items[entry.code] = _own(
                entry, shipped, hidden=entry.hidden or not counts(entry.owner_path)
            )
        elif counts(entry.owner_path):
            items[entry.code] = _changed(items[entry.code], entry)
    wanted = [order for order in orders if counts(order.owner_path)]
    if wanted:
        codes = max(wanted, key=lambda order: order.owner_path).codes
        place = {code: at for at, code in enumerate(codes)}
        ordered = sorted(items.values(), key=lambda item: place.get(item.code, len(place)))
    else:
        ordered = list(items.values())
    return replace(shipped, items=tuple(ordered))


def _changed(item: CodeItem, entry: Entry) -> CodeItem:
    label = {"zh": entry.zh or item.label["zh"], "en": entry.en or item.label["en"]}
    return replace(item, label=label, gb_code=entry.gb_code or item.gb_code, hidden=entry.hidden)


def _own(entry: Entry, shipped: CodeList, *, hidden: bool) -> CodeItem:
    like = shipped.get(entry.like_code) if entry.like_code else None
    attributes = {
        name: [] if name in NAMES_OF_THE_SHIPPED else value
        for name, value in (like.attributes if like else {}).items()
    }
    words = entry.zh or entry.code
    return CodeItem(
        entry.code,
        {"zh": words, "en": entry.en or words},
        entry.gb_code or "",
        attributes,
        hidden=hidden,
        local=True,
    )
