"""Progress pages of background work."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.web import render_page_or_part, see_other, writes
from drillreg.files.models import StoredFile
from drillreg.files.web import send_stored
from drillreg.i18n import N_
from drillreg.work.operations import ask_to_cancel, start_again
from drillreg.work.queries import get_work, my_counts, my_work
from drillreg.work.rules import WorkState

bp = Blueprint("work", __name__, url_prefix="/work")


@bp.get("/")
@signed_in
def index() -> str:
    """List one's own background work."""
    actor, asked = current_actor(), request.args.get("state", "")
    state = asked if asked in list(WorkState) else ""
    return render_template(
        "work/index.html",
        page=my_work(actor, state=state, cursor=request.args.get("after")),
        state=state,
        counts=my_counts(actor),
    )


@bp.get("/<public_id>")
@signed_in
def show(public_id: str) -> str:
    """Show how far a piece of work is."""
    item = get_work(public_id, current_actor())
    return render_page_or_part("work/show.html", "work/_progress.html", item=item)


@bp.post("/<public_id>/cancel")
@signed_in
@writes
def cancel(public_id: str) -> ResponseReturnValue:
    """Ask a piece of work to stop."""
    ask_to_cancel(get_work(public_id, current_actor()), now=clock.now())
    return see_other(url_for(".show", public_id=public_id))


@bp.post("/<public_id>/again")
@signed_in
@writes
def again(public_id: str) -> ResponseReturnValue:
    """Start a failed or cancelled piece of work again."""
    start_again(get_work(public_id, current_actor()), now=clock.now())
    return see_other(url_for(".show", public_id=public_id))


@bp.get("/<public_id>/result")
@signed_in
def result(public_id: str) -> ResponseReturnValue:
    """Download what a piece of work made."""
    item = get_work(public_id, current_actor())
    found = db.session.get(StoredFile, item.result_file_id) if item.result_file_id else None
    if found is None:
        raise NotFound(N_("This work has no file to download."))
    return send_stored(found)
