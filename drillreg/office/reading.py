"""What offices set for themselves, read once and kept in the process until somebody changes it.

A request asks one small question, whether anything was added since; the tables are only read
again when it was.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g
from sqlalchemy import func, select

from drillreg.core.access import Actor, actor_or_none
from drillreg.core.codes import CodeList
from drillreg.core.db import db
from drillreg.office.models import CodeOrder, LocalCode, SettingValue
from drillreg.office.wording import Entry, Order, merged
from drillreg.orgs.models import Org, OrgVersion

PLACE = "drillreg.office"
Stamp = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Snapshot:
    """Everything offices have set, as of a stamp."""

    settings: dict[str, dict[int | None, Any]]
    entries: dict[str, tuple[Entry, ...]]
    orders: dict[str, tuple[Order, ...]]
    paths: dict[int, str] = field(default_factory=dict)
    lists: dict[tuple[str, str | None], CodeList] = field(default_factory=dict)

    def values(self, key: str) -> tuple[tuple[int | None, Any], ...]:
        """Return what owners have set a key to; None is the whole installation."""
        return tuple(self.settings.get(key, {}).items())


def snapshot() -> Snapshot:
    """Return what offices have set; the tables are read only when a row was added since."""
    found: Snapshot | None = g.get("office_snapshot")
    if found is None:
        with db.session.no_autoflush:
            stamp = _stamp()
            known: tuple[Stamp, Snapshot] | None = current_app.extensions.get(PLACE)
            found = known[1] if known and known[0] == stamp else _read()
        current_app.extensions[PLACE] = (stamp, found)
        g.office_snapshot = found
    return found


def look_again() -> None:
    """Forget within this request what was read; called after a change."""
    g.pop("office_snapshot", None)


def _stamp() -> Stamp:
    newest = [
        select(table.token).order_by(table.id.desc()).limit(1).scalar_subquery()
        for table in (SettingValue, LocalCode, CodeOrder)
    ]
    # An owner that moved in the tree has another path.
    newest.append(select(func.max(OrgVersion.id)).scalar_subquery())
    return tuple(db.session.execute(select(*newest)).one())


def _read() -> Snapshot:
    settings: dict[str, dict[int | None, Any]] = defaultdict(dict)
    paths: dict[int, str] = {}
    rows = db.session.execute(
        select(SettingValue, Org.path)
        .outerjoin(Org, Org.id == SettingValue.owner_org_id)
        .order_by(SettingValue.id)
    )
    for row, path in rows:
        settings[row.key][row.owner_org_id] = row.value
        if row.owner_org_id is not None:
            paths[row.owner_org_id] = path
    kept = {
        key: {owner: value for owner, value in values.items() if value is not None}
        for key, values in settings.items()
    }
    return Snapshot(kept, _entries(), _orders(), paths)


def _entries() -> dict[str, tuple[Entry, ...]]:
    newest: dict[tuple[str, str, str], Entry] = {}
    rows = db.session.execute(
        select(LocalCode, Org.path)
        .join(Org, Org.id == LocalCode.owner_org_id)
        .order_by(LocalCode.id)
    )
    for row, path in rows:
        newest[row.list_name, path, row.code] = Entry(
            path, row.code, row.zh, row.en, row.gb_code, row.like_code, row.hidden
        )
    found: dict[str, tuple[Entry, ...]] = {}
    for (name, _, _), entry in newest.items():
        found[name] = (*found.get(name, ()), entry)
    return found


def _orders() -> dict[str, tuple[Order, ...]]:
    newest: dict[tuple[str, str], Order] = {}
    rows = db.session.execute(
        select(CodeOrder, Org.path)
        .join(Org, Org.id == CodeOrder.owner_org_id)
        .order_by(CodeOrder.id)
    )
    for row, path in rows:
        newest[row.list_name, path] = Order(path, tuple(map(str, row.codes)))
    found: dict[str, tuple[Order, ...]] = {}
    for (name, _), order in newest.items():
        found[name] = (*found.get(name, ()), order)
    return found


def overlay(shipped: CodeList) -> CodeList:
    """Lay what offices made of a list over the shipped one, as the person asking sees it."""
    return list_for(shipped, reader_path())


def list_for(shipped: CodeList, reader: str | None) -> CodeList:
    """Return a list as somebody at a place of the tree sees it."""
    found = snapshot()
    if shipped.name not in found.entries and shipped.name not in found.orders:
        return shipped
    key = (shipped.name, reader)
    if key not in found.lists:
        entries = found.entries.get(shipped.name, ())
        orders = found.orders.get(shipped.name, ())
        found.lists[key] = merged(shipped, entries, orders, reader)
    return found.lists[key]


def reader_path() -> str | None:
    """Return the place in the tree of the person asking, or None for a job or a stranger."""
    actor = actor_or_none()
    return path_of(actor) if actor else None


def path_of(actor: Actor) -> str | None:
    """Return the place in the tree at which a person acts."""
    if actor.org_id is None:
        return None
    ending = f"{actor.org_id:08d}/"
    paths = {path for reach in actor.reach.values() for path in reach.paths}
    return next((path for path in sorted(paths) if path.endswith(ending)), None)
