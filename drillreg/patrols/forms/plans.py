"""Reading the forms and filters of patrol plans."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from drillreg.accounts.rules import roles
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.hazards.rules import LEVEL_ORDER
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.due import DueFilter, Outcome
from drillreg.patrols.facts import PlanFacts
from drillreg.patrols.planning import KINDS, kind_of
from drillreg.patrols.rules import LONGEST_EVERY, Doer, Shape
from drillreg.workdays.recurrence import Shift

LEVELS = tuple(level.value for level in LEVEL_ORDER)
# Roles that can be sent: those that record checks.
ROLES = ("monitor", "unit_liaison", "town_staff", "county_staff")
NUMBER_ENDS = re.compile(r"[,，、;；\s]+")
LONGEST_PERIOD = timedelta(days=366)
USUAL_PERIOD = timedelta(days=28)


# Looks sites up by number: the keys of those that bear it.
Find = Callable[[Sequence[str]], Mapping[str, Sequence[int]]]
MOST_NUMBERS = 500


def several(fields: "MultiDict[str, str]", name: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return the choices of a field that are on the list, in its order."""
    chosen = set(fields.getlist(name))
    return tuple(code for code in allowed if code in chosen)


def read_plan(
    fields: "MultiDict[str, str]",
    *,
    places: Sequence[int],
    find: Find,
    accounts: Mapping[int, str],
) -> PlanFacts:
    """Return a plan as typed, or raise FormErrors."""
    reader = FormReader(fields)
    name = reader.text("name", translate(N_("Name of the plan")), required=True, max_length=100)
    kind = reader.choice("kind", translate(N_("Kind of patrol")), code_list(KINDS).codes())
    within = reader.choice(
        "within", translate(N_("Where the sites lie")), [str(each) for each in places]
    )
    shape = Shape(kind_of(kind).attributes["shape"]) if kind else None
    weekdays = several(fields, "weekdays", [str(n) for n in range(7)])
    if shape in {Shape.WEEKLY, Shape.NIGHT} and not weekdays:
        reader.fail("weekdays", N_("Choose at least one day of the week."))
    shift = reader.choice("shift", translate(N_("On days off")), [*Shift], required=False)
    every = _every(reader) if shape is Shape.LEVEL else {}
    if shape is Shape.LEVEL and not every and not reader.errors:
        reader.fail("every_red", N_("Say for at least one level after how many days it is due."))
    least = reader.integer("least_days", translate(N_("Days off in a row")), minimum=2, maximum=15)
    months = reader.choice(
        "months", translate(N_("Once in")), ["1", "3", "6", "12"], required=False
    )
    doer = reader.choice("doer", translate(N_("Who goes")), [*Doer])
    account_id, role = _who(reader, doer, accounts)
    sites = read_numbers(reader, find)
    goal = reader.text("goal", translate(N_("Goal and standard")), max_length=300)
    from_on = reader.date("from_on", translate(N_("First day")), required=True)
    to_on = reader.date("to_on", translate(N_("Last day")))
    if from_on and to_on and to_on < from_on:
        reader.fail("to_on", N_("A plan cannot end before it begins."))
    reader.finish()
    return PlanFacts(
        name=name,
        kind=kind,
        within_id=int(within),
        weekdays=tuple(int(day) for day in weekdays),
        shift=Shift(shift) if shift else Shift.NONE,
        each_day=reader.raw("each_day") != "once",
        least_days=least or 3,
        every=every,
        months=int(months or 1),
        site_kinds=several(fields, "site_kinds", code_list("hazard_kind").codes()),
        levels=several(fields, "levels", LEVELS),
        sites=sites,
        doer=Doer(doer),
        account_id=account_id,
        account_name=accounts[account_id] if account_id is not None else None,
        role=role,
        goal=goal or None,
        from_on=from_on or date.min,
        to_on=to_on,
    )


def read_numbers(reader: FormReader, find: Find) -> tuple[int, ...]:
    """Return the sites whose numbers were typed, one a line; a wrong one is named."""
    text = reader.text("numbers", translate(N_("Numbers of sites")), max_length=20_000)
    numbers = list(dict.fromkeys(NUMBER_ENDS.sub("\n", text).split()))
    if len(numbers) > MOST_NUMBERS:
        reader.fail("numbers", N_("Name at most %(most)d sites."), most=MOST_NUMBERS)
        return ()
    known = find(numbers) if numbers else {}
    for number in numbers:
        if not known.get(number):
            reader.fail("numbers", N_("There is no site %(number)s in reach."), number=number)
        elif len(known[number]) > 1:
            reader.fail(
                "numbers",
                N_("Several organisations have a site %(number)s; choose by place instead."),
                number=number,
            )
    return tuple(sorted(key for number in numbers for key in known.get(number, ())))


def _every(reader: FormReader) -> dict[str, int]:
    found = {}
    for level in LEVELS:
        label = translate(N_("Days between patrols"))
        days = reader.integer(f"every_{level}", label, minimum=1, maximum=LONGEST_EVERY)
        if days is not None:
            found[level] = days
    return found


def _who(
    reader: FormReader, doer: str, accounts: Mapping[int, str]
) -> tuple[int | None, str | None]:
    if doer == Doer.ACCOUNT:
        label = translate(N_("Who goes alone"))
        account = reader.choice("account", label, [str(each) for each in accounts])
        return (int(account) if account else None), None
    if doer == Doer.ROLE:
        role = reader.choice("role", translate(N_("Role")), ROLES)
        return None, role or None
    return None, None


def role_options() -> list[tuple[str, str]]:
    """Return the roles that can be sent, in the language of the request."""
    return [(code, pick(roles()[code].label)) for code in ROLES]


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why a plan rests or ends, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=300)
    reader.finish()
    return reason


def read_due(fields: Mapping[str, str], scope: OrgScope, today: date) -> DueFilter:
    """Return the filter of the list of rounds; what is unknown filters nothing.

    Without days the last four weeks; more than a year is cut to the year before its end.
    """
    reader = FormReader(fields)
    last = reader.date("to", "") or today
    first = reader.date("from", "") or last - USUAL_PERIOD
    within = reader.integer("within", "")
    return DueFilter(
        first=max(min(first, last), last - LONGEST_PERIOD),
        last=last,
        today=today,
        plan_id=reader.integer("plan", ""),
        within=org_to_narrow(within, scope) if within else None,
        level=reader.choice("level", "", LEVELS, required=False),
        outcome=reader.choice("outcome", "", [*Outcome], required=False),
        person=reader.raw("person")[:60],
        words=reader.raw("q")[:60],
    )
