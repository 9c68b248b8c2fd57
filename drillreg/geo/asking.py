"""Reading a position that a person typed or picked, in the datum they say it is in."""

from drillreg.core.reading import FormReader
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_, translate

SHIFTS = tuple(shift.value for shift in ShiftedCrs)

Given = tuple[float | None, float | None, ShiftedCrs]


def _read(reader: FormReader, *, required: bool) -> Given:
    lon = reader.number(
        "lon", translate(N_("Longitude")), required=required, minimum=-180, maximum=180
    )
    lat = reader.number(
        "lat", translate(N_("Latitude")), required=required, minimum=-90, maximum=90
    )
    given = reader.choice("shift", translate(N_("Datum")), SHIFTS, required=False)
    shift = ShiftedCrs(given or ShiftedCrs.WGS84)
    if lon is None or lat is None:
        return None, None, shift
    x, y = to_wgs84([lon], [lat], shift)
    return float(x[0]), float(y[0]), shift


def read_position(reader: FormReader) -> tuple[float, float, ShiftedCrs] | None:
    """Return longitude and latitude in WGS84 and the datum they were given in.

    None where they are missing or wrong; the reader then knows what to say.
    """
    lon, lat, shift = _read(reader, required=True)
    return None if lon is None or lat is None else (lon, lat, shift)


def read_position_or_none(reader: FormReader) -> Given:
    """Return a position that may be left out; one half of it alone is an error."""
    half = bool(reader.raw("lon")) != bool(reader.raw("lat"))
    return _read(reader, required=half)
