"""The inbox."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.codes import code_list
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, safe_next, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.notices.forms import read_ways
from drillreg.notices.operations import choose_ways, mark_read
from drillreg.notices.queries import (
    InboxFilter,
    get_notice,
    inbox_count,
    inbox_page,
    merged_in,
    waiting_count,
    ways_of,
)
from drillreg.notices.rules import DAILY_HOUR, Way, is_fixed, usual_way
from drillreg.office.queries import setting

bp = Blueprint("notices", __name__, url_prefix="/inbox")

WAY_WORDS = {
    Way.AT_ONCE: N_("At once"),
    Way.DAILY: N_("Once a day, merged"),
    Way.SILENT: N_("Only keep it"),
}


def _filter() -> InboxFilter:
    kind = request.args.get("kind", "")
    return InboxFilter(
        unread=request.args.get("show") == "unread",
        waiting=request.args.get("show") == "waiting",
        kind=kind if kind in code_list("notice_kind").codes() else "",
    )


@bp.get("/")
@signed_in
def index() -> str:
    """Show a person's notices."""
    actor, chosen = current_actor(), _filter()
    page = inbox_page(actor, chosen, cursor=request.args.get("after"))
    return render_template(
        "notices/index.html",
        page=page,
        inside=merged_in(page.rows),
        total=inbox_count(actor, chosen),
        waiting=waiting_count(actor),
        chosen=chosen,
        kinds=code_list("notice_kind").options(),
        hour=setting(DAILY_HOUR),
    )


@bp.get("/<int:notice_id>")
@signed_in
def show(notice_id: int) -> str:
    """Show what came merged into one notice."""
    notice = get_notice(notice_id, current_actor())
    inside = merged_in([notice]).get(notice.id, [notice])
    return render_template("notices/show.html", notice=notice, inside=inside)


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


@bp.get("/settings")
@signed_in
def settings() -> str:
    """Ask of which kinds a person wants to be told, and how."""
    chosen = ways_of(current_actor())
    kinds = code_list("notice_kind")
    ways = {item.code: chosen.get(item.code, usual_way(item.code)) for item in kinds}
    return render_template(
        "notices/settings.html",
        kinds=kinds,
        fixed=[item.code for item in kinds if is_fixed(item.code)],
        ways=[(way.value, translate(word)) for way, word in WAY_WORDS.items()],
        form=form_view(**ways),
        hour=setting(DAILY_HOUR),
    )


@bp.post("/settings")
@signed_in
@form_of(settings)
@writes
def save_settings() -> ResponseReturnValue:
    """Keep how a person wants to be told."""
    choose_ways(current_actor(), read_ways(request.form))
    flash(translate(N_("Your choice is kept.")), "success")
    return see_other(url_for(".settings"))
