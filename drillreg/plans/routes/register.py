"""The register: the list, its export, one plan, its papers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.audit.queries import acts_on
from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.clock import day_begins
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.history import PastNames
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, may_on
from drillreg.plans.marking import marks_of
from drillreg.plans.models import Plan
from drillreg.plans.queries import (
    PlanFilter,
    PlanRow,
    all_plans,
    children_of,
    count_plans,
    count_sites_under,
    get_paper,
    get_plan,
    plans_page,
)
from drillreg.plans.routes.blueprint import bp, org_of_address
from drillreg.plans.rules import SOON, PlanState, Secrecy, plan_state
from drillreg.plans.scope import PLAN
from drillreg.plans.secrecy import LINE_ONLY
from drillreg.plans.sections import written_in
from drillreg.plans.wording import ACT_WORDS, SECRECY_WORDS, STATE_COLOURS, STATE_WORDS
from drillreg.sheets.export import Column, send_table
from drillreg.sheets.write import Cell

SORTS = ("issued", "-issued", "review", "-review")
# Organisations that are offered to narrow the list; anything else comes by a link.
NODES = ("county", "department", "town")


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    text = request.args.get(name, "")
    return text if text in choices else ""


def read_filter() -> PlanFilter:
    """Return the filter in the address; a word that no list knows filters nothing."""
    return PlanFilter(
        org=org_of_address("org", current_scope()),
        own=request.args.get("own") == "1",
        kind=_one_of("kind", code_list("plan_kind").codes()),
        event_type=_one_of("event_type", code_list("event_type").codes()),
        state=_one_of("state", tuple(PlanState)),
        words=request.args.get("words", "").strip()[:100],
        sort=_one_of("sort", SORTS),
        level=_one_of("level", code_list("plan_level").codes()),
        issued_from=_day("issued_from"),
        issued_until=_day("issued_until"),
    )


def _day(name: str) -> date | None:
    """Return a day in the address; what is none filters nothing."""
    return FormReader(request.args).date(name, name)


def arguments(chosen: PlanFilter) -> dict[str, Any]:
    """Return a filter as arguments of an address."""
    given = {
        "org": str(chosen.org.id) if chosen.org else "",
        "own": "1" if chosen.own else "",
        "kind": chosen.kind,
        "event_type": chosen.event_type,
        "state": chosen.state,
        "words": chosen.words,
        "sort": chosen.sort,
        "level": chosen.level,
        "issued_from": chosen.issued_from.isoformat() if chosen.issued_from else "",
        "issued_until": chosen.issued_until.isoformat() if chosen.issued_until else "",
    }
    return {name: text for name, text in given.items() if text}


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the plans within the scope, filtered and sorted."""
    scope, chosen, today = current_scope(), read_filter(), clock.today()
    page = plans_page(scope, chosen, today=today, cursor=request.args.get("after"))
    return render_template(
        "plans/index.html",
        page=page,
        marks=marks_of([row.plan.id for row in page.rows if not row.is_past]),
        total=count_plans(scope, chosen, today=today),
        **choices(chosen),
        may_register=bool(current_scope_for(Permission.EDIT_PLANS).paths),
        today=today,
        **words(),
    )


def choices(chosen: PlanFilter) -> dict[str, object]:
    """Return what the filter of a list of plans offers, and what is chosen."""
    nodes = list(orgs_of_kinds(current_scope(), NODES))
    if chosen.org and chosen.org.id not in {org.id for org in nodes}:
        nodes.append(chosen.org)
    return {
        "chosen": chosen,
        "is_narrowed": bool(arguments(replace(chosen, sort=""))),
        "nodes": [(org.id, name_of(org)) for org in nodes],
        "states": [(state.value, translate(STATE_WORDS[state])) for state in PlanState],
    }


def words() -> dict[str, object]:
    """Return what the templates of plans need to name states and dates."""
    return {
        "state_words": STATE_WORDS,
        "state_colours": STATE_COLOURS,
        "secrecy_words": SECRECY_WORDS,
        "line_only": LINE_ONLY,
        "soon": SOON,
    }


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    today = clock.today()
    rows = all_plans(current_scope(), read_filter(), today=today)
    return send_table(N_("Plans"), export_columns(today), rows, fmt)


def export_columns(today: date) -> list[Column[PlanRow]]:
    """Return the columns of the exported register; the state is that of `today`."""

    def of_version(name: str) -> Callable[[PlanRow], Cell]:
        return lambda row: getattr(row.version, name) if row.version else None

    return [
        Column(N_("Organisation"), lambda row: name_of(row.org)),
        Column(N_("Title"), lambda row: row.plan.title),
        Column(N_("English title"), lambda row: row.plan.title_en),
        Column(N_("Kind of plan"), lambda row: code_label(row.plan.kind, "plan_kind")),
        Column(N_("Event"), lambda row: code_label(row.plan.event_type, "event_type")),
        Column(N_("State"), lambda row: translate(STATE_WORDS[row.state(today)])),
        Column(N_("Version"), of_version("number")),
        Column(N_("Document number"), of_version("document_number")),
        Column(N_("Date of issue"), of_version("issued_on")),
        Column(N_("Review by"), of_version("review_on")),
        Column(N_("Secrecy"), lambda row: translate(SECRECY_WORDS[row.plan.secrecy])),
    ]


def state_of(plan: Plan) -> PlanState:
    """Say how a plan stands today."""
    review_on = plan.current.review_on if plan.current else None
    return plan_state(
        has_issued=plan.current is not None,
        abolished=plan.is_abolished,
        review_on=review_on,
        today=clock.today(),
    )


@bp.get("/<int:plan_id>")
@requires(Permission.VIEW)
def show(plan_id: int) -> str:
    """Show one plan: its versions, papers, what it stands under and what was done with it."""
    scope = current_scope()
    plan = get_plan(plan_id, scope)
    parent, left = plan.parent, PLAN.cut(scope, plan)
    return render_template(
        "plans/show.html",
        plan=plan,
        names=PastNames([plan.org_id]),
        state=state_of(plan),
        parent_in_scope=parent is not None and PLAN.includes(scope.present, parent),
        parent_is_public=parent is not None and parent.secrecy is Secrecy.PUBLIC,
        children=children_of(plan, scope),
        site_count=count_sites_under(plan, scope),
        left_on=left,
        acts=acts_on("plan", plan.id, before=day_begins(left) if left else None),
        act_words=ACT_WORDS,
        written=written_in(plan),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        may_issue=may_on(Permission.ISSUE_PLANS, PLAN.code, plan),
        today=clock.today(),
        **words(),
    )


@bp.get("/<int:plan_id>/files/<int:file_id>")
@requires(Permission.VIEW)
def paper(plan_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a paper of a plan within the scope."""
    return send_stored(get_paper(get_plan(plan_id, current_scope()), file_id).file)
