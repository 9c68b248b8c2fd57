"""Reading the forms of the parts of a version."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, Stale
from drillreg.core.reading import FormReader
from drillreg.geo.shapes import length_km, line_wkb
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_, translate
from drillreg.plans.part_rules import Point, ensure_walkable, positions_of, read_points
from drillreg.plans.rules import ensure_not_classified

LONG, SHORT = 2000, 200
SHIFTS = tuple(shift.value for shift in ShiftedCrs)

LEVEL_LABELS = {
    "trigger": N_("When it is called"),
    "decider": N_("Who decides"),
    "actions": N_("What is done"),
}
MEMBER_LABELS = {
    "role": N_("Role in the plan"),
    "duty": N_("What they answer for"),
    "org_name": N_("Organisation or group"),
    "post_title": N_("Post"),
    "name": N_("Name"),
    "phone": N_("Telephone"),
}
USE_LABELS = {"use": N_("What it is for")}
ROUTE_LABELS = {
    "name": N_("Name of the route"),
    "start": N_("From where"),
    "shelter": N_("To which shelter"),
    "destination": N_("To where"),
    "people": N_("People"),
    "minutes": N_("Minutes on foot"),
    "points": N_("Points of the way"),
    "note": N_("Remark"),
}


def _label(labels: Mapping[str, str], name: str) -> str:
    return translate(labels[name])


def _follow(reader: FormReader, name: str, rule: Callable[[], None]) -> None:
    """Lay what a rule says beside a field."""
    try:
        rule()
    except DomainError as error:
        reader.fail(name, error.message, **error.params)


class _Reader(FormReader):
    """Reads fields by their labels; no text may carry the mark of a classified paper."""

    def words(
        self, name: str, labels: Mapping[str, str], most: int = SHORT, required: bool = False
    ) -> str:
        text = self.text(name, translate(labels[name]), required=required, max_length=most)
        _follow(self, name, lambda: ensure_not_classified(text))
        return text


def read_level(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed of a response level, or raise FormErrors; all may be empty."""
    reader = _Reader(fields)
    given = {
        name: reader.words(name, LEVEL_LABELS, SHORT if name == "decider" else LONG)
        for name in LEVEL_LABELS
    }
    if any(given.values()) and not given["trigger"]:
        reader.fail("trigger", N_("Say when this level is called."))
    reader.finish()
    return given


def read_role(fields: Mapping[str, str], keep: str | None = None) -> tuple[str, str | None]:
    """Return role and duty of a member, or raise FormErrors; `keep` is the role it has."""
    reader = _Reader(fields)
    role, duty = _role(reader, keep)
    reader.finish()
    return role, duty


def _role(reader: _Reader, keep: str | None = None) -> tuple[str, str | None]:
    codes = [item.code for item in code_list("plan_role").offered(keep)]
    role = reader.choice("role", _label(MEMBER_LABELS, "role"), codes)
    return role, reader.words("duty", MEMBER_LABELS, 500) or None


def read_typed_member(
    fields: Mapping[str, str], keep: str | None = None
) -> tuple[str, str | None, dict[str, str | None]]:
    """Return role, duty and what was typed of somebody who is not in the contact book."""
    reader = _Reader(fields)
    role, duty = _role(reader, keep)
    typed: dict[str, str | None] = {
        name: reader.words(name, MEMBER_LABELS, 40 if name == "phone" else 100) or None
        for name in ("post_title", "name", "phone")
    }
    typed["org_name"] = reader.words("org_name", MEMBER_LABELS, 100, required=True)
    reader.finish()
    return role, duty, typed


def read_use(fields: Mapping[str, str]) -> str | None:
    """Return what a resource is for, or raise FormErrors."""
    reader = _Reader(fields)
    use = reader.words("use", USE_LABELS, 200)
    reader.finish()
    return use or None


@dataclass(frozen=True)
class _Way:
    """The points of a route in WGS84, its line and length in metres."""

    points: str
    geometry: bytes | None
    length_m: int | None


def read_route(fields: Mapping[str, str], shelters: Mapping[int, str]) -> dict[str, Any]:
    """Return the values of a route, or raise FormErrors; `shelters` are those that are offered."""
    reader = _Reader(fields)
    labels = ROUTE_LABELS
    start = reader.words("start", labels, 100, required=True)
    name = reader.words("name", labels, 100)
    offered = [str(key) for key in shelters]
    chosen = reader.choice("shelter", _label(labels, "shelter"), offered, required=False)
    destination = reader.words("destination", labels, 100)
    if chosen:
        destination = shelters[int(chosen)]
    elif not destination:
        reader.fail("destination", N_("Choose a shelter or say where the route leads."))
    people = reader.integer("people", _label(labels, "people"), maximum=1_000_000)
    minutes = reader.integer("minutes", _label(labels, "minutes"), maximum=1440)
    note = reader.words("note", labels, 500)
    way = _way(reader, start, destination)
    reader.finish()
    return {
        "name": name or f"{start}—{destination}",
        "start": start,
        "shelter_id": int(chosen) if chosen else None,
        "destination": destination,
        "people": people,
        "minutes": minutes,
        "note": note or None,
        "points": way.points,
        "geometry": way.geometry,
        "length_m": way.length_m,
    }


def _way(reader: _Reader, start: str, destination: str) -> _Way:
    text = reader.words("points", ROUTE_LABELS, 20_000)
    given = reader.choice("shift", translate(N_("Datum")), SHIFTS, required=False)
    try:
        points = _unshifted(read_points(text), ShiftedCrs(given or ShiftedCrs.WGS84))
        if start and destination:
            ensure_walkable(points, start, destination)
    except DomainError as error:
        reader.fail("points", error.message, **error.params)
        return _Way("", None, None)
    written = "\n".join(str(point) for point in points)
    positions = positions_of(points)
    if len(positions) < 2:
        return _Way(written, None, None)
    line = line_wkb(positions)
    return _Way(written, line, round(length_km(line) * 1000))


def _unshifted(points: list[Point], given: ShiftedCrs) -> list[Point]:
    found = []
    for point in points:
        if point.lon is None or point.lat is None:
            found.append(point)
            continue
        lon, lat = to_wgs84([point.lon], [point.lat], given)
        found.append(Point(point.name, float(lon[0]), float(lat[0])))
    return found


def read_annexes(fields: Mapping[str, str], ids: Collection[int]) -> dict[int, str | None]:
    """Return what each paper is called as an annex; None for the text itself."""
    reader = _Reader(fields)
    given: dict[int, str | None] = {}
    for key in ids:
        name = f"annex_{key}"
        given[key] = reader.words(name, {name: N_("Name of the annex")}, 100) or None
    reader.finish()
    return given


def ensure_part_as_read(
    present: Mapping[str, Any],
    typed: Mapping[str, Any],
    labels: Mapping[str, str],
    *,
    row_version: int,
    read_version: int,
) -> None:
    """Raise Stale with both texts when a part was saved after its form was opened."""
    if row_version == read_version:
        return
    raise Stale(_texts(present, labels), _texts(typed, labels))


def _texts(values: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    return {
        translate(label): str(values[name] if values[name] is not None else "")
        for name, label in labels.items()
        if name in values
    }
