"""Reporting sites to the county and filing them there: what is reported, to whom, under what."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.answer import pdf_answer
from drillreg.hazards.forms import read_reason
from drillreg.hazards.models import HazardSite, SiteReport
from drillreg.hazards.report_queries import (
    MOST_SITES,
    Narrowed,
    all_reports,
    counts_of,
    get_report,
    items_of,
    reports_page,
    sites_to_report,
)
from drillreg.hazards.reporting import (
    REPORT_COLOURS,
    REPORT_WORDS,
    county_above,
    ensure_waits,
    file_report,
    receipt_paper,
    return_report,
    send_report,
    take_report_back,
)
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.rules import ReportState
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may, may_here
from drillreg.sheets.export import Column, send_table

STATES = tuple(state.value for state in ReportState)


def _narrowed() -> Narrowed:
    state = FormReader(request.args).choice("state", "", STATES, required=False)
    return Narrowed(ReportState(state) if state else None)


@bp.get("/hazards/reports")
@requires(Permission.VIEW)
def reports() -> str:
    """List what was reported to the county, the newest first."""
    page = reports_page(current_scope(), _narrowed(), cursor=request.args.get("after"))
    return render_template(
        "hazards/reports.html",
        page=page,
        counts=counts_of(page.rows),
        states=[(state.value, translate(word)) for state, word in REPORT_WORDS.items()],
        words=REPORT_WORDS,
        colours=REPORT_COLOURS,
        may_report=current_actor().may(Permission.EDIT_HAZARDS),
    )


@bp.get("/hazards/reports.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def reports_export(fmt: str) -> ResponseReturnValue:
    """Hand out the reports as they are filtered."""
    found = all_reports(current_scope(), _narrowed())
    counts = counts_of(found)
    columns: tuple[Column[SiteReport], ...] = (
        Column(N_("Reported by"), lambda report: report.org.name),
        Column(N_("Reported on"), lambda report: report.sent_on),
        Column(N_("Sites"), lambda report: counts.get(report.id, 0)),
        Column(N_("State"), lambda report: translate(REPORT_WORDS[report.state])),
        Column(N_("Number of the record"), lambda report: report.number),
        Column(N_("Answered on"), lambda report: report.answered_on),
    )
    return send_table(N_("Sites reported to the county"), columns, found, fmt)


def _sender() -> Org:
    """Return the organisation in whose name the person reports."""
    return get_org(current_actor().org_id or 0, current_scope())


def _asked(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 16]


@bp.get("/hazards/reports/new")
@requires(Permission.EDIT_HAZARDS)
def report_new() -> str:
    """Offer the sites that no county has filed; those of the address are chosen already."""
    sender = _sender()
    form = form_view(site=request.args.getlist("site"))
    chosen = form.all_values("site")
    scope = current_scope_for(Permission.EDIT_HAZARDS)
    found = list(sites_to_report(scope))
    listed = {site.id for site in found}
    more = [each for each in _asked(chosen) if each not in listed]
    return render_template(
        "hazards/report_new.html",
        sites=[*sites_to_report(scope, ids=more), *found] if more else found,
        chosen=set(_asked(chosen)),
        county=county_above(sender),
        sender=sender,
        most=MOST_SITES,
        form=form,
    )


@bp.post("/hazards/reports/new")
@requires(Permission.EDIT_HAZARDS)
@form_of(report_new)
@writes
def report_send() -> ResponseReturnValue:
    """Report sites to the county."""
    reader = FormReader(request.form)
    note = reader.text("note", translate(N_("Note")), max_length=300)
    reader.finish()
    ids = _asked(request.form.getlist("site"))
    found: Sequence[HazardSite] = sites_to_report(
        current_scope_for(Permission.EDIT_HAZARDS), ids=ids, at_most=len(ids) + 1
    )
    if len(found) != len(set(ids)):
        raise DomainError(N_("One of the chosen sites was reported or filed meanwhile."))
    report = send_report(
        org=_sender(),
        sites=found,
        note=note,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(
        translate(N_("The sites are reported to %(county)s."), county=report.desk.name), "success"
    )
    return see_other(url_for(".report", report_id=report.id))


@bp.get("/hazards/reports/<int:report_id>")
@requires(Permission.VIEW)
def report(report_id: int) -> str:
    """Show what was reported and what the county answered."""
    found = get_report(report_id, current_scope())
    waits = found.state is ReportState.SENT
    return render_template(
        "hazards/report.html",
        report=found,
        items=items_of(found),
        word=translate(REPORT_WORDS[found.state]),
        colour=REPORT_COLOURS[found.state],
        may_answer=waits and may_here(Permission.EDIT_HAZARDS, found.desk),
        may_take_back=waits and may_here(Permission.EDIT_HAZARDS, found.org),
        form=form_view(),
    )


def _waiting(report_id: int, *, at_desk: bool) -> SiteReport:
    found = get_report(report_id, current_scope(), lock=True)
    ensure_may(Permission.EDIT_HAZARDS, found.desk if at_desk else found.org)
    ensure_waits(found)
    return found


def _act() -> dict[str, Any]:
    return {"actor": current_actor(), "now": clock.now(), "today": clock.today()}


@bp.post("/hazards/reports/<int:report_id>/answer")
@requires(Permission.EDIT_HAZARDS)
@form_of(report)
@writes
def report_answer(report_id: int) -> ResponseReturnValue:
    """File what was reported under the next number, or send it back with what is wrong."""
    found = _waiting(report_id, at_desk=True)
    reader = FormReader(request.form)
    answers = ("file", "return")
    answer = reader.choice("answer", translate(N_("Answer")), answers)
    note = reader.text("reason", translate(N_("Reason")), max_length=300)
    reader.finish()
    if answer == "return":
        return_report(found, note=read_reason(request.form), **_act())
        flash(translate(N_("The report was sent back.")), "success")
    else:
        number = file_report(found, note=note, **_act())
        flash(translate(N_("Recorded as %(number)s."), number=number), "success")
    return see_other(url_for(".report", report_id=found.id))


@bp.post("/hazards/reports/<int:report_id>/take-back")
@requires(Permission.EDIT_HAZARDS)
@form_of(report)
@writes
def report_take_back(report_id: int) -> ResponseReturnValue:
    """Take a report back before it is answered."""
    found = _waiting(report_id, at_desk=False)
    take_report_back(found, **_act())
    flash(translate(N_("The report was taken back.")), "success")
    return see_other(url_for(".report", report_id=found.id))


@bp.get("/hazards/reports/<int:report_id>/receipt.pdf")
@requires(Permission.VIEW)
def report_receipt(report_id: int) -> ResponseReturnValue:
    """Print the receipt of a report that the county filed."""
    found = get_report(report_id, current_scope())
    if found.state is not ReportState.FILED:
        raise NotFound(N_("There is no such paper."))
    lists = (code_list("hazard_kind"), code_list("risk_level"))
    words = {item.code: item.label["zh"] for each in lists for item in each}
    return pdf_answer(receipt_paper(found, items_of(found), words))
