"""Writing a report: starting it from its drill, changing what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError, Stale
from drillreg.core.page import name_of
from drillreg.core.reading import FormView, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.drills.queries import DrillRecord, drill_record
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of
from drillreg.orgs.scope import current_scope, ensure_may
from drillreg.reports.facts import FindingText, ReportText
from drillreg.reports.forms import (
    StartForm,
    read_report,
    read_version,
    row_numbers,
    values_of,
    with_rows_changed,
)
from drillreg.reports.models import Finding, Report
from drillreg.reports.operations.writing import save_report, write_report
from drillreg.reports.queries import findings_of, orgs_to_charge, report_of_drill_or_none
from drillreg.reports.routes.blueprint import bp, report_to_change
from drillreg.reports.rules import ensure_drill_held, ensure_editable
from drillreg.reports.snapshot import summary_of
from drillreg.reports.wording import formal_name, report_title

LABELS = {
    "title": N_("Title"),
    "addressee": N_("Addressee"),
    "copies_to": N_("Copies to"),
    "summary": N_("Summary"),
    "strengths": N_("What went well"),
}


def _held(drill_id: int) -> DrillRecord:
    record = drill_record(drill_id, current_scope())
    ensure_may(Permission.WRITE_REPORTS, record.drill.org)
    ensure_drill_held(record.drill.status)
    return record


def _addressee(org: Org) -> str:
    """Return whom an organisation reports to: the one above it."""
    above = ancestors_of(org)
    return formal_name(above[-1].name, above[-1].kind) if above else ""


@bp.get("/new/<int:drill_id>")
@requires(Permission.WRITE_REPORTS)
def new(drill_id: int) -> ResponseReturnValue:
    """Show what the record already says, and ask for title and addressee."""
    record = _held(drill_id)
    there = report_of_drill_or_none(drill_id, current_scope())
    if there is not None:
        return see_other(url_for(".show", report_id=there.id))
    return render_template(
        "reports/new.html",
        record=record,
        drill=record.drill,
        summary=summary_of(record),
        form=form_view(
            title=report_title(record.drill.title), addressee=_addressee(record.drill.org)
        ),
    )


@bp.post("/new/<int:drill_id>")
@requires(Permission.WRITE_REPORTS)
@form_of(new)
@writes
def create(drill_id: int) -> ResponseReturnValue:
    """Start the report."""
    record = _held(drill_id)
    there = report_of_drill_or_none(drill_id, current_scope())
    if there is not None:  # sent twice, or written by somebody else meanwhile
        return see_other(url_for(".show", report_id=there.id))
    form = StartForm.read(request.form)
    report = write_report(
        record,
        title=form.title,
        addressee=form.addressee,
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".edit", report_id=report.id))


def _edit_page(report: Report, form: FormView) -> str:
    fields = form.values
    return render_template(
        "reports/edit.html",
        report=report,
        form=form,
        rows=row_numbers(fields),
        orgs=[(org.id, name_of(org)) for org in orgs_to_charge(report.org, current_scope())],
        held_on=report.drill.held_on,
    )


@bp.get("/<int:report_id>/edit")
@requires(Permission.WRITE_REPORTS)
def edit(report_id: int) -> str:
    """Show the report to its author."""
    report = report_to_change(report_id, Permission.WRITE_REPORTS)
    ensure_editable(report.state)
    return _edit_page(report, form_view(**values_of(report, findings_of(report))))


@bp.post("/<int:report_id>/rows")
@requires(Permission.WRITE_REPORTS)
@writes
def change_rows(report_id: int) -> str:
    """Show the form again with a row more or less; nothing is saved yet."""
    report = report_to_change(report_id, Permission.WRITE_REPORTS)
    ensure_editable(report.state)
    command = request.form.get("rows", "")
    return _edit_page(report, FormView(with_rows_changed(request.form, command)))


@bp.post("/<int:report_id>/edit")
@requires(Permission.WRITE_REPORTS)
@form_of(edit)
@writes
def save(report_id: int) -> ResponseReturnValue:
    """Save what the author wrote."""
    report = report_to_change(report_id, Permission.WRITE_REPORTS)
    findings = findings_of(report)
    orgs = orgs_to_charge(report.org, current_scope())
    text = read_report(request.form, [org.id for org in orgs])
    _ensure_fresh(report, findings, text, {org.id: org.name for org in orgs})
    if report.drill.held_on is None:
        raise DomainError(N_("A report is written when the drill has been recorded as held."))
    save_report(
        report,
        findings,
        text,
        held_on=report.drill.held_on,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The report is saved.")), "success")
    return see_other(url_for(".show", report_id=report.id))


def _ensure_fresh(
    report: Report, findings: Sequence[Finding], yours: ReportText, names: Mapping[int, str]
) -> None:
    """Raise Stale with both texts when the report was saved since this form was opened."""
    if report.row_version == read_version(request.form):
        return
    saved = {name: getattr(report, name) or "" for name in LABELS}
    typed = {name: getattr(yours, name) for name in LABELS}
    differing = [name for name in LABELS if saved[name] != typed[name]]
    theirs = {translate(LABELS[name]): saved[name] for name in differing}
    ours = {translate(LABELS[name]): typed[name] for name in differing}
    label = translate(N_("Findings and actions"))
    theirs[label] = _as_lines(findings, names)
    ours[label] = _as_lines(yours.findings, names)
    raise Stale(theirs, ours)


def _as_lines(findings: Sequence[Finding | FindingText], names: Mapping[int, str]) -> str:
    lines: list[str] = []
    for number, finding in enumerate(findings, start=1):
        lines.append(f"{number}. {finding.text}")
        actions: Sequence[Any] = finding.actions
        lines += [
            f"→ {each.text} · {names.get(each.org_id, '')} {each.person_name} · {each.due_on}"
            for each in actions
        ]
    return "\n".join(lines)
