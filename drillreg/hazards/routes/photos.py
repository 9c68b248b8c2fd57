"""Photos of a site itself: looking, adding, choosing the main one, striking out."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.photos import clean_photo
from drillreg.files.versions import kept_in
from drillreg.files.web import send_stored
from drillreg.hazards.forms import read_reason
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import get_site
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_acts import CLOSING_SLOT, SUBJECT, ensure_stands
from drillreg.hazards.site_photos import (
    MOST_AT_ONCE,
    add_photos,
    get_site_photo,
    make_main,
    photos_seen,
    strike_photo,
)
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on, may_on


def _editable(site_id: int) -> HazardSite:
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    ensure_stands(site)
    return site


@bp.get("/hazards/<int:site_id>/photos")
@requires(Permission.VIEW)
def photos(site_id: int) -> str:
    """Show the photos of a site, and ask for more."""
    scope = current_scope()
    site = get_site(site_id, scope)
    return render_template(
        "hazards/photos.html",
        site=site,
        photos=photos_seen(site, scope),
        form=form_view(),
        may_edit=site.voided_at is None and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        most=MOST_AT_ONCE,
    )


@bp.post("/hazards/<int:site_id>/photos")
@requires(Permission.EDIT_HAZARDS)
@form_of(photos)
@writes_itself
def photos_add(site_id: int) -> ResponseReturnValue:
    """Add photos of a site; they are cleaned before the write begins."""
    _editable(site_id)
    sent = [each for each in request.files.getlist("photo") if each.filename]
    if not 1 <= len(sent) <= MOST_AT_ONCE:
        sentence = N_("Choose one to %(most)d photos.")
        raise FormErrors([FieldError("photo", sentence, {"most": MOST_AT_ONCE})])
    reader = FormReader(request.form)
    caption = reader.text("caption", translate(N_("What it shows")), max_length=100)
    reader.finish()
    cleaned = [clean_photo(each.read(), each.filename or "photo.jpg") for each in sent]
    with unit_of_work():
        site = _editable(site_id)
        add_photos(site, cleaned, caption=caption, actor=current_actor(), now=clock.now())
    flash(translate(N_("The photos are added.")), "success")
    return see_other(url_for(".photos", site_id=site_id))


@bp.get("/hazards/<int:site_id>/photos/<int:photo_id>")
@requires(Permission.VIEW)
def site_photo(site_id: int, photo_id: int) -> ResponseReturnValue:
    """Hand out a photo of a site, small when asked so."""
    scope = current_scope()
    found = get_site_photo(photo_id, get_site(site_id, scope), scope)
    return send_stored(found.file, thumbnail="small" in request.args)


@bp.post("/hazards/<int:site_id>/photos/<int:photo_id>/main")
@requires(Permission.EDIT_HAZARDS)
@writes
def photo_main(site_id: int, photo_id: int) -> ResponseReturnValue:
    """Show a photo first."""
    site = _editable(site_id)
    make_main(
        site,
        get_site_photo(photo_id, site, current_scope()),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".photos", site_id=site.id))


@bp.get("/hazards/<int:site_id>/photos/<int:photo_id>/strike")
@requires(Permission.EDIT_HAZARDS)
def photo_ask_strike(site_id: int, photo_id: int) -> str:
    """Ask why a photo is taken off the page."""
    site = _editable(site_id)
    photo = get_site_photo(photo_id, site, current_scope())
    return render_template("hazards/photo_strike.html", site=site, photo=photo, form=form_view())


@bp.post("/hazards/<int:site_id>/photos/<int:photo_id>/strike")
@requires(Permission.EDIT_HAZARDS)
@form_of(photo_ask_strike)
@writes
def photo_strike(site_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a photo off the page of a site."""
    site = _editable(site_id)
    photo = get_site_photo(photo_id, site, current_scope())
    reason = read_reason(request.form)
    strike_photo(site, photo, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("The photo was struck out.")), "success")
    return see_other(url_for(".photos", site_id=site.id))


@bp.get("/hazards/<int:site_id>/closing")
@requires(Permission.VIEW)
def closing(site_id: int) -> ResponseReturnValue:
    """Hand out the file that shows why a site was closed."""
    scope = current_scope()
    site = get_site(site_id, scope)
    kept = kept_in(SUBJECT, site.id).get(CLOSING_SLOT)
    if kept is None or kept.shown is None or SITE.cut(scope, site) is not None:
        raise NotFound(N_("There is no such file."))
    return send_stored(kept.shown.file)
