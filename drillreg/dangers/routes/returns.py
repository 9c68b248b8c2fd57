"""The quarterly and yearly returns by page: figures, the paper to be signed, marked as sent."""

from datetime import date
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.dangers.figures import LevelFigures, by_level
from drillreg.dangers.filters import DangerFilter
from drillreg.dangers.forms import past, read_reason
from drillreg.dangers.models import DangerReturn
from drillreg.dangers.operations import returns as acts
from drillreg.dangers.periods import ReturnKind, period_of
from drillreg.dangers.queries import get_return, returns_of
from drillreg.dangers.return_papers import return_paper
from drillreg.dangers.routes.blueprint import REPORT, bp, org_asked
from drillreg.dangers.uploads import ACCEPT, Scan
from drillreg.dangers.wording import WORDS
from drillreg.documents.answer import pdf_answer
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, ensure_may, may_here


def _kind() -> ReturnKind:
    text = request.values.get("kind", "")
    return ReturnKind(text) if text in set(ReturnKind) else ReturnKind.QUARTER


def _period(kind: ReturnKind, today: date) -> tuple[date, date]:
    """Return the period an address asks for by a day in it, else the last one that is over."""
    asked = FormReader(request.values).date("in", "")
    first, last = period_of(kind, today)
    if asked is None or asked > last:
        return first, last
    # The first month behind the quarter, 13 for the last one.
    month = (asked.month - 1) // 3 * 3 + 4 if kind is ReturnKind.QUARTER else 13
    behind = date(asked.year, month, 1) if month < 13 else date(asked.year + 1, 1, 1)
    return period_of(kind, behind)


def _figures(org: Org, first: date, last: date, today: date) -> list[LevelFigures]:
    wanted = DangerFilter(within=org, first=first, last=last, own=True)
    return by_level(wanted, current_scope(), today=today)


@bp.get("/returns")
@requires(Permission.VIEW)
def returns() -> str:
    """Show the return of the last period of a unit, and those it has sent."""
    org, kind, today = org_asked(), _kind(), clock.today()
    first, last = _period(kind, today)
    return render_template(
        "dangers/returns.html",
        org=org,
        kind=kind,
        kinds=list(ReturnKind),
        first=first,
        last=last,
        levels=_figures(org, first, last, today),
        sent=returns_of(org),
        standing=acts.standing_return(org, kind, first),
        may_send=may_here(REPORT, org),
        form=form_view(sent_on=today.isoformat(), signed_by="", sent_to=""),
        accept=ACCEPT,
        today=today,
        **WORDS,
    )


@bp.get("/returns/sheet.pdf")
@requires(Permission.VIEW)
def return_sheet() -> Response:
    """Print the return of a period, with the line where the person in charge signs."""
    org, kind, today = org_asked(), _kind(), clock.today()
    first, last = _period(kind, today)
    return pdf_answer(return_paper(org, kind, first, last, _figures(org, first, last, today)))


@bp.post("/returns")
@requires(REPORT)
@form_of(returns)
@writes_itself
def return_sent() -> ResponseReturnValue:
    """Mark a return as signed and sent; its figures are kept as they are now."""
    org, kind, today = org_asked(), _kind(), clock.today()
    ensure_may(REPORT, org)
    first, last = _period(kind, today)
    sent, scan = _read(kind, first, last, today), Scan("scan")
    actor, now = current_actor(), clock.now()
    with unit_of_work():
        org = org_asked()
        kept = scan.keep(org_id=org.id, actor=actor, now=now)
        figures = _figures(org, first, last, today)
        acts.send_return(sent, figures, org=org, file=kept, actor=actor, now=now)
    flash(translate(N_("The return is marked as sent.")), "success")
    return see_other(url_for(".returns", org=org.id, kind=kind.value))


def _read(kind: ReturnKind, first: date, last: date, today: date) -> acts.Sent:
    reader = FormReader(request.form)
    label = translate(N_("Signed by the person in charge"))
    signed_by = reader.text("signed_by", label, required=True, max_length=60)
    sent_to = reader.text("sent_to", translate(N_("Sent to")), required=True, max_length=120)
    sent_on = past(reader, "sent_on", translate(N_("Return sent on")), today)
    if sent_on <= last:
        reader.fail("sent_on", N_("The period was not over on this day."))
    reader.finish()
    return acts.Sent(kind, first, last, signed_by, sent_to, sent_on)


def _return(return_id: int) -> DangerReturn:
    return get_return(return_id, current_scope())


@bp.get("/returns/<int:return_id>.pdf")
@requires(Permission.VIEW)
def return_print(return_id: int) -> Response:
    """Print a return with the figures as they were sent."""
    found = _return(return_id)
    levels = [LevelFigures(**each) for each in found.figures["levels"]]
    paper = return_paper(found.org, found.kind, found.first_on, found.last_on, levels, found)
    return pdf_answer(paper)


@bp.get("/returns/<int:return_id>/scan")
@requires(Permission.VIEW)
def return_scan(return_id: int) -> ResponseReturnValue:
    """Hand out the signed return."""
    found = _return(return_id).file
    if found is None:
        raise NotFound(N_("There is no such file."))
    return send_stored(found)


@bp.get("/returns/<int:return_id>/strike")
@requires(REPORT)
def return_strike(return_id: int) -> str:
    """Ask why a return is taken back."""
    found = _return(return_id)
    ensure_may(REPORT, found.org)
    return render_template(
        "dangers/return_strike.html", found=found, form=form_view(reason=""), **WORDS
    )


@bp.post("/returns/<int:return_id>/strike")
@requires(REPORT)
@form_of(return_strike)
@writes
def return_struck(return_id: int) -> ResponseReturnValue:
    """Take a return back that was entered by mistake."""
    found = _return(return_id)
    ensure_may(REPORT, found.org)
    acts.strike_return(
        found, reason=read_reason(request.form), actor=current_actor(), now=clock.now()
    )
    flash(translate(N_("It no longer counts.")), "success")
    return see_other(url_for(".returns", org=found.org_id, kind=found.kind.value))


@bp.get("/returns/due")
@requires(Permission.VIEW)
def return_due() -> ResponseReturnValue:
    """Lead from the duty to send a return to the figures of a unit, else to evidence by hand."""
    org = org_asked()
    if org.kind in {"enterprise", "site"}:
        return see_other(url_for(".returns", org=org.id))
    given: dict[str, Any] = {name: request.args.get(name) for name in ("kind", "next")}
    return see_other(url_for("evidence.new", org=org.id, **given))
