"""The register: the list, its export, one plan, its papers."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.audit.queries import acts_on
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import name_of
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.history import PastNames
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, may_here
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
from drillreg.plans.wording import ACT_WORDS, SECRECY_WORDS, STATE_COLOURS, STATE_WORDS
from drillreg.sheets.write import Cell, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    )


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
    }
    return {name: text for name, text in given.items() if text}


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the plans within the scope, filtered and sorted."""
    scope, chosen, today = current_scope(), read_filter(), clock.today()
    nodes = list(orgs_of_kinds(scope, NODES))
    if chosen.org and chosen.org.id not in {org.id for org in nodes}:
        nodes.append(chosen.org)
    return render_template(
        "plans/index.html",
        page=plans_page(scope, chosen, today=today, cursor=request.args.get("after")),
        total=count_plans(scope, chosen, today=today),
        chosen=chosen,
        export_url=url_for(".export", **arguments(chosen)),
        nodes=[(org.id, name_of(org)) for org in nodes],
        states=[(state.value, translate(STATE_WORDS[state])) for state in PlanState],
        may_register=bool(current_scope_for(Permission.EDIT_PLANS).paths),
        today=today,
        **words(),
    )


def words() -> dict[str, object]:
    """Return what the templates of plans need to name states and dates."""
    return {
        "state_words": STATE_WORDS,
        "state_colours": STATE_COLOURS,
        "secrecy_words": SECRECY_WORDS,
        "soon": SOON,
    }


HEADER = (
    N_("Organisation"),
    N_("Title"),
    N_("English title"),
    N_("Kind of plan"),
    N_("Event"),
    N_("State"),
    N_("Version"),
    N_("Document number"),
    N_("Date of issue"),
    N_("Review by"),
    N_("Secrecy"),
)


@bp.get("/export.xlsx")
@requires(Permission.VIEW)
def export() -> Response:
    """Hand out exactly what the filter leaves, as a workbook."""
    today = clock.today()
    rows = all_plans(current_scope(), read_filter(), today=today)
    data = xlsx_bytes(
        [
            (
                translate(N_("Plans")),
                [translate(text) for text in HEADER],
                [_cells(row, row.state(today)) for row in rows],
            )
        ],
        zone=ZoneInfo(settings().timezone),
    )
    return workbook(data, f"plans-{today.isoformat()}.xlsx")


def workbook(data: bytes, name: str) -> Response:
    """Answer with a workbook to be saved."""
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(row: PlanRow, state: PlanState) -> list[Cell]:
    version = row.version
    return [
        name_of(row.org),
        row.plan.title,
        row.plan.title_en,
        code_label(row.plan.kind, "plan_kind"),
        code_label(row.plan.event_type, "event_type"),
        translate(STATE_WORDS[state]),
        version.number if version else None,
        version.document_number if version else None,
        version.issued_on if version else None,
        version.review_on if version else None,
        translate(SECRECY_WORDS[row.plan.secrecy]),
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
    parent = plan.parent
    return render_template(
        "plans/show.html",
        plan=plan,
        names=PastNames([plan.org_id]),
        state=state_of(plan),
        parent_in_scope=parent is not None and scope.includes(parent.org),
        parent_is_public=parent is not None and parent.secrecy is Secrecy.PUBLIC,
        children=children_of(plan, scope),
        site_count=count_sites_under(plan, scope),
        acts=acts_on("plan", plan.id),
        act_words=ACT_WORDS,
        may_edit=may_here(Permission.EDIT_PLANS, plan.org),
        may_issue=may_here(Permission.ISSUE_PLANS, plan.org),
        today=clock.today(),
        **words(),
    )


@bp.get("/<int:plan_id>/files/<int:file_id>")
@requires(Permission.VIEW)
def paper(plan_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a paper of a plan within the scope."""
    return send_stored(get_paper(get_plan(plan_id, current_scope()), file_id).file)
