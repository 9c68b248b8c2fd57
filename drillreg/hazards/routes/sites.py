"""The record of a site: looking, registering, changing, striking out, its label."""

from typing import Any

import segno
from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.evidence.queries import proofs_of, stands_outside
from drillreg.files.web import send_stored
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.hazards.check_lists import shown_answers
from drillreg.hazards.check_rules import WAY_WORDS
from drillreg.hazards.forms import SiteForm, read_reason
from drillreg.hazards.intervals import freshness_of
from drillreg.hazards.models import HazardSite
from drillreg.hazards.operations import create_site, edit_site, void_site
from drillreg.hazards.queries import checks_page, get_photo, get_site, suggested_number
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.routes.places import Placed, place_context
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may, ensure_may_on, may_on


def check_url(site: HazardSite) -> str:
    """Return the address printed in a site's QR code; it holds the public id only."""
    return settings().public_url.rstrip("/") + url_for("hazards.check", public_id=site.public_id)


def qr_of(site: HazardSite) -> str:
    """Return the QR code of a site as a data address of an SVG picture."""
    return str(segno.make(check_url(site), error="m", micro=False).svg_data_uri(border=2))


@bp.get("/hazards/<int:site_id>")
@requires(Permission.VIEW)
def show(site_id: int) -> str:
    """Show a site: facts, map, checks, and what else belongs to it."""
    scope, today = current_scope(), clock.today()
    site = get_site(site_id, scope)
    checks = checks_page(site, scope, cursor=request.args.get("after"))
    return render_template(
        "hazards/show.html",
        site=site,
        checks=checks,
        proofs=proofs_of("hazard_check", [check.id for check in checks.rows]),
        may_judge=stands_outside(current_actor(), site.org, Permission.ASSIGN_TASKS, today),
        fresh=freshness_of(site, today),
        check_url=check_url(site),
        qr=qr_of(site),
        ways={way: translate(word) for way, word in WAY_WORDS.items()},
        answers_of=lambda check: shown_answers(check.answers),
        may_edit=site.voided_at is None and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        may_check=site.voided_at is None and may_on(Permission.LOG_CHECKS, SITE.code, site),
    )


@bp.get("/hazards/photos/<int:photo_id>")
@requires(Permission.VIEW)
def photo(photo_id: int) -> ResponseReturnValue:
    """Show a photo of a check, small when asked so."""
    return send_stored(get_photo(photo_id, current_scope()), thumbnail="small" in request.args)


@bp.get("/hazards/<int:site_id>/label")
@requires(Permission.VIEW)
def label(site_id: int) -> str:
    """Show a label with the QR code, to be printed and put up at the site."""
    site = get_site(site_id, current_scope())
    return render_template("hazards/label.html", site=site, qr=qr_of(site), address=check_url(site))


def _form_context(kind: str) -> dict[str, Any]:
    return {
        "kinds": code_list("hazard_kind").options(keep=kind),
        "levels": code_list("risk_level").options(),
        "shifts": [(s.value, translate(LABELS[s])) for s in ShiftedCrs],
    }


@bp.get("/hazards/new")
@requires(Permission.EDIT_HAZARDS)
def new() -> str:
    """Ask for a new site."""
    home = db.session.get(Org, current_actor().org_id or 0)
    number = suggested_number(home) if home else ""
    form = form_view(number=number, shift=ShiftedCrs.WGS84.value)
    return render_template(
        "hazards/form.html",
        site=None,
        form=form,
        **place_context(form.values, form.value("org_id")),
        **_form_context(form.value("kind")),
    )


def _read_confirmed() -> tuple[SiteForm, Org, int | None]:
    """Return the form with its organisation and division; raise when they are out of reach."""
    form = SiteForm.read(request.form)
    placed = Placed(form.facts.lon, form.facts.lat)
    placed.ensure_editable()
    org = get_org(form.org_id, current_scope())
    ensure_may(Permission.EDIT_HAZARDS, org)
    return form, org, placed.division.id if placed.division else None


@bp.post("/hazards/new")
@requires(Permission.EDIT_HAZARDS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Register a site."""
    form, org, division_id = _read_confirmed()
    site = create_site(
        facts=form.facts,
        org=org,
        division_id=division_id,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The site %(number)s is registered."), number=site.number), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/hazards/<int:site_id>/edit")
@requires(Permission.EDIT_HAZARDS)
def edit(site_id: int) -> str:
    """Show the form of a site."""
    site = _editable(site_id)
    form = form_view(**_values_of(site))
    return render_template(
        "hazards/form.html",
        site=site,
        form=form,
        **place_context(form.values, form.value("org_id")),
        **_form_context(form.value("kind")),
    )


def _editable(site_id: int) -> HazardSite:
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    if site.voided_at is not None:
        raise DomainError(N_("This site was struck out already."))
    return site


def _values_of(site: HazardSite) -> dict[str, Any]:
    names = (
        *("number", "outside_number", "name", "name_en", "kind", "level", "address", "org_id"),
        *("responsible_name", "responsible_phone", "threatened_people", "threatened_households"),
        *("threatened_what", "found_on", "row_version"),
    )
    values = {name: getattr(site, name) for name in names}
    position = {"lon": f"{site.lon:.7f}", "lat": f"{site.lat:.7f}"}
    return {**values, **position, "shift": ShiftedCrs.WGS84.value}


@bp.post("/hazards/<int:site_id>/edit")
@requires(Permission.EDIT_HAZARDS)
@form_of(edit)
@writes
def save(site_id: int) -> ResponseReturnValue:
    """Change a site."""
    site = _editable(site_id)
    form, org, division_id = _read_confirmed()
    edit_site(
        site,
        facts=form.keeping_place_of(site).facts,
        org=org,
        division_id=division_id,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The changes are saved.")), "success")
    return see_other(url_for(".show", site_id=site.id))


@bp.get("/hazards/<int:site_id>/void")
@requires(Permission.EDIT_HAZARDS)
def void(site_id: int) -> str:
    """Ask why a site is to be struck out."""
    return render_template("hazards/void.html", site=_editable(site_id), form=form_view())


@bp.post("/hazards/<int:site_id>/void")
@requires(Permission.EDIT_HAZARDS)
@form_of(void)
@writes
def void_now(site_id: int) -> ResponseReturnValue:
    """Strike a site out."""
    site = _editable(site_id)
    reason = read_reason(request.form)
    void_site(site, reason=reason, actor=current_actor(), now=clock.now(), today=clock.today())
    flash(translate(N_("The site was struck out. It can still be read here.")), "success")
    return see_other(url_for(".show", site_id=site.id))
