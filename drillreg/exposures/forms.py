"""Reading forms and filters of exposure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, FieldError
from drillreg.core.reading import FormReader
from drillreg.exposures.gaps import Gap
from drillreg.exposures.lists import Wanted
from drillreg.exposures.operations import ReachFacts, RouteFacts
from drillreg.exposures.rules import MOST_BUFFER_M, Decision
from drillreg.geo.shapes import length_km
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.tracing import read_area, read_way
from drillreg.hazards.rules import RiskLevel
from drillreg.i18n import N_, translate
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope

Shape = TypeVar("Shape")
TAKE_BACK = "none"


def read_filter(fields: Mapping[str, str], scope: OrgScope) -> Wanted:
    """Return what a list of exposures is narrowed to; a value that is unknown filters nothing."""
    reader = FormReader(fields)
    within = reader.integer("within", "")
    return Wanted(
        within=org_to_narrow(within, scope) if within else None,
        unit_kind=reader.choice("unit_kind", "", code_list("org_kind").codes(), required=False),
        kind=reader.choice("kind", "", code_list("hazard_kind").codes(), required=False),
        level=reader.choice("level", "", [each.value for each in RiskLevel], required=False),
        gap=reader.choice("gap", "", [each.value for each in Gap], required=False),
        words=reader.raw("q")[:60],
    )


@dataclass(frozen=True)
class ReachForm:
    """The form of a site's reach."""

    facts: ReachFacts
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ReachForm":
        """Return the form, or raise FormErrors naming each field that is wrong."""
        reader = FormReader(fields)
        buffer = reader.number(
            "buffer_m", translate(N_("Metres around the site")), minimum=0, maximum=MOST_BUFFER_M
        )
        area = _drawn(reader, "area", read_area) if reader.raw("area") else None
        reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
        version = reader.integer("row_version", "") or 0
        reader.finish()
        return cls(ReachFacts(buffer, area, reason), version)


def _drawn(reader: FormReader, name: str, read: Callable[[str, ShiftedCrs], Shape]) -> Shape | None:
    """Return a drawn shape in WGS84; the reader knows what is wrong with it."""
    shifts = [each.value for each in ShiftedCrs]
    given = reader.choice("shift", translate(N_("Datum")), shifts, required=False)
    try:
        text = reader.fields.get(name, "")
        return read(text, ShiftedCrs(given or ShiftedCrs.WGS84.value))
    except DomainError as error:
        reader.errors.append(FieldError(name, error.message, error.params))
        return None


@dataclass(frozen=True)
class DecisionForm:
    """What somebody says about a link; None takes an earlier decision back."""

    decision: Decision | None
    reason: str
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "DecisionForm":
        """Return the form, or raise FormErrors naming each field that is wrong."""
        reader = FormReader(fields)
        choices = [*(each.value for each in Decision), TAKE_BACK]
        found = reader.choice("decision", translate(N_("Judgement")), choices)
        reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
        version = reader.integer("row_version", "") or 0
        reader.finish()
        return cls(None if found == TAKE_BACK else Decision(found), reason, version)


@dataclass(frozen=True)
class RouteForm:
    """The form of a way out."""

    facts: RouteFacts
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str], shelters: Collection[int]) -> "RouteForm":
        """Return the form, or raise FormErrors; `shelters` are those that were offered."""
        reader = FormReader(fields)
        start = reader.text(
            "start", translate(N_("Where it starts")), required=True, max_length=100
        )
        offered = [str(each) for each in shelters]
        shelter = reader.choice("shelter", translate(N_("To the shelter")), offered, required=False)
        destination = reader.text("destination", translate(N_("To another place")), max_length=100)
        if not shelter and not destination:
            reader.fail("destination", N_("Choose a shelter or say where the route leads."))
        note = reader.text("note", translate(N_("Note")), max_length=500)
        way = None
        if not reader.raw("points"):
            reader.fail("points", N_("Draw the route, or paste it."))
        else:
            way = _drawn(reader, "points", read_way)
        version = reader.integer("row_version", "") or 0
        reader.finish()
        line = way or b""
        facts = RouteFacts(
            start,
            int(shelter) if shelter else None,
            destination or None,
            line,
            round(length_km(line), 3),
            note or None,
        )
        return cls(facts, version)


def read_question(fields: Mapping[str, str]) -> tuple[bytes, float]:
    """Return the area somebody asks about (WKB, WGS84) and the metres around it."""
    reader = FormReader(fields)
    buffer = reader.number(
        "buffer_m", translate(N_("Metres around the area")), minimum=0, maximum=MOST_BUFFER_M
    )
    area = _drawn(reader, "area", read_area)
    reader.finish()
    return area or b"", buffer or 0.0


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why something is struck out, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
    reader.finish()
    return reason
