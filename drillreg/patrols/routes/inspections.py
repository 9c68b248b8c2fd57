"""Inspections: listed, drawn up, shown, handed out and printed."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.answer import pdf_answer
from drillreg.documents.queries.layouts import layout_for
from drillreg.hazards.rules import CheckResult
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_here
from drillreg.patrols.forms.inspections import read_inspection
from drillreg.patrols.inspection_rules import InspectionState
from drillreg.patrols.inspections import (
    NOT_DONE,
    SEEN,
    WAITING,
    all_items,
    counts_of,
    counts_of_many,
    get_inspection,
    inspections_page,
    items_page,
    members_of,
)
from drillreg.patrols.models import Inspection, InspectionItem
from drillreg.patrols.operations.inspections import (
    SUBJECT,
    create_inspection,
    draw_again,
    edit_inspection,
)
from drillreg.patrols.papers import inspection_sheet, inspection_summary
from drillreg.patrols.queries import people_to_send
from drillreg.patrols.routes.blueprint import (
    bp,
    inspection_to_change,
    own_org,
    typed_version,
)
from drillreg.patrols.scope import WAYS
from drillreg.patrols.wording import SAMPLING_WORDS, STATE_COLOURS, STATE_WORDS
from drillreg.sheets.export import READ_AT_MOST, Column, send_table
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline

RESULT_WORDS = {CheckResult.NORMAL: N_("Nothing abnormal"), CheckResult.ABNORMAL: N_("Abnormal")}
ITEM_WORDS = {
    SEEN: N_("Seen"),
    NOT_DONE: N_("Not seen, with a reason"),
    WAITING: N_("Still to be looked at"),
}


@bp.get("/inspections")
@requires(Permission.VIEW)
def inspections() -> str:
    """List the inspections one makes, and those that concern one and may be known."""
    scope = current_scope()
    reader = FormReader(request.args)
    state = reader.choice("state", "", [*InspectionState], required=False)
    way = reader.choice("way", "", code_list(WAYS).codes(), required=False)
    page = inspections_page(scope, state=state, way=way, cursor=request.args.get("after"))
    return render_template(
        "patrols/inspections.html",
        page=page,
        counts=counts_of_many(page.rows, scope),
        filtered=bool(state or way),
        ways=code_list(WAYS).options(),
        states=[(code.value, translate(word)) for code, word in STATE_WORDS.items()],
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        may_inspect=current_actor().may(Permission.ASSIGN_TASKS),
    )


@bp.get("/inspections/new")
@requires(Permission.ASSIGN_TASKS)
def new_inspection() -> str:
    """Ask for an inspection."""
    own_org(Permission.ASSIGN_TASKS)
    today = clock.today()
    return render_template(
        "patrols/inspection_form.html",
        found=None,
        form=form_view(from_on=today, to_on=today, way="announced"),
        ways=code_list(WAYS).options(),
    )


@bp.post("/inspections/new")
@requires(Permission.ASSIGN_TASKS)
@form_of(new_inspection)
@writes
def create_inspection_now() -> ResponseReturnValue:
    """Begin to put an inspection together."""
    org = own_org(Permission.ASSIGN_TASKS)
    facts = read_inspection(request.form)
    found = create_inspection(facts, org=org, actor=current_actor(), now=clock.now())
    flash(
        translate(N_("Now name the team and the places. Nobody is told before it begins.")),
        "success",
    )
    return see_other(url_for(".inspection", inspection_id=found.id))


def _item_filter() -> tuple[str, int | None]:
    reader = FormReader(request.args)
    state = reader.choice("state", "", list(ITEM_WORDS), required=False)
    return state, reader.integer("member", "")


@bp.get("/inspections/<int:inspection_id>")
@requires(Permission.VIEW)
def inspection(inspection_id: int) -> str:
    """Show an inspection: team, list with results, how it was drawn, its steps."""
    scope = current_scope()
    found = get_inspection(inspection_id, scope)
    organises = may_here(Permission.VIEW, found.org)
    members = members_of(found) if organises else []
    state, member_id = _item_filter()
    return render_template(
        "patrols/inspection.html",
        found=found,
        page=items_page(
            found, scope, state=state, member_id=member_id, cursor=request.args.get("after")
        ),
        counts=counts_of(found, scope),
        members=members,
        member_options=[(each.id, each.name) for each in members],
        accounts=_accounts(found) if may_here(Permission.ASSIGN_TASKS, found.org) else [],
        item_words=[(code, translate(word)) for code, word in ITEM_WORDS.items()],
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        sampling=SAMPLING_WORDS.get(found.sampling) if found.sampling else "",
        organises=organises,
        may_edit=may_here(Permission.ASSIGN_TASKS, found.org)
        and found.state is not InspectionState.CLOSED,
        steps=timeline(steps_of(SUBJECT, found.id)) if organises else [],
        form=form_view(),
    )


def _accounts(found: Inspection) -> list[tuple[int, str]]:
    return list(people_to_send(found.org, on=clock.today()).items())


@bp.get("/inspections/<int:inspection_id>/edit")
@requires(Permission.ASSIGN_TASKS)
def edit_inspection_head(inspection_id: int) -> str:
    """Change the head of an inspection."""
    found = inspection_to_change(inspection_id)
    return render_template(
        "patrols/inspection_form.html",
        found=found,
        form=form_view(
            title=found.title,
            way=found.way,
            basis=found.basis,
            focus=found.focus,
            from_on=found.from_on,
            to_on=found.to_on,
            row_version=found.row_version,
        ),
        ways=code_list(WAYS).options(),
    )


@bp.post("/inspections/<int:inspection_id>/edit")
@requires(Permission.ASSIGN_TASKS)
@form_of(edit_inspection_head)
@writes
def save_inspection(inspection_id: int) -> ResponseReturnValue:
    """Save the head of an inspection."""
    found = inspection_to_change(inspection_id)
    edit_inspection(
        found,
        read_inspection(request.form),
        row_version=typed_version(),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".inspection", inspection_id=found.id))


@bp.get("/inspections/<int:inspection_id>/drawn")
@requires(Permission.ASSIGN_TASKS)
def drawn(inspection_id: int) -> str:
    """Draw again from what was kept and say whether the same comes out."""
    found = inspection_to_change(inspection_id)
    again = draw_again(found)
    kept: dict[str, Any] = found.drawn or {}
    return render_template(
        "patrols/drawn.html",
        found=found,
        kept=kept,
        again=again,
        same=again == kept.get("drawn", []),
        levels=code_list("risk_level").options(),
    )


def _place(item: InspectionItem) -> str:
    return name_of(item.site) if item.site is not None else name_of(item.org)


def _outcome(item: InspectionItem) -> str:
    if item.seen_result:
        word = RESULT_WORDS[CheckResult(item.seen_result)]
        return translate(word)
    return translate(ITEM_WORDS[NOT_DONE if item.not_done_reason else WAITING])


COLUMNS: tuple[Column[InspectionItem], ...] = (
    Column(N_("Number"), lambda item: item.site.number if item.site else None),
    Column(N_("Site or unit"), _place),
    Column(N_("Responsible organisation"), lambda item: name_of(item.org)),
    Column(N_("Member"), lambda item: item.member.name if item.member else None),
    Column(N_("Planned day"), lambda item: item.planned_on),
    Column(N_("Seen on"), lambda item: item.seen_on),
    Column(N_("Result"), _outcome),
    Column(N_("What was seen, or the reason"), lambda item: item.seen_note or item.not_done_reason),
    Column(N_("Number of the check"), lambda item: item.check_id),
)


@bp.get("/inspections/<int:inspection_id>/list.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_inspection(inspection_id: int, fmt: str) -> ResponseReturnValue:
    """Hand out the list of an inspection."""
    scope = current_scope()
    found = get_inspection(inspection_id, scope)
    items = all_items(found, scope, at_most=READ_AT_MOST)
    return send_table(found.title, COLUMNS, items, fmt)


PAPERS = {"sheet": inspection_sheet, "summary": inspection_summary}


@bp.get("/inspections/<int:inspection_id>/print/<what>")
@requires(Permission.VIEW)
def print_inspection(inspection_id: int, what: str) -> ResponseReturnValue:
    """Print the sheet to take along, or the summary."""
    if what not in PAPERS:
        raise NotFound(N_("There is nothing at this address."))
    scope = current_scope()
    found = get_inspection(inspection_id, scope)
    items = all_items(found, scope, at_most=2000)
    team = members_of(found) if may_here(Permission.VIEW, found.org) else []
    paper = PAPERS[what](found, items, team)
    return pdf_answer(paper, layout_for(paper.layout, found.org))
