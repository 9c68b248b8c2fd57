"""Yearly drafting plans: listed, begun, shown, filled from proposals, handed out."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import FieldError, FormErrors, NotAllowed
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.answer import pdf_answer
from drillreg.documents.queries.layouts import layout_for
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.scope import current_scope, current_scope_for, may_here
from drillreg.revisions.drafting import (
    MAKERS,
    Line,
    copies_of,
    counts_of,
    drafting_page,
    get_drafting,
    lines_of,
    makers,
    proposals_for,
    struck_of,
)
from drillreg.revisions.forms import read_beginning, read_due
from drillreg.revisions.models import DraftingPlan
from drillreg.revisions.operations.approving import people_to_name
from drillreg.revisions.operations.drafting import DRAFTING, add_proposals, begin_drafting
from drillreg.revisions.papers import drafting_paper
from drillreg.revisions.routes.blueprint import bp, drafting_to_change
from drillreg.revisions.rules import DraftingState
from drillreg.revisions.wording import DRAFTING_WORDS, PROGRESS_COLOURS, PROGRESS_WORDS
from drillreg.sheets.export import Column, send_rows
from drillreg.signoffs.queries import sign_off_of
from drillreg.signoffs.showing import STATE_WORDS, shown
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline


@bp.get("/drafting")
@requires(Permission.VIEW)
def draftings() -> str:
    """List the drafting plans in scope by year, and begin one."""
    page = drafting_page(current_scope(), cursor=request.args.get("after"))
    return render_template(
        "revisions/draftings.html",
        page=page,
        counts=counts_of(page.rows),
        state_words=DRAFTING_WORDS,
        makers=[(org.id, name_of(org)) for org in _makers()],
        form=form_view(year=clock.today().year),
    )


def _makers() -> list[Any]:
    return list(makers(current_scope_for(Permission.EDIT_PLANS)))


@bp.post("/drafting")
@requires(Permission.EDIT_PLANS)
@form_of(draftings)
@writes
def begin() -> ResponseReturnValue:
    """Begin the drafting plan of an office for a year."""
    offered = {org.id: org for org in _makers()}
    org_id, year = read_beginning(request.form, list(offered), clock.today())
    if org_id not in offered:
        raise NotAllowed(N_("You may look at this, but not change it."))
    made = begin_drafting(offered[org_id], year, actor=current_actor(), now=clock.now())
    return see_other(url_for(".proposals", drafting_id=made.id))


@bp.get("/drafting/<int:drafting_id>")
@requires(Permission.VIEW)
def drafting(drafting_id: int) -> str:
    """Show a drafting plan: its items, how far each is, who was sent a copy."""
    found = get_drafting(drafting_id, current_scope())
    lines = lines_of(found)
    maker = code_list(MAKERS).get(found.org.kind)
    copied_to = (
        {"zh": maker.attributes["copied_to_zh"], "en": maker.attributes["copied_to_en"]}
        if maker
        else None
    )
    sign_off, actor, today = sign_off_of(DRAFTING, found.id), current_actor(), clock.today()
    may_edit = may_here(Permission.EDIT_PLANS, found.org)
    return render_template(
        "revisions/drafting.html",
        drafting=found,
        shown=shown(sign_off, actor, today) if sign_off else None,
        people=people_to_name(found, actor, today) if may_edit else [],
        entries=timeline(steps_of(DRAFTING, found.id)),
        sign_words=STATE_WORDS,
        lines=lines,
        struck=struck_of(found),
        copies=copies_of(found),
        rule=pick(maker.label) if maker else "",
        form=form_view(recipient=pick(copied_to), sent_on=clock.today()),
        may_edit=may_edit,
        is_draft=found.state is DraftingState.DRAFT,
        state_words=DRAFTING_WORDS,
        progress_words=PROGRESS_WORDS,
        progress_colours=PROGRESS_COLOURS,
        today=today,
    )


@bp.get("/drafting/<int:drafting_id>/proposals")
@requires(Permission.EDIT_PLANS)
def proposals(drafting_id: int) -> str:
    """Offer what is missing, past review or to be revised, to be ticked."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    return render_template(
        "revisions/proposals.html",
        drafting=found,
        proposals=proposals_for(found, current_scope(), today=clock.today()),
        form=form_view(due_on=f"{found.year}-11-30"),
    )


@bp.post("/drafting/<int:drafting_id>/proposals")
@requires(Permission.EDIT_PLANS)
@form_of(proposals)
@writes
def take_up(drafting_id: int) -> ResponseReturnValue:
    """Put what was ticked into the plan."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    due_on = read_due(request.form)
    ticked = set(request.form.getlist("take"))
    today = clock.today()
    chosen = [p for p in proposals_for(found, current_scope(), today=today) if p.key in ticked]
    if not chosen:
        raise FormErrors([FieldError("take", N_("Tick at least one proposal."))])
    count = add_proposals(
        found, chosen, due_on=due_on, actor=current_actor(), now=clock.now(), today=today
    )
    flash(translate(N_("%(count)d plans were put into it."), count=count), "success")
    return see_other(url_for(".drafting", drafting_id=found.id))


def _columns() -> list[Column[Line]]:
    return [
        Column(N_("Title"), lambda line: line.item.title),
        Column(N_("Kind of plan"), lambda line: code_label(line.item.kind, "plan_kind")),
        Column(N_("Event"), lambda line: code_label(line.item.event_type, "event_type")),
        Column(N_("Write or revise"), lambda line: _manner(line)),
        Column(N_("Organisation that writes"), lambda line: name_of(line.item.org)),
        Column(N_("Lead organisation"), lambda line: name_of(line.item.lead)),
        Column(N_("Supporting bodies"), lambda line: line.item.supporting),
        Column(N_("Person in charge"), lambda line: line.item.person),
        Column(N_("To be issued by"), lambda line: line.item.due_on),
        Column(N_("Progress"), lambda line: translate(PROGRESS_WORDS[line.progress])),
        Column(N_("Date of issue"), lambda line: line.issued_on),
        Column(N_("Why"), lambda line: line.item.why),
    ]


def _manner(line: Line) -> str:
    return translate(N_("To be written") if line.item.is_new else N_("To be revised"))


@bp.get("/drafting/<int:drafting_id>/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_drafting(drafting_id: int, fmt: str) -> ResponseReturnValue:
    """Hand out a drafting plan as a table."""
    found = get_drafting(drafting_id, current_scope())
    columns = _columns()
    header = [translate(column.label) for column in columns]
    rows = ([column.value(line) for column in columns] for line in lines_of(found))
    return send_rows(found.title, header, rows, fmt)


@bp.get("/drafting/<int:drafting_id>/print.pdf")
@requires(Permission.VIEW)
def print_drafting(drafting_id: int) -> ResponseReturnValue:
    """Print a drafting plan."""
    found: DraftingPlan = get_drafting(drafting_id, current_scope())
    paper = drafting_paper(found, lines_of(found), today=clock.today())
    return pdf_answer(paper, layout_for(paper.layout, found.org))
