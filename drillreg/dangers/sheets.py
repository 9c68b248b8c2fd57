"""The sheet of a verification (复查单): printed, signed on paper, sent back by its code."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.dangers.models import Danger, DangerListing, DangerRound, DangerTransfer
from drillreg.dangers.operations.trail import log_act
from drillreg.dangers.rules import Stage
from drillreg.documents.models import PrintedSheet, SheetScan
from drillreg.documents.registry import Reference, SheetKind
from drillreg.i18n import N_

KIND = "danger-review"


def _references(table: type, ids: Collection[int]) -> Mapping[int, Reference]:
    key = Danger.id if table is Danger else table.danger_id  # type: ignore[attr-defined]
    statement = select(table.id, Danger.id, Danger.what)  # type: ignore[attr-defined]
    if table is not Danger:
        statement = statement.join(Danger, Danger.id == key)
    rows = db.session.execute(
        statement.where(table.id.in_(ids)).order_by(table.id)  # type: ignore[attr-defined]
    ).all()
    return {row[0]: Reference(row[2], url_for("dangers.show", danger_id=row[1])) for row in rows}


def danger_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how dangers are named where numbers and sheets refer to them."""
    return _references(Danger, ids)


def round_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how orders are named where numbers refer to them."""
    return _references(DangerRound, ids)


def transfer_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how transfers are named where numbers refer to them."""
    return _references(DangerTransfer, ids)


def listing_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how listed supervisions are named where numbers refer to them."""
    return _references(DangerListing, ids)


def _turn(sheet: PrintedSheet) -> tuple[Danger, DangerRound | None]:
    danger = db.session.get_one(Danger, sheet.subject_id)
    turn = db.session.scalar(
        select(DangerRound).where(
            DangerRound.danger_id == danger.id, DangerRound.number == danger.round_number
        )
    )
    return danger, turn


def note_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Keep whose signature came back; what it says is entered at the danger by who reads it."""
    danger, turn = _turn(sheet)
    if danger.stage is Stage.REPORTED and turn is not None:
        turn.scan_id, turn.signed_by, turn.signed_on = scan.id, scan.signed_by, scan.signed_on
    remark = "　".join(part for part in (scan.signed_by, scan.note) if part)
    log_act("danger-sheet", danger, actor, now, remark=remark, scan=scan.id)


def forget_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Forget a scan that was struck while nothing was entered by it yet."""
    danger, turn = _turn(sheet)
    if turn is not None and turn.scan_id == scan.id and danger.stage is Stage.REPORTED:
        turn.scan_id = turn.signed_by = turn.signed_on = None


REVIEW_SHEET = SheetKind(
    N_("Sheet of a verification"), Permission.REPORT_DANGERS, note_signed, forget_signed
)
