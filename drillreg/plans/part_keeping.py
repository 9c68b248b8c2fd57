"""Parts through the life of a plan: written down for the printed copy, taken over by a revision."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import inspect, select

from drillreg.core.db import db
from drillreg.plans.models import (
    PlanFile,
    PlanLevel,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanVersion,
)
from drillreg.plans.part_rules import Standing
from drillreg.plans.parts import Parts, live_parts, rows_of

LISTS: tuple[Any, ...] = (PlanMember, PlanResource, PlanRoute)
NOT_COPIED = frozenset({"id", "version_id", "row_version", "kept_on"})


def keep_parts(version: PlanVersion, today: date) -> None:
    """Write down what the parts of a draft say today; the printed copy says it from then on.

    Called when the PDF of a version is frozen, and when it is issued. What was kept for the frozen
    PDF stays as it is.
    """
    is_frozen = version.frozen_file_id is not None
    kept = live_parts(version, today)
    rows = {table: [*rows_of(table, version)] for table in LISTS}
    _keep_members(rows[PlanMember], kept, today, is_frozen)
    _keep_resources(rows[PlanResource], kept, today, is_frozen)
    for row, route in zip(rows[PlanRoute], kept.routes, strict=True):
        if row.kept_on is None or not is_frozen:
            row.destination, row.kept_on = route.destination, today


def _keep_members(rows: Sequence[PlanMember], kept: Parts, today: date, is_frozen: bool) -> None:
    for row, member in zip(rows, kept.members, strict=True):
        if is_frozen and row.kept_on is not None:
            continue
        row.kept_on = today
        if member.standing is not Standing.TYPED:
            row.org_name, row.post_title = member.org_name, member.post_title
            row.name, row.phone = member.name, member.phone


def _keep_resources(
    rows: Sequence[PlanResource], kept: Parts, today: date, is_frozen: bool
) -> None:
    for row, resource in zip(rows, kept.resources, strict=True):
        if is_frozen and row.kept_on is not None:
            continue
        row.kept_on = today
        row.name, row.org_name = resource.name, resource.org_name
        row.amount, row.unit = resource.amount, resource.unit
        row.contact_name, row.contact_phone = resource.contact_name, resource.contact_phone


def copy_parts(version: PlanVersion, into: PlanVersion) -> None:
    """Give a new draft the parts of the version before it; contacts are those of today again."""
    for table in (PlanLevel, *LISTS):
        rows = db.session.scalars(
            select(table).where(table.version_id == version.id).order_by(table.id)
        )
        db.session.add_all([_copied(row, into.id) for row in rows])
    for paper in version.annexes:
        into.files.append(PlanFile(file_id=paper.file_id, annex_name=paper.annex_name))


def copy_levels(version: PlanVersion, into: PlanVersion) -> None:
    """Give a draft the response levels of a version; all else belongs to the place it is for."""
    rows = db.session.scalars(select(PlanLevel).where(PlanLevel.version_id == version.id))
    db.session.add_all([_copied(row, into.id) for row in rows])


def _copied(row: Any, version_id: int) -> Any:
    names = [column.key for column in inspect(type(row)).column_attrs]
    values = {name: getattr(row, name) for name in names if name not in NOT_COPIED}
    return type(row)(version_id=version_id, **values)
