"""The inbox."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.web import safe_next, see_other, writes
from drillreg.notices.operations import mark_read
from drillreg.notices.queries import get_notice, inbox_page

bp = Blueprint("notices", __name__, url_prefix="/inbox")


@bp.get("/")
@signed_in
def index() -> str:
    """Show a person's notices."""
    page = inbox_page(current_actor(), cursor=request.args.get("after"))
    return render_template("notices/index.html", page=page)


@bp.post("/<int:notice_id>/open")
@signed_in
@writes
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read and go where it leads."""
    notice = get_notice(notice_id, current_actor())
    mark_read(current_actor(), notice_id=notice.id, now=clock.now())
    return see_other(safe_next(notice.url) or url_for(".index"))


@bp.post("/read")
@signed_in
@writes
def read_all() -> ResponseReturnValue:
    """Mark every notice as read."""
    mark_read(current_actor(), notice_id=None, now=clock.now())
    return see_other(url_for(".index"))
