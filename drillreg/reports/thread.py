"""The thread of a report: site, plan, drill, report, corrective actions, each link live."""

from collections.abc import Sequence
from datetime import date

from flask import url_for

from drillreg.core.page import day, name_of
from drillreg.drills.scope import DRILL
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.rules import Secrecy
from drillreg.plans.scope import PLAN
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import STATE_WORDS, ReportState, Standing, standing

Station = dict[str, str]


def _station(label: str, text: str, state: str, url: str = "") -> Station:
    return {"label": translate(label), "text": text, "state": state, "url": url}


def _nothing(label: str) -> Station:
    return _station(label, translate(N_("None")), "none")


def thread_of(
    report: Report, findings: Sequence[Finding], scope: OrgScope, today: date
) -> list[Station]:
    """Return the stations of the thread; what is out of the reader's scope has no link."""
    drill = report.drill
    site = _nothing(N_("Hazard site"))
    if drill.site is not None:
        url = (
            url_for("hazards.show", site_id=drill.site_id)
            if SITE.includes(scope, drill.site)
            else ""
        )
        site = _station(N_("Hazard site"), name_of(drill.site), "done", url)
    plan = _nothing(N_("Plan"))
    if drill.plan is not None:
        plan = _plan(drill.plan, scope)
    url = url_for("drills.show", drill_id=drill.id) if DRILL.includes(scope, drill) else ""
    done = _station(N_("Drill"), day(drill.held_on), "done", url)
    here = _station(N_("Report"), report.number or translate(STATE_WORDS[report.state]), "here")
    return [site, plan, done, here, _actions(report, findings, today)]


def _plan(plan: Plan, scope: OrgScope) -> Station:
    if PLAN.includes(scope, plan):
        return _station(N_("Plan"), name_of(plan), "done", url_for("plans.show", plan_id=plan.id))
    hidden = plan.secrecy is not Secrecy.PUBLIC
    return _station(
        N_("Plan"), translate(N_("An internal plan")) if hidden else name_of(plan), "done"
    )


def _actions(report: Report, findings: Sequence[Finding], today: date) -> Station:
    label = N_("Corrective actions")
    actions = [action for finding in findings for action in finding.actions]
    if any(not (finding.actions or finding.no_action_reason) for finding in findings):
        return _station(label, translate(N_("A finding without an action")), "broken")
    if not actions:
        return _nothing(label)
    if report.state is not ReportState.APPROVED:
        return _station(label, translate(N_("%(count)d proposed"), count=len(actions)), "open")
    text, state = _progress(actions, today)
    return _station(label, text, state, url_for("reports.actions", words=report.title))


def _progress(actions: Sequence[CorrectiveAction], today: date) -> tuple[str, str]:
    standings = [standing(action.state, action.due_on, today) for action in actions]
    if late := standings.count(Standing.LATE):
        return translate(N_("%(count)d late"), count=late), "broken"
    done = standings.count(Standing.DONE)
    text = translate(N_("%(done)d of %(all)d done"), done=done, all=len(actions))
    return text, "done" if done == len(actions) else "open"
