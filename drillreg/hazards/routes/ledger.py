"""The ledger of sites: list and exports under one filter."""

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import DomainError
from drillreg.geo.shapes import point_wkb
from drillreg.geo.writing import OutFeature, geojson_bytes, geopackage_bytes
from drillreg.hazards.filters import read_filter
from drillreg.hazards.intervals import freshness_of
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import (
    DEFAULT_SORT,
    SORTS,
    SiteFilter,
    all_sites,
    count_sites,
    sites_page,
)
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.rules import Freshness
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.write import xlsx_bytes

MOST_EXPORTED = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FRESH_WORDS = {
    Freshness.FRESH: N_("Checked in time"),
    Freshness.STALE: N_("Check overdue"),
    Freshness.NEVER: N_("Never checked"),
}
COLUMNS = (
    N_("Number"),
    N_("Official number"),
    N_("Name of the site"),
    N_("Kind"),
    N_("Risk level"),
    N_("Town"),
    N_("Village"),
    N_("Responsible organisation"),
    N_("Address"),
    N_("Longitude"),
    N_("Latitude"),
    N_("People threatened"),
    N_("Households threatened"),
    N_("What is threatened"),
    N_("Responsible person"),
    N_("Their phone"),
    N_("Found on"),
    N_("Last check"),
    N_("Result"),
)
RESULT_WORDS = {"normal": N_("Nothing abnormal"), "abnormal": N_("Abnormal")}


def sort_asked() -> str:
    """Return the order asked for, or the one of the ledger."""
    asked = request.args.get("sort", DEFAULT_SORT)
    return asked if asked in SORTS else DEFAULT_SORT


def filter_choices(scope: OrgScope, wanted: SiteFilter) -> dict[str, Any]:
    """Return what the filter row offers."""
    return {
        "places": place_options(scope, wanted.within),
        "kinds": code_list("hazard_kind").options(),
        "levels": code_list("risk_level").options(),
        "fresh_words": [(code.value, translate(word)) for code, word in FRESH_WORDS.items()],
    }


@bp.get("/hazards/")
@requires(Permission.VIEW)
def index() -> str:
    """List the sites in reach beside their map."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(request.args, scope)
    page = sites_page(
        wanted, scope, today=today, sort=sort_asked(), cursor=request.args.get("after")
    )
    return render_template(
        "hazards/index.html",
        page=page,
        total=count_sites(wanted, scope, today=today),
        sort=sort_asked(),
        filtered=any(wanted.key()),
        same_filter=filter_args(),
        freshness=lambda site: freshness_of(site, today),
        may_edit=current_actor().may(Permission.EDIT_HAZARDS),
        **filter_choices(scope, wanted),
    )


def filter_args() -> dict[str, str]:
    """Return the filter of this address, to be carried into another one."""
    names = ("within", "kind", "event", "level", "fresh", "q")
    return {name: request.args[name] for name in names if request.args.get(name)}


def exported(wanted: SiteFilter, scope: OrgScope) -> Sequence[HazardSite]:
    """Return the sites of an export, or raise when they are too many for one file."""
    found = all_sites(
        wanted, scope, today=clock.today(), sort=sort_asked(), at_most=MOST_EXPORTED + 1
    )
    if len(found) > MOST_EXPORTED:
        raise DomainError(
            N_("More than %(most)d sites do not fit into one file. Filter first."),
            most=MOST_EXPORTED,
        )
    return found


def town_and_village(site: HazardSite) -> tuple[str, str]:
    """Return the names of town and village a site lies in, as far as they are known."""
    division = site.division
    if division is None:
        return site.org.name, ""
    if division.level == "village":
        return (division.parent.name if division.parent else ""), division.name
    return division.name, ""


@bp.get("/hazards/export.xlsx")
@requires(Permission.VIEW)
def export_xlsx() -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to, as a workbook."""
    scope = current_scope()
    found = exported(read_filter(request.args, scope), scope)
    header = [translate(label) for label in COLUMNS]
    title = translate(N_("Hazard sites"))
    data = xlsx_bytes([(title, header, (_sheet_row(site) for site in found))])
    return _download(data, XLSX, f"{title}-{clock.today()}.xlsx")


def _sheet_row(site: HazardSite) -> list[Any]:
    result = site.last_check_result
    return [
        site.number,
        site.outside_number,
        site.name,
        code_label(site.kind, "hazard_kind"),
        code_label(site.level, "risk_level"),
        *town_and_village(site),
        site.org.name,
        site.address,
        round(site.lon, 7),
        round(site.lat, 7),
        site.threatened_people,
        site.threatened_households,
        site.threatened_what,
        site.responsible_name,
        site.responsible_phone,
        site.found_on,
        site.last_check_on,
        translate(RESULT_WORDS[result]) if result else None,
    ]


@bp.get("/hazards/export.geojson")
@requires(Permission.VIEW)
def export_geojson() -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to, as GeoJSON in WGS84."""
    name = f"{translate(N_('Hazard sites'))}-{clock.today()}.geojson"
    return _download(geojson_bytes(_out_features()), "application/geo+json", name)


@bp.get("/hazards/export.gpkg")
@requires(Permission.VIEW)
def export_geopackage() -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to, as GeoPackage in CGCS2000."""
    name = translate(N_("Hazard sites"))
    data = geopackage_bytes(_out_features(), name)
    return _download(data, "application/geopackage+sqlite3", f"{name}-{clock.today()}.gpkg")


def _out_features() -> list[OutFeature]:
    scope = current_scope()
    return [
        OutFeature(
            id=site.public_id,
            wkb=site.wkb or point_wkb(site.lon, site.lat),
            properties={
                "number": site.number,
                "name": site.name,
                "name_en": site.name_en,
                "kind": site.kind,
                "level": site.level.value,
                "org": site.org.name,
                "address": site.address,
                "threatened_people": site.threatened_people,
                "threatened_households": site.threatened_households,
                "last_check_on": site.last_check_on.isoformat() if site.last_check_on else None,
            },
        )
        for site in exported(read_filter(request.args, scope), scope)
    ]


def _download(data: bytes, media_type: str, name: str) -> Response:
    response = make_response(data)
    response.mimetype = media_type
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
