"""Where a form says a site lies: a point by its position, a line or an area by its shape."""

from dataclasses import dataclass

from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.geo.asking import SHIFTS, read_position
from drillreg.geo.drawing import ShapeKind, measured, shape_kind, shape_of_text
from drillreg.geo.shapes import kind_of, representative_point
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_, translate

SHAPES = tuple(kind.value for kind in ShapeKind)
SHAPE_WORDS = {
    ShapeKind.POINT: N_("A point"),
    ShapeKind.LINE: N_("A line"),
    ShapeKind.AREA: N_("An area"),
}
# So many characters are two thousand positions of ten digits.
LONGEST = 60_000


@dataclass(frozen=True)
class Spot:
    """A position in WGS84 degrees and, for a line or an area, its shape as WKB.

    `silent`: the form said nothing about a shape, so that one which is stored may stay.
    """

    lon: float
    lat: float
    wkb: bytes | None
    shift: ShiftedCrs
    silent: bool = False


def read_spot(reader: FormReader) -> Spot | None:
    """Return where a site lies, or None where that is wrong; the reader then knows what to say."""
    said = reader.choice("shape_kind", translate(N_("Shape")), SHAPES, required=False)
    kind = ShapeKind(said or ShapeKind.POINT)
    if kind is ShapeKind.POINT:
        position = read_position(reader)
        return position and Spot(position[0], position[1], None, position[2], silent=not said)
    shift = ShiftedCrs(
        reader.choice("shift", translate(N_("Datum")), SHIFTS, required=False) or ShiftedCrs.WGS84
    )
    text = reader.raw("shape")
    if not text:
        reader.fail("shape", N_("%(label)s is missing."), label=translate(N_("Positions")))
        return None
    if len(text) > LONGEST:
        reader.fail("shape", N_("The list of positions is too long. Import the shape as a file."))
        return None
    try:
        wkb = shape_of_text(text, kind, shift)
    except DomainError as error:
        reader.fail("shape", error.message, **error.params)
        return None
    lon, lat = representative_point(wkb)
    return Spot(lon, lat, wkb, shift)


def shape_words(wkb: bytes | None) -> str:
    """Return what a shape is in words with its size: "A line, 1,250 m"; nothing is a point."""
    if wkb is None or (kind := shape_kind(wkb)) is ShapeKind.POINT:
        return translate(SHAPE_WORDS[ShapeKind.POINT])
    length, area = measured(wkb)
    if kind is ShapeKind.LINE:
        return translate(N_("A line, %(length)s m long"), length=f"{length:,.0f}")
    return translate(
        N_("An area of %(area)s m², %(length)s m around"),
        area=f"{area:,.0f}",
        length=f"{length:,.0f}",
    )


def shape_mark(wkb: bytes | None) -> str | None:
    """Return what the trail keeps of a shape: its type and its size in metres."""
    if wkb is None:
        return None
    length, area = measured(wkb)
    return f"{kind_of(wkb)} {length:.1f} m" + (f", {area:.1f} m²" if area else "")
