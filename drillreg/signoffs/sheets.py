"""The printed sheet of a step: it comes back signed, and the step is entered by it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.documents.models import PrintedSheet, SheetScan
from drillreg.documents.registry import Reference, SheetKind
from drillreg.i18n import N_
from drillreg.signoffs.models import SignOff, SignOffStage
from drillreg.signoffs.operations.trail import log_act
from drillreg.signoffs.rules import StageState
from drillreg.steps.operations import Addressee

KIND = "sign-off-step"
SUBJECT = "sign-off-stage"


def stage_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how steps are named where printed sheets refer to them."""
    rows = db.session.execute(
        select(SignOffStage.id, SignOff.title, SignOff.url)
        .join(SignOff, SignOff.id == SignOffStage.sign_off_id)
        .where(SignOffStage.id.in_(ids))
        .order_by(SignOffStage.id)
    ).all()
    return {row.id: Reference(row.title, row.url) for row in rows}


def _stage(sheet: PrintedSheet) -> tuple[SignOffStage, SignOff]:
    row = db.session.get_one(SignOffStage, sheet.subject_id)
    return row, db.session.get_one(SignOff, row.sign_off_id)


def note_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Keep whose signature came back; what it says is entered at the step by somebody who reads."""
    row, sign_off = _stage(sheet)
    if row.state is StageState.OPEN:
        row.scan_id, row.signed_by, row.signed_on = scan.id, scan.signed_by, scan.signed_on
    to = Addressee(scan.signed_by)
    log_act("sign-sheet", sign_off, actor, now, to=to, remark=scan.note, scan=scan.id)


def forget_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Forget a scan that was struck while the step was not entered by it yet."""
    row, _ = _stage(sheet)
    if row.scan_id == scan.id and row.state is StageState.OPEN:
        row.scan_id = row.signed_by = row.signed_on = None


STEP_SHEET = SheetKind(
    N_("Sign-off sheet of a step"), Permission.EDIT_PLANS, note_signed, forget_signed
)
