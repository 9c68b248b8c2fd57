"""What higher features tell about the records behind numbers and sheets; filled in by the app."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from drillreg.core.access import Actor, Permission
from drillreg.documents.models import PrintedSheet, SheetScan


@dataclass(frozen=True)
class Reference:
    """A record as others name it, and its page."""

    title: str
    url: str


Resolver = Callable[[Collection[int]], Mapping[int, Reference]]
Receiver = Callable[[PrintedSheet, SheetScan, Actor, datetime], None]


@dataclass(frozen=True)
class SheetKind:
    """A kind of printed form: its name, who may send it back, who notes that and its end."""

    label: str
    permission: Permission
    received: Receiver | None = None
    struck: Receiver | None = None


def register_references(app: Flask, kinds: Mapping[str, Resolver]) -> None:
    """Tell how records of a kind are named; a resolver is given ids and answers for all at once."""
    app.extensions.setdefault("drillreg.references", {}).update(kinds)


def register_sheets(app: Flask, kinds: Mapping[str, SheetKind]) -> None:
    """Tell which kinds of forms are printed."""
    app.extensions.setdefault("drillreg.sheets", {}).update(kinds)


def references(subjects: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], Reference]:
    """Return how records are named, one resolver a kind; what no feature knows is left out."""
    resolvers: Mapping[str, Resolver] = current_app.extensions.get("drillreg.references", {})
    found: dict[tuple[str, int], Reference] = {}
    for kind in sorted({kind for kind, _ in subjects} & set(resolvers)):
        ids = sorted({number for its, number in subjects if its == kind})
        found |= {(kind, number): ref for number, ref in resolvers[kind](ids).items()}
    return found


def sheet_kinds() -> Mapping[str, SheetKind]:
    """Return every kind of form by its code."""
    kinds: Mapping[str, SheetKind] = current_app.extensions.get("drillreg.sheets", {})
    return kinds


def received(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Let the feature a sheet belongs to take note of its return, in the same unit of work."""
    kind = sheet_kinds()[sheet.kind]
    if kind.received:
        kind.received(sheet, scan, actor, now)


def struck(scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Let the feature a sheet belongs to take back what it noted of a scan."""
    kind = sheet_kinds()[scan.sheet.kind]
    if kind.struck:
        kind.struck(scan.sheet, scan, actor, now)
