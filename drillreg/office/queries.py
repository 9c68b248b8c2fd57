"""Reading what offices set for themselves."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select

from drillreg.core.codes import CodeList, shipped_list, shipped_names
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.office.models import CodeOrder, LocalCode, SettingValue
from drillreg.office.reading import list_for, snapshot
from drillreg.office.rules import Found, Setting, chain_of, definitions, nearest
from drillreg.orgs.models import Org
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import OrgScope

# Whose own settings and calendars count for what lies below them.
OWNER_KINDS = ("county", "department", "town")


def setting(key: str, place: Org | str | None = None) -> Any:
    """Return the value of a setting at an organisation or path: the nearest one up the tree.

    Without a place, the default or what was set for the whole installation.
    """
    return setting_found(key, place).value


def setting_found(key: str, place: Org | str | None = None) -> Found:
    """Return the value of a setting at a place together with who set it."""
    path = place.path if isinstance(place, Org) else place
    return nearest(definitions()[key], dict(snapshot().values(key)), chain_of(path) if path else ())


def values_by_place(key: str) -> tuple[Any, tuple[tuple[str, Any], ...]]:
    """Return what counts of a setting by itself, and (path, value) of every owner, deepest first.

    So that a statement over many places can follow the nearest owner.
    """
    found = snapshot()
    own = [(found.paths[owner], value) for owner, value in found.values(key) if owner is not None]
    return setting(key), tuple(sorted(own, key=lambda each: len(each[0]), reverse=True))


def get_setting(key: str) -> Setting:
    """Return the definition of a setting, or raise NotFound."""
    found = definitions().get(key)
    if found is None:
        raise NotFound(N_("There is no such setting."))
    return found


def _own(column: Any, owner: Org | None) -> Any:
    return column.is_(None) if owner is None else column == owner.id


def last_changes(owner: Org | None) -> dict[str, SettingValue]:
    """Return the newest row of every setting of one owner."""
    newest = (
        select(func.max(SettingValue.id))
        .where(_own(SettingValue.owner_org_id, owner))
        .group_by(SettingValue.key)
    )
    rows = db.session.scalars(select(SettingValue).where(SettingValue.id.in_(newest)))
    return {row.key: row for row in rows}


def history_of(key: str, owner: Org | None) -> Sequence[SettingValue]:
    """Return what an owner set a key to, newest first."""
    return db.session.scalars(
        select(SettingValue)
        .where(SettingValue.key == key, _own(SettingValue.owner_org_id, owner))
        .order_by(SettingValue.id.desc())
        .limit(50)
    ).all()


def names_of_orgs(ids: Collection[int]) -> dict[int, str]:
    """Return what organisations are called, in one query."""
    if not ids:
        return {}
    rows = db.session.execute(select(Org.id, Org.name).where(Org.id.in_(ids)))
    return {int(row[0]): str(row[1]) for row in rows}


def orgs_named(words: str, scope: OrgScope, *, at_most: int = 200) -> list[int]:
    """Return the organisations in scope whose name holds some words."""
    return list(
        db.session.scalars(
            select(Org.id)
            .where(Org.name.contains(words, autoescape=True), scope.allows())
            .order_by(Org.id)
            .limit(at_most)
        )
    )


def reaches_everything(scope: OrgScope) -> bool:
    """Say whether a scope holds every county of the installation."""
    outside = select(Org.id).where(Org.parent_id.is_(None), ~scope.allows()).limit(1)
    return db.session.scalar(outside) is None


def owners_within(scope: OrgScope) -> Sequence[Org]:
    """Return the organisations in scope that may set something for themselves."""
    return orgs_of_kinds(scope, OWNER_KINDS)


def get_list(name: str) -> CodeList:
    """Return a shipped code list, or raise NotFound."""
    if name not in shipped_names():
        raise NotFound(N_("There is no such list."))
    return shipped_list(name)


def list_at(name: str, owner: Org) -> CodeList:
    """Return a code list as people of an organisation see it."""
    return list_for(get_list(name), owner.path)


def entries_of(name: str, owner: Org) -> dict[str, LocalCode]:
    """Return the newest row an owner has on each code of a list."""
    rows = db.session.scalars(
        select(LocalCode)
        .where(LocalCode.list_name == name, LocalCode.owner_org_id == owner.id)
        .order_by(LocalCode.id)
    )
    return {row.code: row for row in rows}


def code_history(name: str, owner: Org) -> Sequence[LocalCode | CodeOrder]:
    """Return what an owner did to a list, newest first."""
    found: list[LocalCode | CodeOrder] = []
    for table in (LocalCode, CodeOrder):
        found += db.session.scalars(
            select(table)
            .where(table.list_name == name, table.owner_org_id == owner.id)
            .order_by(table.id.desc())
            .limit(50)
        )
    return sorted(found, key=lambda row: row.from_at, reverse=True)


def changed_counts(owner: Org) -> dict[str, int]:
    """Return how many codes of each list an owner has touched."""
    rows = db.session.execute(
        select(LocalCode.list_name, func.count(LocalCode.code.distinct()))
        .where(LocalCode.owner_org_id == owner.id)
        .group_by(LocalCode.list_name)
    )
    return {str(row[0]): int(row[1]) for row in rows}
