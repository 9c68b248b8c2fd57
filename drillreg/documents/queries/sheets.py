"""Reading printed sheets and what came back of them, within a scope."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.documents.models import PrintedSheet, ScanPage, SheetScan
from drillreg.documents.rules import code_typed
from drillreg.i18n import N_
from drillreg.orgs.scope import OrgScope

NO_SHEET = N_("No printed sheet carries this code.")


def _sheets(scope: OrgScope) -> Select[Any]:
    return (
        select(PrintedSheet)
        .join(PrintedSheet.org)
        .options(contains_eager(PrintedSheet.org))
        .where(scope.allows())
    )


def _came_back() -> Any:
    return exists().where(SheetScan.sheet_id == PrintedSheet.id, SheetScan.voided_at.is_(None))


def get_sheet(public_id: str, scope: OrgScope) -> PrintedSheet:
    """Return the sheet of a printed code with its file, or raise NotFound."""
    found: PrintedSheet | None = db.session.scalar(
        _sheets(scope)
        .options(joinedload(PrintedSheet.file))
        .where(PrintedSheet.public_id == public_id)
    )
    if found is None:
        raise NotFound(NO_SHEET)
    return found


def sheet_of_code(typed: str, scope: OrgScope) -> PrintedSheet:
    """Return the sheet of a typed code, or raise NotFound."""
    found: PrintedSheet | None = db.session.scalar(
        _sheets(scope).where(PrintedSheet.short_code == code_typed(typed))
    )
    if found is None:
        raise NotFound(NO_SHEET)
    return found


def _filtered(scope: OrgScope, kind: str, waiting: bool | None) -> Select[Any]:
    statement = _sheets(scope)
    if kind:
        statement = statement.where(PrintedSheet.kind == kind)
    if waiting is not None:
        statement = statement.where(~_came_back() if waiting else _came_back())
    return statement


def sheets_page(
    scope: OrgScope, *, kind: str = "", waiting: bool | None = None, cursor: str | None = None
) -> Page[Any]:
    """Return a page of sheets, the last printed first, each with whether it came back."""
    statement = _filtered(scope, kind, waiting).add_columns(_came_back().label("came_back"))
    order: Any = [(PrintedSheet.id, "desc")]
    return keyset_page(statement, order=order, cursor=cursor)


def count_sheets(scope: OrgScope, *, kind: str = "", waiting: bool | None = None) -> int:
    """Return how many sheets there are."""
    counted = _filtered(scope, kind, waiting).with_only_columns(func.count())
    return db.session.scalar(counted.order_by(None)) or 0


def prints_of(kind: str, subject_id: int, scope: OrgScope) -> Sequence[PrintedSheet]:
    """Return every print of one subject's sheet, the last first."""
    return db.session.scalars(
        _sheets(scope)
        .where(PrintedSheet.kind == kind, PrintedSheet.subject_id == subject_id)
        .order_by(PrintedSheet.id.desc())
        .limit(50)
    ).all()


def scans_of(kind: str, subject_id: int, scope: OrgScope) -> Sequence[SheetScan]:
    """Return what came back of all prints of one subject's sheet, the last first."""
    return db.session.scalars(
        select(SheetScan)
        .join(SheetScan.sheet)
        .join(PrintedSheet.org)
        .options(
            contains_eager(SheetScan.sheet),
            joinedload(SheetScan.file),
            selectinload(SheetScan.pages).joinedload(ScanPage.file),
        )
        .where(PrintedSheet.kind == kind, PrintedSheet.subject_id == subject_id, scope.allows())
        .order_by(SheetScan.id.desc())
        .limit(50)
    ).all()


def get_scan(scan_id: int, scope: OrgScope) -> SheetScan:
    """Return what came back of a sheet, with its pages, or raise NotFound."""
    found = db.session.scalar(
        select(SheetScan)
        .join(SheetScan.sheet)
        .join(PrintedSheet.org)
        .options(
            contains_eager(SheetScan.sheet).contains_eager(PrintedSheet.org),
            joinedload(SheetScan.file),
            selectinload(SheetScan.pages).joinedload(ScanPage.file),
        )
        .where(SheetScan.id == scan_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such scan."))
    return found
