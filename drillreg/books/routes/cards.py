"""Action cards of a plan: list, write, take out of use, print four on a page."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.books.composing import cards_paper, proposed_actions, small_layout
from drillreg.books.forms import read_card
from drillreg.books.models import ActionCard
from drillreg.books.operations import save_card, void_card
from drillreg.books.queries import cards_of, get_card, shown_version
from drillreg.books.routes.blueprint import (
    bp,
    end_read,
    pdf_response,
    plan_address,
    plan_to_change,
    plan_to_read,
)
from drillreg.books.rules import actions_of
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.pdf import print_paper
from drillreg.files.operations import clean_name
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import may_on
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN


@bp.get("/plans/<int:plan_id>/cards")
@requires(Permission.VIEW)
def cards(plan_id: int) -> str:
    """List the cards of a plan."""
    plan = plan_to_read(plan_id)
    return render_template(
        "books/cards.html",
        plan=plan,
        cards=[(card, actions_of(card.actions)) for card in cards_of(plan)],
        version=shown_version(plan),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
    )


@bp.get("/plans/<int:plan_id>/cards/new")
@requires(Permission.EDIT_PLANS)
def card_new(plan_id: int) -> str:
    """Ask what a new card says; the first actions of the plan are proposed."""
    plan = plan_to_change(plan_id)
    return _form(plan, None)


def _form(plan: Plan, card: ActionCard | None) -> str:
    plain = ("role", "who", "phones", "place")
    kept = {name: getattr(card, name) or "" for name in plain} if card else {}
    form = form_view(
        actions=card.actions if card else proposed_actions(shown_version(plan)),
        row_version=card.row_version if card else 0,
        **kept,
    )
    return render_template("books/card_edit.html", plan=plan, card=card, form=form)


@bp.post("/plans/<int:plan_id>/cards/new")
@requires(Permission.EDIT_PLANS)
@form_of(card_new)
@writes
def card_add(plan_id: int) -> ResponseReturnValue:
    """Keep a new card."""
    plan = plan_to_change(plan_id)
    return _save(plan, None)


def _save(plan: Plan, card: ActionCard | None) -> ResponseReturnValue:
    values = read_card(request.form, card)
    save_card(plan=plan, card=card, values=values, actor=current_actor(), now=clock.now())
    flash(translate(N_("The card is kept.")), "success")
    return see_other(url_for(".cards", plan_id=plan.id))


@bp.get("/plans/<int:plan_id>/cards/<int:card_id>")
@requires(Permission.EDIT_PLANS)
def card_edit(plan_id: int, card_id: int) -> str:
    """Show a card to be edited."""
    plan = plan_to_change(plan_id)
    return _form(plan, get_card(plan, card_id))


@bp.post("/plans/<int:plan_id>/cards/<int:card_id>")
@requires(Permission.EDIT_PLANS)
@form_of(card_edit)
@writes
def card_save(plan_id: int, card_id: int) -> ResponseReturnValue:
    """Keep a card as edited."""
    plan = plan_to_change(plan_id)
    return _save(plan, get_card(plan, card_id))


@bp.post("/plans/<int:plan_id>/cards/<int:card_id>/void")
@requires(Permission.EDIT_PLANS)
@writes
def card_void(plan_id: int, card_id: int) -> ResponseReturnValue:
    """Take a card out of use."""
    plan = plan_to_change(plan_id)
    void_card(plan=plan, card=get_card(plan, card_id), actor=current_actor(), now=clock.now())
    return see_other(url_for(".cards", plan_id=plan.id))


@bp.get("/plans/<int:plan_id>/cards.pdf")
@requires(Permission.VIEW)
def cards_pdf(plan_id: int) -> ResponseReturnValue:
    """Print the cards of a plan, each with the code that opens it."""
    plan = plan_to_read(plan_id)
    found = cards_of(plan)
    if not found:
        raise NotFound(N_("This plan has no cards yet."))
    paper = cards_paper(plan, found, plan_address(plan))
    layout, name = small_layout(plan, lines=34, chars=39, points=12), clean_name(plan.title)
    end_read()
    return pdf_response(print_paper(paper, layout=layout).pdf, f"{name}应急处置卡")
