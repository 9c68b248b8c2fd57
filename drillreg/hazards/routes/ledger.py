"""The ledger of sites: list and exports under one filter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label
from drillreg.geo.shapes import point_wkb
from drillreg.geo.writing import (
    OutFeature,
    geojson_bytes,
    geopackage_bytes,
    kml_bytes,
    shapefile_bytes,
)
from drillreg.hazards.filters import filter_args, filter_choices, read_filter
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
from drillreg.hazards.standing import ENDED_WORDS, STRUCK_OUT
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import OrgScope, current_scope
from drillreg.sheets.export import (
    READ_AT_MOST,
    Column,
    ensure_fits,
    send_download,
    send_table,
)

RESULT_WORDS = {"normal": N_("Nothing abnormal"), "abnormal": N_("Abnormal")}


def sort_asked() -> str:
    """Return the order asked for, or the one of the ledger."""
    asked = request.args.get("sort", DEFAULT_SORT)
    return asked if asked in SORTS else DEFAULT_SORT


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
        same_filter=filter_args(request.args),
        freshness=lambda site: freshness_of(site, today),
        ended_of=lambda site: translate(ENDED_WORDS[site.ending or STRUCK_OUT]),
        may_edit=current_actor().may(Permission.EDIT_HAZARDS),
        **filter_choices(scope, wanted),
    )


def exported(wanted: SiteFilter, scope: OrgScope) -> Sequence[HazardSite]:
    """Return the sites of an export, or raise when they are too many for one file."""
    found = all_sites(wanted, scope, today=clock.today(), sort=sort_asked(), at_most=READ_AT_MOST)
    ensure_fits(len(found))
    return found


def town_and_village(site: HazardSite) -> tuple[str, str]:
    """Return the names of town and village a site lies in, as far as they are known."""
    division = site.division
    if division is None:
        return site.org.name, ""
    if division.level == "village":
        return (division.parent.name if division.parent else ""), division.name
    return division.name, ""


def _result_of(site: HazardSite) -> str | None:
    result = site.last_check_result
    return translate(RESULT_WORDS[result]) if result else None


EXPORT_COLUMNS: tuple[Column[HazardSite], ...] = (
    Column(N_("Number"), lambda site: site.number),
    Column(N_("Official number"), lambda site: site.outside_number),
    Column(N_("Name of the site"), lambda site: site.name),
    Column(N_("Kind"), lambda site: code_label(site.kind, "hazard_kind")),
    Column(N_("Risk level"), lambda site: code_label(site.level, "risk_level")),
    Column(N_("Town"), lambda site: town_and_village(site)[0]),
    Column(N_("Village"), lambda site: town_and_village(site)[1]),
    Column(N_("Responsible organisation"), lambda site: site.org.name),
    Column(N_("Address"), lambda site: site.address),
    Column(N_("Longitude"), lambda site: round(site.lon, 7)),
    Column(N_("Latitude"), lambda site: round(site.lat, 7)),
    Column(N_("People threatened"), lambda site: site.threatened_people),
    Column(N_("Households threatened"), lambda site: site.threatened_households),
    Column(N_("What is threatened"), lambda site: site.threatened_what),
    Column(N_("Responsible person"), lambda site: site.responsible_name),
    Column(N_("Their phone"), lambda site: site.responsible_phone),
    Column(N_("Found on"), lambda site: site.found_on),
    Column(N_("Last check"), lambda site: site.last_check_on),
    Column(N_("Result"), _result_of),
)


@bp.get("/hazards/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to."""
    scope = current_scope()
    found = exported(read_filter(request.args, scope), scope)
    return send_table(N_("Hazard sites"), EXPORT_COLUMNS, found, fmt)


@bp.get("/hazards/export.geojson")
@requires(Permission.VIEW)
def export_geojson() -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to, as GeoJSON in WGS84."""
    name = f"{translate(N_('Hazard sites'))}-{clock.today()}.geojson"
    return send_download(geojson_bytes(_out_features()), "application/geo+json", name)


# Ending → media type, and who writes it.
GEODATA = {
    "gpkg": ("application/geopackage+sqlite3", geopackage_bytes),
    "kml": ("application/vnd.google-earth.kml+xml", kml_bytes),
    "shp": ("application/zip", shapefile_bytes),
}
# Older programs read the texts of a shapefile in the system's own encoding.
ENCODINGS = {"gbk": "GBK"}
# A shapefile has room for ten letters; these names are known again when it comes back.
SHORT_NAMES = {
    "number": "NUM",
    "name": "MC",
    "name_en": "MC_EN",
    "about": "SM",
    "kind": "ZHLX",
    "level": "DJ",
    "org": "ZRDW",
    "address": "DZ",
    "threatened_people": "WXRS",
    "threatened_households": "WXHS",
    "last_check_on": "JCRQ",
}


@bp.get("/hazards/export.<any(gpkg, kml, shp):fmt>")
@requires(Permission.VIEW)
def export_geodata(fmt: str) -> ResponseReturnValue:
    """Hand out exactly what the ledger is filtered to, for a program of maps.

    GeoPackage and shapefiles (a zip, `encoding=gbk` if asked for) are in CGCS2000, KML in WGS84.
    """
    name = translate(N_("Hazard sites"))
    media_type, write = GEODATA[fmt]
    encoding = ENCODINGS.get(request.args.get("encoding", ""), "UTF-8")
    rows = _out_features()
    if fmt == "shp":
        rows = [replace(row, properties=_shortened(row.properties)) for row in rows]
    data = write(rows, encoding if fmt == "shp" else name)
    ending = "zip" if fmt == "shp" else fmt
    return send_download(data, media_type, f"{name}-{clock.today()}.{ending}")


def _shortened(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {SHORT_NAMES[name]: value for name, value in properties.items()}


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
                "about": f"{site.number}，{code_label(site.level, 'risk_level')}，{site.org.name}",
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
