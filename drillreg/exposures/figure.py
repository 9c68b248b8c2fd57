"""The still picture of a site's exposure for papers: SVG to scale, with a legend in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from drillreg.core.clock import local_date
from drillreg.core.codes import code_label
from drillreg.core.page import day, name_of
from drillreg.exposures.models import EvacuationRoute, Exposure
from drillreg.exposures.queries import AsOf
from drillreg.exposures.refuges import Refuge
from drillreg.exposures.rules import Decision
from drillreg.geo.canvas import Canvas, canvas_for
from drillreg.geo.plane import nice_length, zone_name
from drillreg.geo.shapes import point_wkb
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org

WIDTH, HEIGHT = 760.0, 560.0
LINE = 22
MOST_UNITS = 12
MOST_SHELTERS = 5
COLOURS = {"red": "#c4271e", "orange": "#ef8a1d", "yellow": "#f4cd32", "blue": "#2a70c6"}
INK, GREEN, NAVY = "#16202e", "#1e8a4c", "#1b4a86"


@dataclass(frozen=True)
class Drawn:
    """All that stands on the picture; shapes are WKB in WGS84 degrees."""

    site: HazardSite
    as_of: AsOf
    units: Sequence[tuple[Exposure, Org]]
    villages: Sequence[tuple[str, bytes]]
    refuge: Refuge
    routes: Sequence[EvacuationRoute]


def figure(drawn: Drawn) -> str:
    """Return the picture as a text of SVG."""
    site = drawn.site
    shape = site.wkb or point_wkb(site.lon, site.lat)
    held = [(shape, drawn.as_of.buffer_m)]
    if drawn.as_of.reach is not None and drawn.as_of.reach.area_wkb is not None:
        held.append((drawn.as_of.reach.area_wkb, 0.0))
    held += [(route.wkb, 0.0) for route in drawn.routes]
    canvas = canvas_for(held, width=WIDTH, height=HEIGHT)
    body = Markup("").join(_map(drawn, shape, canvas))
    legend = list(_legend(drawn, canvas))
    height = HEIGHT + 60 + LINE * len(legend)
    words = Markup("").join(
        Markup('<g transform="translate(20 {})">{}</g>').format(HEIGHT + 72 + LINE * at, line)
        for at, line in enumerate(legend)
    )
    title = translate(N_("Exposure of %(site)s"), site=f"{site.number} {name_of(site)}")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' font-family="Noto Sans CJK SC, Microsoft YaHei, SimSun, sans-serif" font-size="14"'
        ' fill="{ink}"><title>{title}</title><rect width="{w}" height="{h}" fill="#fff"/>'
        '<clipPath id="map"><rect width="{w}" height="{mh}"/></clipPath>'
        '<text x="20" y="28" font-size="18" font-weight="600">{title}</text>'
        '<g transform="translate(0 42)"><g clip-path="url(#map)">{body}</g>'
        '<rect width="{w}" height="{mh}" fill="none" stroke="{ink}"/></g>{words}</svg>'
    ).format(
        w=int(WIDTH), h=int(height), mh=int(HEIGHT), ink=INK, title=title, body=body, words=words
    )


def _map(drawn: Drawn, shape: bytes, canvas: Canvas) -> Iterator[Markup]:
    for name, wkb in drawn.villages:
        yield _area(canvas.path(wkb), "none", "#8a97a8", "4 4", name)
    if drawn.as_of.reach is not None and drawn.as_of.reach.area_wkb is not None:
        yield _area(canvas.path(drawn.as_of.reach.area_wkb), "#c4271e", "#c4271e", "")
    if drawn.as_of.buffer_m:
        circle = canvas.path(shape, around_m=drawn.as_of.buffer_m)
        yield _area(circle, "#ef8a1d", "#a85a00", "8 5")
    if drawn.site.wkb is not None:
        yield _area(canvas.path(shape), COLOURS[drawn.site.level.value], INK, "")
    yield from _signs(drawn, canvas)
    yield _scale(canvas)


def _signs(drawn: Drawn, canvas: Canvas) -> Iterator[Markup]:
    for route in drawn.routes:
        yield Markup(
            '<path d="{}" fill="none" stroke="{}" stroke-width="4" stroke-linejoin="round"/>'
        ).format(canvas.path(route.wkb), GREEN)
    yield _at(canvas.spot(drawn.site.lon, drawn.site.lat), _site_sign(drawn.site))
    for number, (_, org) in enumerate(drawn.units[:MOST_UNITS], 1):
        yield _at(canvas.spot(org.lon or 0.0, org.lat or 0.0), _unit_sign(number))
    for number, near in enumerate(drawn.refuge.near[:MOST_SHELTERS]):
        spot = canvas.spot(near.shelter.lon or 0.0, near.shelter.lat or 0.0)
        if canvas.shows(spot):
            yield _at(spot, _shelter_sign(number))


def _area(path: str, fill: str, stroke: str, dashes: str, name: str = "") -> Markup:
    return Markup(
        '<path d="{}" fill="{}" fill-opacity="0.12" stroke="{}" stroke-width="1.6"'
        ' stroke-dasharray="{}"><title>{}</title></path>'
    ).format(path, fill, stroke, dashes or "none", name)


def _at(spot: tuple[float, float], sign: Markup) -> Markup:
    return Markup('<g transform="translate({} {})">{}</g>').format(*spot, sign)


def _site_sign(site: HazardSite) -> Markup:
    return Markup(
        '<path d="M0-11L11 0 0 11-11 0Z" fill="{}" stroke="{}" stroke-width="1.6"/>'
    ).format(COLOURS[site.level.value], INK)


def _unit_sign(number: int) -> Markup:
    return Markup(
        '<rect x="-10" y="-10" width="20" height="20" fill="#fff" stroke="{}" stroke-width="1.6"/>'
        '<text y="5" text-anchor="middle">{}</text>'
    ).format(INK, number)


def _shelter_sign(number: int) -> Markup:
    return Markup(
        '<circle r="11" fill="{}" stroke="#fff"/>'
        '<text y="5" text-anchor="middle" fill="#fff">{}</text>'
    ).format(NAVY, chr(ord("A") + number))


def _scale(canvas: Canvas) -> Markup:
    """Draw a bar of a round length, and where north is."""
    metres = nice_length(canvas.width / canvas.pixels_per_m)
    pixels = round(metres * canvas.pixels_per_m, 1)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return Markup(
        '<g transform="translate(24 {y})"><path d="M0-8V0H{x}V-8" fill="none" stroke="{ink}"'
        ' stroke-width="2"/><text x="{half}" y="-10" text-anchor="middle">{text}</text></g>'
        '<g transform="translate({right} 48)"><path d="M0-24L8 6 0 0-8 6Z" fill="{ink}"/>'
        '<text y="22" text-anchor="middle">{north}</text></g>'
    ).format(
        y=HEIGHT - 18, x=pixels, half=round(pixels / 2, 1), text=text, ink=INK, right=WIDTH - 30,
        north=translate(N_("North")),
    )  # fmt: skip


def _legend(drawn: Drawn, canvas: Canvas) -> Iterator[Markup]:
    site = drawn.site
    yield _line(_site_sign(site), f"{name_of(site)}　{code_label(site.level, 'risk_level')}")
    buffer = translate(N_("Within %(metres)d m of the site"), metres=round(drawn.as_of.buffer_m))
    yield _line(_swatch("#ef8a1d", "#a85a00", "8 5"), buffer)
    reach = drawn.as_of.reach
    if reach is not None and reach.area_wkb is not None:
        yield _line(_swatch("#c4271e", "#c4271e", ""), translate(N_("Area drawn by hand")))
    if drawn.villages:
        yield _line(_swatch("none", "#8a97a8", "4 4"), translate(N_("Boundaries of villages")))
    for number, (link, org) in enumerate(drawn.units[:MOST_UNITS], 1):
        yield _line(_unit_sign(number), f"{name_of(org)}　{_metres(link.distance_m)}")
    if len(drawn.units) > MOST_UNITS:
        more = translate(N_("and %(count)d more units"), count=len(drawn.units) - MOST_UNITS)
        yield _line(Markup(), more)
    for number, near in enumerate(drawn.refuge.near[:MOST_SHELTERS]):
        holds = translate(N_("holds %(people)d people"), people=near.shelter.capacity)
        text = f"{near.shelter.name}　{_metres(near.distance_m)}　{holds}"
        if near.shelter.id in drawn.refuge.in_danger:
            text += "　" + translate(N_("In reach itself"))
        yield _line(_shelter_sign(number), text)
    for route in drawn.routes:
        text = f"{route.start} → {route_end(route)}　{_metres(route.length_km * 1000)}"
        yield _line(_swatch("none", GREEN, ""), text)
    worked_out = drawn.as_of.run.worked_out_at if drawn.as_of.run else None
    yield _line(
        Markup(),
        translate(
            N_("Distances in the plane %(plane)s. As of %(day)s. No survey; for orientation only."),
            plane=zone_name(canvas.zone),
            day=day(local_date(worked_out)) if worked_out else "—",
        ),
    )


def _line(sign: Markup, text: str) -> Markup:
    return Markup('<g transform="translate(12 -5) scale(0.8)">{}</g><text x="36">{}</text>').format(
        sign, escape(text)
    )


def _swatch(fill: str, stroke: str, dashes: str) -> Markup:
    return _area("M-12-8H12V8H-12Z" if fill != "none" else "M-12 0H12", fill, stroke, dashes)


def _metres(distance: float) -> str:
    return f"{distance / 1000:.1f} km" if distance >= 1000 else f"{distance:.0f} m"


def route_end(route: EvacuationRoute) -> str:
    """Return where a way out leads: its shelter, or the place that was typed."""
    return route.shelter.name if route.shelter is not None else route.destination or ""


def counting_units(units: Sequence[Any]) -> list[tuple[Exposure, Org]]:
    """Return the (link, organisation) pairs that count, the nearest first."""
    return [
        (link, org)
        for link, org in units
        if link.decision is not Decision.REJECTED and (link.in_reach or link.decision is not None)
    ]
