"""Reading the forms of inspections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.hazards.rules import CheckResult
from drillreg.i18n import N_, translate
from drillreg.patrols.facts import InspectionFacts, MemberFacts
from drillreg.patrols.forms.plans import LEVELS, Find, read_numbers, several
from drillreg.patrols.inspection_rules import DrawRule, Sampling
from drillreg.patrols.scope import WAYS


def read_inspection(fields: Mapping[str, str]) -> InspectionFacts:
    """Return the head of an inspection as typed, or raise FormErrors."""
    reader = FormReader(fields)
    title = reader.text("title", translate(N_("Title")), required=True, max_length=100)
    way = reader.choice("way", translate(N_("How it comes")), code_list(WAYS).codes())
    basis = reader.text("basis", translate(N_("Basis")), max_length=300)
    focus = reader.text("focus", translate(N_("What to look at")), max_length=500)
    from_on = reader.date("from_on", translate(N_("First day")), required=True)
    to_on = reader.date("to_on", translate(N_("Last day")), required=True)
    if from_on and to_on and to_on < from_on:
        reader.fail("to_on", N_("An inspection cannot end before it begins."))
    reader.finish()
    return InspectionFacts(
        title, way, basis or None, focus or None, from_on or date.min, to_on or date.min
    )


def read_member(fields: Mapping[str, str], accounts: Mapping[int, str]) -> MemberFacts:
    """Return a member: an account, or name and body of somebody from outside."""
    reader = FormReader(fields)
    account = reader.choice(
        "account",
        translate(N_("Member with an account")),
        [str(each) for each in accounts],
        required=False,
    )
    name = reader.text("name", translate(N_("Name")), max_length=60)
    body = reader.text("body", translate(N_("Their body or unit")), max_length=100)
    if not account and not (name and body):
        reader.fail("name", N_("Choose an account, or type name and body of who has none."))
    reader.finish()
    if account:
        known, _, place = accounts[int(account)].partition("（")
        return MemberFacts(known, place.rstrip("）") or None, reader.flag("leader"), int(account))
    return MemberFacts(name, body, reader.flag("leader"), None)


@dataclass(frozen=True)
class DrawForm:
    """How a list is to be drawn, as typed; without a rule every site."""

    within: int
    kinds: tuple[str, ...]
    levels: tuple[str, ...]
    rule: DrawRule | None


def read_draw(fields: "MultiDict[str, str]", places: Sequence[int]) -> DrawForm:
    """Return how a list is to be drawn, or raise FormErrors."""
    reader = FormReader(fields)
    within = reader.choice(
        "within", translate(N_("Where the sites lie")), [str(each) for each in places]
    )
    ways = [Sampling.CENSUS.value, Sampling.FOCUS.value]
    sampling = reader.choice("sampling", translate(N_("Census or sample")), ways)
    seed = reader.text("seed", translate(N_("Seed of the draw")), max_length=40)
    shares = {}
    for level in LEVELS:
        percent = reader.integer(
            f"share_{level}", translate(N_("Percent of the sites")), maximum=100
        )
        if percent:
            shares[level] = percent
    stale = reader.integer("stale_first", translate(N_("Percent by waiting")), maximum=100)
    if sampling == Sampling.FOCUS:
        if not shares:
            reader.fail("share_red", N_("Say for at least one level how many percent are drawn."))
        if not seed:
            reader.fail("seed", N_("Type a seed, such as today's lottery number or date."))
    reader.finish()
    focus = sampling == Sampling.FOCUS
    return DrawForm(
        int(within),
        several(fields, "site_kinds", code_list("hazard_kind").codes()),
        tuple(shares) if focus else several(fields, "levels", LEVELS),
        DrawRule(seed, shares, 50 if stale is None else stale) if focus else None,
    )


def read_named(
    fields: "MultiDict[str, str]", find: Find, units: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return sites (by number) and units that are put on the list by hand, or raise FormErrors."""
    reader = FormReader(fields)
    sites = read_numbers(reader, find)
    chosen = tuple(int(each) for each in several(fields, "units", [str(u) for u in units]))
    if not sites and not chosen and not reader.errors:
        reader.fail("numbers", N_("Type at least one number, or tick a unit."))
    reader.finish()
    return sites, chosen


def read_assignment(
    fields: "MultiDict[str, str]", members: Sequence[int]
) -> tuple[list[int], int | None, date | None]:
    """Return which places are given to whom for which day, or raise FormErrors."""
    reader = FormReader(fields)
    member = reader.choice(
        "member", translate(N_("Member")), [str(each) for each in members], required=False
    )
    day = reader.date("planned_on", translate(N_("Day")))
    items = [int(each) for each in fields.getlist("item") if each.isascii() and each.isdigit()]
    if not items:
        reader.fail("item", N_("Tick the places first."))
    reader.finish()
    return items, int(member) if member else None, day


@dataclass(frozen=True)
class ResultForm:
    """What was seen at a place, or why it was not."""

    result: str
    note: str
    seen_on: date | None
    reason: str


def read_result(fields: Mapping[str, str], today: date) -> ResultForm:
    """Return what is entered for a place, or raise FormErrors."""
    reader = FormReader(fields)
    choices = [*(result.value for result in CheckResult), "not-done"]
    result = reader.choice("result", translate(N_("Result")), choices)
    note = reader.text("note", translate(N_("What was seen, or the reason")), max_length=500)
    if result in {CheckResult.ABNORMAL, "not-done"} and not note:
        reader.fail("note", N_("Say in a few words what was seen, or why it was not."))
    seen_on = reader.date("seen_on", translate(N_("Day"))) or today
    reader.finish()
    not_done = result == "not-done"
    return ResultForm("" if not_done else result, note, seen_on, note if not_done else "")


def read_summary(fields: Mapping[str, str]) -> str:
    """Return the summary of an inspection, or raise FormErrors."""
    reader = FormReader(fields)
    summary = reader.text("summary", translate(N_("Summary")), required=True, max_length=4000)
    reader.finish()
    return summary.replace("\r\n", "\n")
