"""The record of a site: looking at it, its shape, its label."""

from collections.abc import Sequence

import segno
from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.evidence.queries import proofs_of, stands_outside
from drillreg.files.versions import kept_in
from drillreg.files.web import send_stored
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.hazards.check_lists import shown_answers
from drillreg.hazards.check_rules import WAY_WORDS
from drillreg.hazards.intervals import freshness_of
from drillreg.hazards.keeping import answers_on, keepers_of
from drillreg.hazards.kind_fields import shown_details
from drillreg.hazards.models import HazardSite, SiteKeeper
from drillreg.hazards.queries import checks_page, get_photo, get_site
from drillreg.hazards.related import parts_of
from drillreg.hazards.report_queries import newest_report
from drillreg.hazards.reporting import REPORT_WORDS
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_acts import CLOSING_SLOT, REOPENED, SUBJECT
from drillreg.hazards.site_photos import photos_seen
from drillreg.hazards.siting import shape_words
from drillreg.hazards.standing import ENDED_WORDS, STRUCK_OUT
from drillreg.i18n import translate
from drillreg.orgs.scope import OrgScope, current_scope, may_on


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
        details=shown_details(site.kind, site.details),
        shape=shape_words(site.wkb),
        keepers=[each for each in _keepers(site, scope) if answers_on(each, today)],
        photos=photos_seen(site, scope),
        report=newest_report(site) if SITE.cut(scope, site) is None else None,
        origin=_related(site.split_from_id, scope),
        successor=_related(site.merged_into_id, scope),
        parts=parts_of(site, scope),
        closing=kept_in(SUBJECT, site.id).get(CLOSING_SLOT) if site.ending else None,
        may_reopen=site.ending in REOPENED and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        ended_word=translate(ENDED_WORDS[site.ending or STRUCK_OUT]) if site.voided_at else "",
        report_words=REPORT_WORDS,
        fresh=freshness_of(site, today),
        check_url=check_url(site),
        qr=qr_of(site),
        ways={way: translate(word) for way, word in WAY_WORDS.items()},
        answers_of=lambda check: shown_answers(check.answers),
        may_edit=site.voided_at is None and may_on(Permission.EDIT_HAZARDS, SITE.code, site),
        may_check=site.voided_at is None and may_on(Permission.LOG_CHECKS, SITE.code, site),
    )


def _keepers(site: HazardSite, scope: OrgScope) -> Sequence[SiteKeeper]:
    """Return who answers or answered for a site; nobody to those whose territory it has left."""
    return keepers_of(site) if SITE.cut(scope, site) is None else ()


def _related(site_id: int | None, scope: OrgScope) -> HazardSite | None:
    """Return a site that another one names, where the reader reaches it."""
    if site_id is None:
        return None
    try:
        return get_site(site_id, scope)
    except NotFound:
        return None


@bp.get("/hazards/<int:site_id>/shape.geojson")
@requires(Permission.VIEW)
def shape(site_id: int) -> ResponseReturnValue:
    """Return the line or area of a site for its map."""
    site = get_site(site_id, current_scope())
    rows = [OutFeature(site.public_id, site.wkb, {"level": site.level.value})] if site.wkb else []
    response = make_response(geojson_bytes(rows))
    response.mimetype = "application/geo+json"
    return response


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
