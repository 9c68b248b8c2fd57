"""What a report is handed out as: PDF, Word file, and the sheet to be signed on paper."""

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.web import form_of, see_other, writes_itself
from drillreg.documents.operations.sheets import new_code, record_sheet
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.files.operations import clean_name
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.reports.document import render_report, word_report
from drillreg.reports.queries import get_report
from drillreg.reports.routes.blueprint import DOCX, bp, report_to_change
from drillreg.reports.routes.reading import content_of, show
from drillreg.reports.rules import ReportState
from drillreg.reports.sheets import KIND, SUBJECT, sign_off_paper
from drillreg.reports.snapshot import Seal, take_snapshot
from drillreg.reports.sources import for_paper, sources_of


@bp.get("/<int:report_id>/report.pdf")
@requires(Permission.VIEW)
def pdf(report_id: int) -> ResponseReturnValue:
    """Hand out the paper of an approved report."""
    report = get_report(report_id, current_scope())
    if report.pdf is None:
        raise NotFound(N_("The paper of this report is not printed yet."))
    return send_stored(report.pdf)


@bp.get("/<int:report_id>/report.docx")
@requires(Permission.VIEW)
def word(report_id: int) -> Response:
    """Hand out the same paper as a Word file; a draft says that it is one."""
    report = get_report(report_id, current_scope())
    snapshot = report.snapshot
    if snapshot is None:
        sources = for_paper(sources_of(report, on=clock.today()))
        snapshot = take_snapshot(sources, Seal())
    name = clean_name(report.number or report.title)
    db.session.rollback()  # nothing is held open while the child draws
    response = Response(word_report(snapshot), mimetype=DOCX)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.docx")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<int:report_id>/preview.pdf")
@requires(Permission.VIEW)
def preview(report_id: int) -> Response:
    """Print a report that is not approved, marked as a draft; nothing is kept."""
    report = get_report(report_id, current_scope())
    if report.state is ReportState.APPROVED:
        raise NotFound(N_("This report is approved: its paper is there to download."))
    sources = for_paper(sources_of(report, on=clock.today()))
    snapshot = take_snapshot(sources, Seal())
    db.session.rollback()  # nothing is held open while the child prints
    response = Response(render_report(snapshot).pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="draft.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:report_id>/sign-off-sheet")
@requires(Permission.WRITE_REPORTS)
@form_of(show)
@writes_itself
def print_sign_off(report_id: int) -> ResponseReturnValue:
    """Print the sheet a leader signs on paper; its code takes the signed sheet back."""
    report = report_to_change(report_id, Permission.WRITE_REPORTS)
    code = new_code()
    paper = sign_off_paper(report, content_of(report), code.on_paper(settings().public_url))
    layout = layout_for(paper.layout, report.org)
    db.session.rollback()  # nothing is held open while the child prints
    printed = print_paper(paper, layout=layout)
    with unit_of_work():
        report = report_to_change(report_id, Permission.WRITE_REPORTS)
        record_sheet(
            code,
            kind=KIND,
            paper=paper,
            pdf=printed.pdf,
            subject_kind=SUBJECT,
            subject_id=report.id,
            org=report.org,
            actor=current_actor(),
            now=clock.now(),
        )
    flash(
        translate(N_("The sheet is ready to print. Send it back here when it is signed.")),
        "success",
    )
    return see_other(url_for("documents.sheet", public_id=code.public_id))
