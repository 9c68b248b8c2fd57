"""Pages of paper books: an office enters checks for people without a phone (代录)."""

import uuid
from datetime import timedelta

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes_itself
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.files.web import send_stored
from drillreg.hazards.check_forms import MONTH, WEEK, SentSheet, Span, read_sheet, read_span
from drillreg.hazards.check_queries import (
    MOST_SITES,
    checks_on_sheet,
    days_checked,
    get_sheet,
    sheet_photo,
    sheets_of_book,
    sites_of_book,
    sites_of_cells,
)
from drillreg.hazards.intervals import freshness_of
from drillreg.hazards.models import CheckSheet
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.sheet_entry import ensure_cells, enter_sheet, known_sheet
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, current_scope_for


def _asked() -> tuple[Org, str, Span]:
    """Return the place, the kind of page and the days that the address asks for."""
    scope = current_scope_for(Permission.EDIT_HAZARDS)
    within = FormReader(request.args).integer("within", "") or current_actor().org_id
    if within is None:
        raise NotFound(N_("There is no such organisation."))
    kind, span = read_span(request.args, clock.today())
    return get_org(within, scope), kind, span


@bp.get("/hazards/book")
@requires(Permission.EDIT_HAZARDS)
def book() -> str:
    """Show a page of the paper book of a place: its sites by the days of a week or month."""
    org, kind, span = _asked()
    scope, today = current_scope_for(Permission.LOG_CHECKS), clock.today()
    after = FormReader(request.args).integer("after", "") or 0
    found = sites_of_book(org, scope, today=today, after=after)
    sites = found[:MOST_SITES]
    return render_template(
        "hazards/book.html",
        org=org,
        kind=kind,
        span=span,
        kinds=[(WEEK, translate(N_("One week"))), (MONTH, translate(N_("One month")))],
        places=place_options(current_scope_for(Permission.EDIT_HAZARDS), org),
        sites=[(site, freshness_of(site, today)) for site in sites],
        next_after=sites[-1].id if len(found) > MOST_SITES else None,
        done=days_checked(sites, scope, from_on=span.from_on, until_on=span.until_on),
        sheets=sheets_of_book(org, from_on=span.from_on, until_on=span.until_on),
        today=today,
        earliest=today - timedelta(days=setting("hazards.sheet-days", org)),
        form=form_view(client_id=str(uuid.uuid4())),
    )


@bp.post("/hazards/book")
@requires(Permission.EDIT_HAZARDS)
@form_of(book)
@writes_itself
def enter_book() -> ResponseReturnValue:
    """Record a page of a paper book with its photo: all ticked days, or none."""
    org, _, span = _asked()
    photos = [(f.filename or "photo.jpg", f.read()) for f in request.files.getlist("photo") if f]
    sent = read_sheet(
        request.form, request.form.getlist("cells"), [data for _, data in photos], span=span
    )
    sheet = known_sheet(sent)
    if sheet is None:
        scope = current_scope_for(Permission.LOG_CHECKS)
        sites = sites_of_cells({site_id for site_id, _ in sent.cells}, scope)
        # Before the photo is cleaned, which takes its time.
        ensure_cells(sent.cells, sites, org, clock.today())
        (name, data), *_ = photos
        sheet = _write(org.id, sent, clean_photo(data, name))
        flash(translate(N_("%(count)d checks were entered."), count=sheet.checks), "success")
    return see_other(url_for(".sheet", sheet_id=sheet.id))


def _write(org_id: int, sent: SentSheet, photo: CleanPhoto) -> CheckSheet:
    with unit_of_work():
        scope, now = current_scope_for(Permission.LOG_CHECKS), clock.now()
        sites = sites_of_cells({site_id for site_id, _ in sent.cells}, scope)
        days = [day for _, day in sent.cells]
        return enter_sheet(
            get_org(org_id, current_scope_for(Permission.EDIT_HAZARDS)),
            sent=sent,
            sites=sites,
            done=days_checked(sites.values(), scope, from_on=min(days), until_on=max(days)),
            photo=photo,
            actor=current_actor(),
            today=clock.local_date(now),
            now=now,
        )


@bp.get("/hazards/sheets/<int:sheet_id>")
@requires(Permission.VIEW)
def sheet(sheet_id: int) -> str:
    """Show a page of a paper book as it was entered, with its photo."""
    scope = current_scope()
    found = get_sheet(sheet_id, scope)
    return render_template("hazards/sheet.html", sheet=found, sites=checks_on_sheet(found, scope))


@bp.get("/hazards/sheets/<int:sheet_id>/photo")
@requires(Permission.VIEW)
def sheet_picture(sheet_id: int) -> ResponseReturnValue:
    """Show the photo of a page of a paper book, small when asked so."""
    return send_stored(sheet_photo(sheet_id, current_scope()), thumbnail="small" in request.args)
