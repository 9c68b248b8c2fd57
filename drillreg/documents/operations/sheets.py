"""Printed sheets: a code before the paper is made, a row when it is, a scan when it comes back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db, new_public_id
from drillreg.documents.models import PrintedSheet, ScanPage, SheetScan
from drillreg.documents.paper import Paper, SheetCode, digest
from drillreg.documents.rules import (
    CODE_LENGTH,
    CODE_LETTERS,
    code_shown,
    ensure_not_struck,
    ensure_signed_between,
)
from drillreg.files.models import StoredFile
from drillreg.files.operations import store
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.orgs.models import Org


@dataclass(frozen=True)
class NewCode:
    """The two codes a sheet about to be printed will carry."""

    public_id: str
    short: str

    def on_paper(self, public_url: str) -> SheetCode:
        """Return the codes as the paper carries them: the site's address and the public id only."""
        return SheetCode(f"{public_url.rstrip('/')}/s/{self.public_id}", code_shown(self.short))


@dataclass(frozen=True)
class ReceivedScan:
    """A signed sheet as it came, cleaned: a PDF with a picture of each page, or photos."""

    pdf: bytes | None = None
    pdf_name: str = ""
    pictures: Sequence[bytes] = ()
    photos: Sequence[CleanPhoto] = ()


def new_code() -> NewCode:
    """Return codes for a sheet; they bind nobody until the sheet is recorded."""
    short = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return NewCode(new_public_id(), short)


def record_sheet(
    code: NewCode,
    *,
    kind: str,
    paper: Paper,
    pdf: bytes,
    subject_kind: str,
    subject_id: int,
    org: Org,
    actor: Actor,
    now: datetime,
) -> PrintedSheet:
    """Note that a sheet was printed, and keep its PDF."""
    kept = store(pdf, name=f"{paper.title}.pdf", org_id=org.id, actor=actor, now=now)
    sheet = PrintedSheet(
        public_id=code.public_id,
        short_code=code.short,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        org_id=org.id,
        title=paper.title,
        paper_sha256=digest(paper),
        file_id=kept.id,
        printed_at=now,
        account_id=actor.account_id,
        actor_name=actor.name,
    )
    db.session.add(sheet)
    db.session.flush()
    record(
        "sheet-printed",
        subject_kind="printed-sheet",
        subject_id=sheet.id,
        org_id=org.id,
        actor=actor,
        now=now,
        kind=kind,
        paper=sheet.paper_sha256,
    )
    return sheet


def receive_scan(
    sheet: PrintedSheet,
    received: ReceivedScan,
    *,
    signed_by: str,
    signed_on: date,
    note: str,
    printed_on: date,
    actor: Actor,
    today: date,
    now: datetime,
) -> SheetScan:
    """Keep a signed sheet that came back; an earlier sending stays beside it."""
    ensure_signed_between(signed_on, printed_on=printed_on, today=today)
    db.session.execute(select(PrintedSheet.id).filter_by(id=sheet.id).with_for_update()).one()
    last = db.session.scalar(select(func.max(SheetScan.version)).filter_by(sheet_id=sheet.id)) or 0
    whole, pages = _keep(received, sheet, last + 1, actor, now)
    scan = SheetScan(
        sheet_id=sheet.id,
        version=last + 1,
        signed_by=signed_by,
        signed_on=signed_on,
        note=note,
        file_id=whole.id if whole else None,
        received_at=now,
        account_id=actor.account_id,
        actor_name=actor.name,
        pages=[ScanPage(position=at, file_id=page.id) for at, page in enumerate(pages, start=1)],
    )
    db.session.add(scan)
    db.session.flush()
    record(
        "sheet-scanned",
        subject_kind="printed-sheet",
        subject_id=sheet.id,
        org_id=sheet.org_id,
        actor=actor,
        now=now,
        version=scan.version,
        signed_by=signed_by,
        signed_on=signed_on,
        files=[page.sha256 for page in ([whole] if whole else pages)],
    )
    return scan


def _keep(
    received: ReceivedScan, sheet: PrintedSheet, version: int, actor: Actor, now: datetime
) -> tuple[StoredFile | None, list[StoredFile]]:
    """Store what came: the PDF and its pages as pictures, or the photos."""
    if received.pdf is None:
        kept = [
            store_photo(photo, org_id=sheet.org_id, actor=actor, now=now)
            for photo in received.photos
        ]
        return None, kept
    whole = store(received.pdf, name=received.pdf_name, org_id=sheet.org_id, actor=actor, now=now)
    pages = [
        store(
            picture,
            name=f"{sheet.short_code}-{version}-{at}.jpg",
            org_id=sheet.org_id,
            actor=actor,
            now=now,
        )
        for at, picture in enumerate(received.pictures, start=1)
    ]
    return whole, pages


def void_scan(scan: SheetScan, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike a sending, such as the scan of another sheet; the files stay."""
    ensure_not_struck(is_struck=scan.voided_at is not None)
    scan.voided_at, scan.voided_by_id, scan.void_reason = now, actor.account_id, reason
    record(
        "scan-voided",
        subject_kind="printed-sheet",
        subject_id=scan.sheet_id,
        org_id=scan.sheet.org_id,
        actor=actor,
        now=now,
        version=scan.version,
        reason=reason,
    )
