"""How patrols and inspections are put into words."""

from drillreg.accounts.rules import roles
from drillreg.core.codes import code_label
from drillreg.i18n import N_, pick, translate
from drillreg.patrols.due import Outcome
from drillreg.patrols.inspection_rules import InspectionState, Sampling
from drillreg.patrols.models import PatrolPlan
from drillreg.patrols.planning import kind_of
from drillreg.patrols.rules import Doer, Shape
from drillreg.workdays.describing import WEEKDAY_NAMES
from drillreg.workdays.recurrence import Shift

OUTCOME_WORDS = {
    Outcome.DONE: N_("Patrolled"),
    Outcome.MISSED: N_("Missed"),
    Outcome.OPEN: N_("Still to be looked at"),
}
OUTCOME_COLOURS = {Outcome.DONE: "green", Outcome.MISSED: "red", Outcome.OPEN: "sky"}
DOER_WORDS = {
    Doer.KEEPER: N_("The keeper of each site"),
    Doer.ACCOUNT: N_("One person"),
    Doer.ROLE: N_("Whoever has a role there"),
}
SHIFT_WORDS = {
    Shift.NONE: N_("It stays on its day"),
    Shift.NEXT_WORKING_DAY: N_("It moves to the next working day"),
    Shift.PREVIOUS_WORKING_DAY: N_("It moves to the working day before"),
    Shift.SKIP: N_("It is left out"),
}
STATE_WORDS = {
    InspectionState.DRAFT: N_("Being drawn up"),
    InspectionState.RUNNING: N_("Under way"),
    InspectionState.CLOSED: N_("Closed"),
}
STATE_COLOURS = {
    InspectionState.DRAFT: "",
    InspectionState.RUNNING: "sky",
    InspectionState.CLOSED: "green",
}
SAMPLING_WORDS = {
    Sampling.CENSUS: N_("Census: every site"),
    Sampling.FOCUS: N_("Sample by stated rules"),
    Sampling.NAMED: N_("Named by hand"),
}


def rhythm_words(plan: PatrolPlan) -> str:
    """Return when a plan asks for rounds, as a sentence."""
    match Shape(kind_of(plan.kind).attributes["shape"]):
        case Shape.WEEKLY | Shape.NIGHT as shape:
            comma = translate(N_(", "))
            days = comma.join(translate(WEEKDAY_NAMES[day]) for day in plan.weekdays)
            if shape is Shape.NIGHT:
                return translate(N_("Every night of %(days)s, 18:00 to 6:00"), days=days)
            return translate(N_("Every week on %(days)s"), days=days)
        case Shape.HOLIDAY:
            each = N_("Each day of breaks of %(least)d days or more")
            once = N_("Once in each break of %(least)d days or more")
            return translate(each if plan.each_day else once, least=plan.least_days)
        case Shape.LEVEL:
            parts = [
                translate(
                    N_("%(level)s: every %(days)d days"),
                    level=code_label(level, "risk_level"),
                    days=days,
                )
                for level, days in plan.every.items()
            ]
            return "；".join(parts)
        case Shape.DAILY:
            return translate(N_("Every day"))
        case Shape.MONTHS:
            return translate(N_("Once in every %(months)d months"), months=plan.months)
        case _:
            return code_label(plan.kind, "patrol_kind")


def who_words(plan: PatrolPlan) -> str:
    """Return who goes."""
    if plan.doer is Doer.ACCOUNT:
        return plan.account_name or ""
    if plan.doer is Doer.ROLE:
        return pick(roles()[plan.role].label) if plan.role in roles() else ""
    return translate(DOER_WORDS[plan.doer])
