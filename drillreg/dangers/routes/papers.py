"""Papers of a danger, printed when they are asked for: as PDF, or as Word to be edited."""

from flask import Response
from flask.typing import ResponseReturnValue

from drillreg.core.access import Permission, requires
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.dangers import papers
from drillreg.dangers.models import Danger
from drillreg.dangers.queries import get_danger, listings_of, plan_of, transfers_of
from drillreg.dangers.routes.blueprint import bp
from drillreg.dangers.rules import RoundKind, Stage
from drillreg.documents.answer import pdf_answer
from drillreg.documents.paper import Paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.documents.word import word_of
from drillreg.files.operations import OFFICE, clean_name
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope


def _order(danger: Danger, number: int) -> tuple[Paper, Org] | None:
    for turn in danger.rounds:
        if turn.number == number and turn.kind is not RoundKind.OWN:
            return papers.order_paper(danger, turn), turn.issuer
    return None


def _transfer(danger: Danger, key: int) -> tuple[Paper, Org] | None:
    for each in transfers_of(danger):
        if each.id == key:
            return papers.transfer_paper(danger, each), each.sender
    return None


def _listing(danger: Danger, key: int) -> tuple[Paper, Org] | None:
    for each in listings_of(danger):
        if each.id == key:
            return papers.listing_paper(danger, each), each.org
    return None


def _plan(danger: Danger, key: int) -> tuple[Paper, Org] | None:
    plan = plan_of(danger)
    return (papers.plan_paper(danger, plan), danger.org) if plan else None


def _close(danger: Danger, key: int) -> tuple[Paper, Org] | None:
    if danger.stage is not Stage.CLOSED:
        return None
    turn = danger.rounds[-1] if danger.rounds else None
    return papers.close_paper(danger, turn), danger.org


PAPERS = {
    "order": _order,
    "transfer": _transfer,
    "listing": _listing,
    "plan": _plan,
    "close": _close,
}


FORMS = ("pdf", "docx")


@bp.get("/<int:danger_id>/papers/<kind>/<int:key>.<form>")
@requires(Permission.VIEW)
def paper(danger_id: int, kind: str, key: int, form: str) -> ResponseReturnValue:
    """Hand out a paper of a danger; `key` names the round, transfer or listing."""
    danger = get_danger(danger_id, current_scope())
    found = PAPERS[kind](danger, key) if kind in PAPERS and form in FORMS else None
    if found is None:
        raise NotFound(N_("There is no such paper."))
    made, office = found
    layout = layout_for(made.layout, office)
    if form == "pdf":
        return pdf_answer(made, layout)
    db.session.rollback()  # nothing is held open while the file is written
    response = Response(word_of(made, layout=layout), mimetype=OFFICE[".docx"])
    name = clean_name(made.number or made.title)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.docx")
    response.headers["Cache-Control"] = "no-store"
    return response
