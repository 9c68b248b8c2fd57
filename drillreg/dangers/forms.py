"""Reading the forms of dangers."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.core.submissions import is_client_id
from drillreg.dangers.operations.major import PlanText
from drillreg.dangers.rules import DangerFacts, DangerLevel, Outcome, Review, RoundKind
from drillreg.i18n import N_, pick, translate

CALENDAR, WORKING = "calendar", "working"
LONG = 2000
MOST_YUAN = 10**11


def new_client_id() -> str:
    """Return an id for a form that is sent once."""
    return str(uuid.uuid4())


def past(reader: FormReader, name: str, label: str, today: date) -> date:
    """Return a day that must be given and may not lie ahead."""
    on = reader.date(name, label, required=True)
    if on is not None and on > today:
        reader.fail(name, N_("The day lies in the future."))
    return on or today


def coming(
    reader: FormReader, name: str, label: str, today: date, *, required: bool
) -> date | None:
    """Return a day that may not lie behind today."""
    on = reader.date(name, label, required=required)
    if on is not None and on < today:
        reader.fail(name, N_("The day lies in the past."))
    return on


@dataclass(frozen=True)
class DangerForm:
    """A danger as typed; `spot` was put right at once, `due_on` is a deadline of one's own."""

    client_id: str
    facts: DangerFacts
    spot: bool
    measure: str
    cost_yuan: int | None
    due_on: date | None
    row_version: int

    @classmethod
    def read(
        cls,
        fields: Mapping[str, str],
        *,
        sites: Collection[int],
        finder: str,
        today: date,
        is_edit: bool = False,
    ) -> "DangerForm":
        """Return what was typed, or raise FormErrors; `finder` stands where nobody is named."""
        reader = FormReader(fields)
        client_id = reader.raw("client_id").lower()
        if not is_edit and not is_client_id(client_id):
            reader.fail("client_id", N_("This page is out of date. Load it again."))
        what = reader.text(
            "what", translate(N_("What the danger is")), required=True, max_length=500
        )
        place = reader.text("place", translate(N_("Where it is")), max_length=200)
        kinds = code_list("danger_category").codes()
        category = reader.choice("category", translate(N_("Kind")), kinds)
        levels = code_list("danger_level").codes()
        level = reader.choice("level", translate(N_("Level of the danger")), levels)
        sources = code_list("danger_source").codes()
        source = reader.choice("source", translate(N_("How it was found")), sources)
        named = reader.text("finder", translate(N_("Found by")), max_length=60)
        found_on = past(reader, "found_on", translate(N_("Found on")), today)
        basis = reader.text("basis", translate(N_("Against what")), max_length=300)
        site = reader.choice(
            "site_id", translate(N_("Site")), [str(each) for each in sites], required=False
        )
        spot = reader.flag("spot")
        measure = reader.text(
            "measure", translate(N_("How it was put right")), required=spot, max_length=LONG
        )
        cost = reader.integer("cost_yuan", translate(N_("Cost")), maximum=MOST_YUAN)
        due_on = coming(reader, "due_on", translate(N_("Deadline")), today, required=False)
        version = reader.integer("row_version", "") or 0
        reader.finish()
        facts = DangerFacts(
            what=what,
            place=place or None,
            category=category,
            level=DangerLevel(level),
            source=source,
            finder=named or finder,
            found_on=found_on,
            basis=basis or None,
            site_id=int(site) if site else None,
        )
        return cls(client_id, facts, spot, measure, cost, None if spot else due_on, version)


@dataclass(frozen=True)
class OrderForm:
    """An order as typed: kind, to whom, what is asked for, in how many days."""

    kind: RoundKind
    to_id: int
    requirement: str
    days: int
    is_working: bool

    @classmethod
    def read(cls, fields: Mapping[str, str], *, orgs: Collection[int]) -> "OrderForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        kinds = [RoundKind.ORDER.value, RoundKind.NOTICE.value]
        kind = reader.choice("kind", translate(N_("The paper")), kinds)
        to = reader.choice("to", translate(N_("Addressed to")), [str(each) for each in orgs])
        asked = reader.text(
            "requirement", translate(N_("What is asked for")), required=True, max_length=LONG
        )
        days, is_working = read_days(reader, required=True)
        reader.finish()
        return cls(RoundKind(kind), int(to), asked, days or 1, is_working)


def read_days(reader: FormReader, *, required: bool) -> tuple[int | None, bool]:
    """Return a number of days and whether they are working days."""
    days = reader.integer(
        "days", translate(N_("Number of days")), required=required, minimum=1, maximum=366
    )
    counted = reader.choice(
        "counted", translate(N_("Counted in")), (CALENDAR, WORKING), required=False
    )
    return days, counted == WORKING


@dataclass(frozen=True)
class AnswerForm:
    """What was done to put a danger right, as typed."""

    text: str
    fixed_on: date
    cost_yuan: int | None

    @classmethod
    def read(cls, fields: Mapping[str, str], *, found_on: date, today: date) -> "AnswerForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        text = reader.text(
            "text", translate(N_("How it was put right")), required=True, max_length=LONG
        )
        fixed_on = past(reader, "fixed_on", translate(N_("Put right on")), today)
        if fixed_on < found_on:
            reader.fail("fixed_on", N_("The day lies before the day it was found."))
        cost = reader.integer("cost_yuan", translate(N_("Cost")), maximum=MOST_YUAN)
        reader.finish()
        return cls(text, fixed_on, cost)


def read_review(
    fields: Mapping[str, str], *, is_major: bool, fixed_on: date | None, today: date
) -> Review:
    """Return a verification as typed, or raise FormErrors; a return needs a new deadline."""
    reader = FormReader(fields)
    outcome = reader.choice("outcome", translate(N_("Result")), [*Outcome])
    returned = outcome == Outcome.RETURNED
    on = past(reader, "reviewed_on", translate(N_("Day of the verification")), today)
    if fixed_on is not None and on < fixed_on:
        reader.fail("reviewed_on", N_("The day lies before the day it was put right."))
    label = translate(N_("What the verification found"))
    text = reader.text("text", label, required=True, max_length=LONG)
    team = reader.text(
        "team",
        translate(N_("Who took part in the acceptance")),
        required=is_major and not returned,
        max_length=300,
    )
    days, is_working = read_days(reader, required=returned)
    reader.finish()
    return Review(Outcome(outcome), on, text, team, days, is_working)


def read_plan(fields: Mapping[str, str], ticked: Sequence[str], today: date) -> PlanText:
    """Return the plan of removal as typed: all six contents (16号令 §15), or raise FormErrors."""
    reader = FormReader(fields)
    items = {
        item.code: reader.text(
            f"item_{item.code}", pick(item.label), required=True, max_length=LONG
        )
        for item in code_list("danger_plan_item")
    }
    cost = reader.integer("cost_yuan", translate(N_("Money planned")), maximum=MOST_YUAN)
    made_on = past(reader, "made_on", translate(N_("Made on")), today)
    reader.finish()
    settled = [code for code in code_list("danger_settled").codes() if code in ticked]
    return PlanText(items, made_on, settled, cost)


def read_reason(fields: Mapping[str, str], *, required: bool = True) -> str:
    """Return the reason of an act, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=required, max_length=500)
    reader.finish()
    return reason
