"""Pages of printed sheets: what a code leads to, and the way back of the signed sheet."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.documents import registry
from drillreg.documents.forms import ReasonForm, ScanForm
from drillreg.documents.models import PrintedSheet, SheetScan
from drillreg.documents.operations.sheets import ReceivedScan, receive_scan
from drillreg.documents.operations.sheets import void_scan as strike
from drillreg.documents.pictures import check_pdf
from drillreg.documents.queries.sheets import (
    count_sheets,
    get_scan,
    get_sheet,
    prints_of,
    scans_of,
    sheet_of_code,
    sheets_page,
)
from drillreg.documents.routes.blueprint import bp
from drillreg.documents.rules import code_shown, ensure_pages, ensure_signed_between
from drillreg.files.operations import media_type_of
from drillreg.files.photos import clean_photo
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may, may_here

PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})


def _kinds() -> list[tuple[str, str]]:
    return [(code, translate(kind.label)) for code, kind in registry.sheet_kinds().items()]


@bp.get("/s/")
@requires(Permission.VIEW)
def sheets() -> ResponseReturnValue:
    """List the sheets that were printed; a code typed above the list leads to its sheet."""
    scope, args = current_scope(), request.args
    form = form_view(code=args.get("code", ""))
    if args.get("code"):
        return see_other(url_for(".sheet", public_id=sheet_of_code(args["code"], scope).public_id))
    kind = args.get("kind", "")
    kind = kind if kind in registry.sheet_kinds() else ""
    waiting = {"waiting": True, "back": False}.get(args.get("state", ""))
    return render_template(
        "documents/sheets.html",
        page=sheets_page(scope, kind=kind, waiting=waiting, cursor=args.get("after")),
        total=count_sheets(scope, kind=kind, waiting=waiting),
        kinds=_kinds(),
        labels=dict(_kinds()),
        code_shown=code_shown,
        form=form,
    )


@bp.get("/s/<public_id>")
@requires(Permission.VIEW)
def sheet(public_id: str) -> str:
    """Say what a printed sheet is, show what came back of it, and take the signed one."""
    scope = current_scope()
    found = get_sheet(public_id, scope)
    kind = registry.sheet_kinds().get(found.kind)
    key = (found.subject_kind, found.subject_id)
    return render_template(
        "documents/sheet.html",
        sheet=found,
        code=code_shown(found.short_code),
        kind_word=translate(kind.label) if kind else found.kind,
        link=registry.references({key}).get(key),
        prints=prints_of(found.kind, found.subject_id, scope),
        scans=scans_of(found.kind, found.subject_id, scope),
        may_send=kind is not None and may_here(kind.permission, found.org),
        form=form_view(signed_on=clock.today().isoformat()),
    )


@bp.get("/s/<public_id>/sheet.pdf")
@requires(Permission.VIEW)
def sheet_file(public_id: str) -> ResponseReturnValue:
    """Hand out the sheet as it was printed."""
    return send_stored(get_sheet(public_id, current_scope()).file)


def _ensure_may_send(found: PrintedSheet) -> None:
    kind = registry.sheet_kinds().get(found.kind)
    if kind is None:
        raise NotFound(N_("Sheets of this kind are not taken back."))
    ensure_may(kind.permission, found.org)


def _received(files: list[FileStorage]) -> ReceivedScan:
    """Read what was sent and clean it in the closed child, before anything is written."""
    sent = [(f.filename or "scan", f.read()) for f in files if f.filename]
    kinds = [media_type_of(data, name) for name, data in sent]
    pdfs = kinds.count("application/pdf")
    photos = sum(kind in PHOTOS for kind in kinds)
    ensure_pages(pdfs, photos, len(sent) - pdfs - photos)
    if pdfs:
        name, data = sent[0]
        return ReceivedScan(pdf=data, pdf_name=name, pictures=check_pdf(data).pictures)
    return ReceivedScan(photos=[clean_photo(data, name) for name, data in sent])


@bp.post("/s/<public_id>")
@requires(Permission.VIEW)
@form_of(sheet)
@writes_itself
def send_scan(public_id: str) -> ResponseReturnValue:
    """Take a signed sheet: one PDF or photos of its pages, who signed it and when."""
    found, today = get_sheet(public_id, current_scope()), clock.today()
    _ensure_may_send(found)
    form = ScanForm.read(request.form)
    printed_on = clock.local_date(found.printed_at)
    ensure_signed_between(form.signed_on, printed_on=printed_on, today=today)
    received = _received(request.files.getlist("scan"))
    with unit_of_work():
        found = get_sheet(public_id, current_scope())
        scan = receive_scan(
            found,
            received,
            signed_by=form.signed_by,
            signed_on=form.signed_on,
            note=form.note,
            printed_on=printed_on,
            actor=current_actor(),
            today=today,
            now=clock.now(),
        )
        registry.received(found, scan, current_actor(), clock.now())
    flash(translate(N_("The signed sheet is kept.")), "success")
    return see_other(url_for(".sheet", public_id=public_id))


@bp.get("/s/scan/<int:scan_id>")
@requires(Permission.VIEW)
def scan(scan_id: int) -> str:
    """Show the pages of a signed sheet."""
    found = get_scan(scan_id, current_scope())
    kind = registry.sheet_kinds().get(found.sheet.kind)
    return render_template(
        "documents/scan.html",
        scan=found,
        code=code_shown(found.sheet.short_code),
        may_void=kind is not None and may_here(kind.permission, found.sheet.org),
        form=form_view(reason=""),
    )


@bp.get("/s/scan/<int:scan_id>/<int:position>")
@requires(Permission.VIEW)
def scan_page(scan_id: int, position: int) -> ResponseReturnValue:
    """Hand out the picture of a page, or with 0 the PDF as it came."""
    found: SheetScan = get_scan(scan_id, current_scope())
    if position == 0 and found.file is not None:
        return send_stored(found.file)
    page = next((page for page in found.pages if page.position == position), None)
    if page is None:
        raise NotFound(N_("There is no such page."))
    return send_stored(page.file, thumbnail="small" in request.args)


@bp.post("/s/scan/<int:scan_id>/void")
@requires(Permission.VIEW)
@form_of(scan)
@writes
def void_scan(scan_id: int) -> ResponseReturnValue:
    """Strike what came back, such as another sheet sent by mistake."""
    found = get_scan(scan_id, current_scope())
    _ensure_may_send(found.sheet)
    form = ReasonForm.read(request.form)
    actor, now = current_actor(), clock.now()
    strike(found, reason=form.reason, actor=actor, now=now)
    registry.struck(found, actor, now)
    flash(translate(N_("Struck. The files stay for the trail.")), "success")
    return see_other(url_for(".sheet", public_id=found.sheet.public_id))
