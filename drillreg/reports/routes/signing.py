"""The way of a report to its leader: submitting, approving, returning."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import Stale
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.reports.forms import DecisionForm
from drillreg.reports.models import Report
from drillreg.reports.operations.freezing import approve_report
from drillreg.reports.operations.signing import return_report, submit_report
from drillreg.reports.queries import findings_of
from drillreg.reports.routes.blueprint import bp, report_to_change, words
from drillreg.reports.routes.reading import content_of, show
from drillreg.reports.rules import ReportState, ensure_reviewable
from drillreg.reports.sources import for_paper, sources_of
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline, who


@bp.post("/<int:report_id>/submit")
@requires(Permission.WRITE_REPORTS)
@form_of(show)
@writes
def submit(report_id: int) -> ResponseReturnValue:
    """Hand the report to its leader."""
    report = report_to_change(report_id, Permission.WRITE_REPORTS)
    submit_report(
        report,
        findings_of(report),
        drill=report.drill,
        url=url_for(".decide", report_id=report.id),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The report is on its way to the leader.")), "success")
    return see_other(url_for(".show", report_id=report.id))


def _report_to_decide(report_id: int) -> Report:
    report = report_to_change(report_id, Permission.APPROVE_REPORTS)
    ensure_reviewable(
        report.state, submitters=report.submitters, reviewers=current_actor().account_ids
    )
    return report


@bp.get("/<int:report_id>/decide")
@requires(Permission.APPROVE_REPORTS)
def decide(report_id: int) -> ResponseReturnValue:
    """Show the leader the report on one page and ask for a decision."""
    report = report_to_change(report_id, Permission.APPROVE_REPORTS)
    if report.state is not ReportState.SUBMITTED:
        # Led here by an old notice: somebody has decided, or the author took the next step.
        return see_other(url_for(".show", report_id=report.id))
    report = _report_to_decide(report_id)
    steps = steps_of("report", report.id)
    author = next((who(step) for step in reversed(steps)), "")
    return render_template(
        "reports/decide.html",
        report=report,
        s=content_of(report),
        entries=timeline(steps),
        author=author,
        waited=(clock.today() - clock.local_date(report.submitted_at)).days
        if report.submitted_at
        else 0,
        form=form_view(decision="", remark="", version=report.row_version),
        **words(),
    )


@bp.post("/<int:report_id>/decide")
@requires(Permission.APPROVE_REPORTS)
@form_of(decide)
@writes
def settle(report_id: int) -> ResponseReturnValue:
    """Approve the report, which freezes it, or return it with reasons."""
    report = _report_to_decide(report_id)
    form = DecisionForm.read(request.form)
    if form.version != report.row_version:
        label = translate(N_("Remark"))
        raise Stale({label: ""}, {label: form.remark})
    if form.approve:
        _approve(report, form.remark)
    else:
        return_report(
            report,
            drill=report.drill,
            remark=form.remark,
            url=url_for(".show", report_id=report.id),
            actor=current_actor(),
            now=clock.now(),
        )
        flash(translate(N_("The report went back to its author.")), "success")
    return see_other(url_for(".show", report_id=report.id))


def _approve(report: Report, remark: str) -> None:
    today = clock.today()
    approve_report(
        for_paper(sources_of(report, on=today)),
        remark=remark,
        url=url_for(".show", report_id=report.id),
        check_url=settings().public_url.rstrip("/") + url_for(".check", public_id=report.public_id),
        actor=current_actor(),
        today=today,
        now=clock.now(),
    )
    flash(translate(N_("Approved as %(number)s."), number=report.number), "success")
