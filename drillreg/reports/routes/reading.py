"""Reading reports: the list, one report, its paper, the public check."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, render_template, request
from flask.sansio.blueprints import BlueprintSetupState

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, public, requires
from drillreg.core.reading import form_view
from drillreg.i18n import N_, translate
from drillreg.orgs.history import PastNames
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.rules import Secrecy
from drillreg.reports.checking import genuine_report
from drillreg.reports.models import Report
from drillreg.reports.queries import (
    all_reports,
    count_reports,
    findings_of,
    get_report,
    reports_page,
    reports_waiting_for,
)
from drillreg.reports.routes.blueprint import (
    bp,
    nodes,
    org_of_address,
    word_of_address,
    words,
    words_of_address,
)
from drillreg.reports.rules import STATE_WORDS, ReportState
from drillreg.reports.scope import REPORT
from drillreg.reports.sheets import signed_sheets
from drillreg.reports.snapshot import Seal, take_snapshot
from drillreg.reports.sources import sources_of
from drillreg.reports.thread import thread_of
from drillreg.sheets.export import Column, send_table
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline


def _filter() -> dict[str, Any]:
    return {
        "within": org_of_address(current_scope()),
        "state": word_of_address("state", tuple(ReportState)),
        "words": words_of_address(),
    }


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the reports in scope; a leader sees first what waits for a decision."""
    scope, chosen = current_scope(), _filter()
    page = reports_page(scope, cursor=request.args.get("after"), **chosen)
    return render_template(
        "reports/index.html",
        page=page,
        names=PastNames(report.org_id for report in page.rows if report.approved_at),
        total=count_reports(scope, **chosen),
        waiting=reports_waiting_for(current_actor(), scope),
        chosen=chosen,
        nodes=nodes(scope, chosen["within"]),
        states=[(state.value, translate(STATE_WORDS[state])) for state in ReportState],
        today=clock.today(),
        local_date=clock.local_date,
        paper_day=paper_day,
        **words(),
    )


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    reports = all_reports(current_scope(), **_filter())
    names = PastNames(report.org_id for report in reports if report.approved_at)
    return send_table(N_("After-action reports"), export_columns(names), reports, fmt)


def paper_day(report: Report) -> date | None:
    """Return the day whose names a report prints; today's while it is not approved."""
    return clock.local_date(report.approved_at) if report.approved_at else None


def export_columns(names: PastNames) -> list[Column[Report]]:
    """Return the columns of the exported list, each report with the name of its day."""
    return [
        Column(N_("Organisation"), lambda report: names.on(report.org, paper_day(report))),
        Column(N_("Title"), lambda report: report.title),
        Column(N_("Drill held on"), lambda report: report.drill.held_on),
        Column(N_("State"), lambda report: translate(STATE_WORDS[report.state])),
        Column(N_("Number"), lambda report: report.number),
        Column(
            N_("Submitted on"),
            lambda report: clock.local_date(report.submitted_at) if report.submitted_at else None,
        ),
        Column(N_("Approved on"), paper_day),
        Column(N_("Approved by"), lambda report: report.approved_by_name),
    ]


def content_of(report: Report) -> Mapping[str, Any]:
    """Return what the report says: frozen when it is approved, else as the records stand."""
    if report.snapshot is not None:
        return report.snapshot
    return take_snapshot(sources_of(report, on=clock.today()), Seal())


@bp.get("/<int:report_id>")
@requires(Permission.VIEW)
def show(report_id: int) -> str:
    """Show a report to its reader, with its place in the thread."""
    scope, today = current_scope(), clock.today()
    report = get_report(report_id, scope)
    findings, steps = findings_of(report), steps_of("report", report.id)
    return render_template(
        "reports/show.html",
        report=report,
        org_name=PastNames([report.org_id]).shown(report.org, paper_day(report)),
        s=content_of(report),
        findings=findings,
        steps=steps,
        entries=timeline(steps),
        thread=thread_of(report, findings, scope, today),
        may_write=may_on(Permission.WRITE_REPORTS, REPORT.code, report),
        signed=signed_sheets(report, current_scope()),
        may_decide=may_on(Permission.APPROVE_REPORTS, REPORT.code, report)
        and not report.submitters & current_actor().account_ids,
        form=form_view(),
        today=today,
        **words(),
    )


@public
def check(public_id: str) -> str:
    """Say that a printed report is genuine, and nothing else."""
    report = genuine_report(public_id)
    plan = (report.snapshot or {}).get("plan") or {}
    secret = plan.get("secrecy", Secrecy.PUBLIC) != Secrecy.PUBLIC or (
        report.drill.plan is not None and report.drill.plan.secrecy is not Secrecy.PUBLIC
    )
    return render_template("reports/check.html", report=report, shows_title=not secret)


@bp.record_once
def _add_check(state: BlueprintSetupState) -> None:
    """Printed as a code, so its address is short and outside the prefix of the pages."""
    state.app.add_url_rule("/r/<public_id>", "reports.check", check)
