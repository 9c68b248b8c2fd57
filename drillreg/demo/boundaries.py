"""Draw the outlines of the fictional county 青岭县: its towns and villages, edge by shared edge.

Nothing here is a real border. The lines between villages are drawn once each and given a natural
wiggle before areas are closed from them, so that neighbours share every vertex and the cells tile
the county without gap or overlap.
"""

import json
import math
from itertools import pairwise
from random import Random
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from drillreg.demo.places import COUNTY, TOWNS, Place, Town
from drillreg.geo.shapes import geojson_of, wkb_of

SEED = 20241101
# Where the invented county lies, degrees WGS84, and its rough half-axes, km.
CENTRE = (113.9, 26.9)
HALF_WIDTH, HALF_HEIGHT = 24.0, 20.0
KM_PER_DEGREE = 111.2
# Lines are refined until a step is this short; five decimals of a degree are about 1 m.
STEP_KM = 0.45
WIGGLE = 0.16
DECIMALS = 5
FICTIONAL = "青岭县为虚构，界线由本项目生成 / Qingling is fictional, its borders are generated"

Xy = tuple[float, float]


def _outline(random: Random) -> Polygon:
    """Return a coarse, bent outline in km around the origin."""
    waves = [
        (n, random.uniform(0.02, 0.14) / math.sqrt(n), random.uniform(0, 6.283))
        for n in (2, 3, 4, 5, 7, 9, 12, 15)
    ]
    corners = []
    for at in range(56):
        angle = at / 56 * 2 * math.pi
        reach = 1 + sum(height * math.sin(n * angle + phase) for n, height, phase in waves)
        corners.append(
            (HALF_WIDTH * reach * math.cos(angle), HALF_HEIGHT * reach * math.sin(angle))
        )
    return Polygon(corners)


def _spread(area: Polygon, count: int, random: Random) -> list[Point]:
    """Return points spread evenly over an area: random ones, relaxed a few times."""
    west, south, east, north = area.bounds
    points: list[Point] = []
    while len(points) < count:
        candidate = Point(random.uniform(west, east), random.uniform(south, north))
        if area.contains(candidate):
            points.append(candidate)
    for _ in range(12):
        points = [cell.centroid for cell in _cells(points, area)]
    return points


def _cells(points: list[Point], area: Polygon) -> list[Polygon]:
    """Return for each point, in their order, the part of the area nearest to it."""
    drawn = shapely.voronoi_polygons(MultiPoint(points), extend_to=area.buffer(30))
    found = [shapely.intersection(cell, area) for cell in shapely.get_parts(drawn)]
    return [next(cell for cell in found if cell.intersects(point)) for point in points]


def _seeds(outline: Polygon) -> list[tuple[Town, Place, Point]]:
    """Return where each village lies: spread over the part of the county nearest to its town."""
    centres = [Point(town.x, town.y) for town in TOWNS]
    seeds: list[tuple[Town, Place, Point]] = []
    for town, area in zip(TOWNS, _cells(centres, outline), strict=True):
        points = _spread(area, len(town.villages), Random(f"{SEED} {town.code}"))  # noqa: S311
        nearest = min(points, key=Point(town.x, town.y).distance)
        others = sorted((p for p in points if p is not nearest), key=lambda p: (p.x, p.y))
        seeds += [
            (town, village, point)
            for village, point in zip(town.villages, [nearest, *others], strict=True)
        ]
    return seeds


def _wiggled(line: LineString) -> LineString:
    """Return a line with the same ends whose steps are short and turn like a ridge or a brook."""
    ends = sorted((round(x, 2), round(y, 2)) for x, y in (line.coords[0], line.coords[-1]))
    random = Random(f"{SEED} {ends}")  # noqa: S311 - the same line must wiggle the same way again
    points = [(float(x), float(y)) for x, y in line.coords]
    if (points[0], points[-1]) != tuple(sorted((points[0], points[-1]))):
        points.reverse()
    bent: list[Xy] = [points[0]]
    for start, end in pairwise(points):
        bent += [*_between(start, end, random), end]
    return LineString(bent)


def _between(start: Xy, end: Xy, random: Random) -> list[Xy]:
    (x, y), (to_x, to_y) = start, end
    length = math.hypot(to_x - x, to_y - y)
    if length <= STEP_KM:
        return []
    aside = random.uniform(-WIGGLE, WIGGLE)
    middle = ((x + to_x) / 2 - (to_y - y) * aside, (y + to_y) / 2 + (to_x - x) * aside)
    return [*_between(start, middle, random), middle, *_between(middle, end, random)]


def _degrees(line: LineString) -> LineString:
    """Return a line of km around the centre in rounded WGS84 degrees."""
    lon, lat = CENTRE
    narrowing = math.cos(math.radians(lat))
    return LineString(
        [
            (
                round(lon + x / KM_PER_DEGREE / narrowing, DECIMALS),
                round(lat + y / KM_PER_DEGREE, DECIMALS),
            )
            for x, y in line.coords
        ]
    )


def _village_areas() -> list[tuple[Town, Place, Polygon]]:
    outline = _outline(Random(SEED))  # noqa: S311 - reproducible on purpose
    seeds = _seeds(outline)
    edges = shapely.voronoi_polygons(
        MultiPoint([point for _, _, point in seeds]), extend_to=outline.buffer(30), only_edges=True
    )
    drawn = [shapely.intersection(edges, outline), outline.exterior]
    # Noded on a grid of 1 m: an edge that ends on the outline becomes a corner of it.
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(drawn, grid_size=0.001)))
    bent = [_degrees(_wiggled(line)) for line in lines]
    areas = list(shapely.get_parts(shapely.polygonize(bent)))
    found = []
    for town, village, point in seeds:
        (place,) = _degrees(LineString([point, point])).interpolate(0).coords
        found.append((town, village, next(a for a in areas if a.intersects(Point(place)))))
    return found


def _feature(code: str, level: str, place: Place, shape: Any, parent: str | None) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "level": level,
            "name": place.name,
            "name_en": place.name_en,
            "parent": parent,
            "fictional": True,
        },
        "geometry": geojson_of(wkb_of(shapely.normalize(shape)), digits=DECIMALS),
    }


def draw_county() -> dict[str, Any]:
    """Return the county, its towns and villages as GeoJSON (WGS84): the same at every call."""
    villages = _village_areas()
    towns = {
        town.code: shapely.coverage_union_all([area for its, _, area in villages if its is town])
        for town in TOWNS
    }
    whole = shapely.coverage_union_all([area for _, _, area in villages])
    features = [_feature(COUNTY.code, "county", COUNTY, whole, None)]
    for town in TOWNS:
        features.append(_feature(town.code, "town", town, towns[town.code], COUNTY.code))
        features += [
            _feature(village.code, "village", village, area, town.code)
            for its, village, area in villages
            if its is town
        ]
    return {
        "type": "FeatureCollection",
        "name": "qingling",
        "note": FICTIONAL,
        "features": features,
    }


def county_text() -> str:
    """Return the file `geodata/qingling.geojson`: one feature a line, so that changes show."""
    drawn = draw_county()
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for feature in drawn.pop("features")
    )
    head = json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))[:-1]
    return f'{head},"features":[\n{lines}\n]}}\n'
