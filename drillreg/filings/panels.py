"""What filing shows on the pages of plans and organisations."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from drillreg.core import clock as clocks
from drillreg.core.access import Permission
from drillreg.filings.models import Filing, PlanClock
from drillreg.filings.operations.clocks import asked_of
from drillreg.filings.published import readable_by_all
from drillreg.filings.queries import clocks_of, filings_of, publications_of, trainings_of
from drillreg.filings.routing import Audience, Route, choices_of_field
from drillreg.filings.rules import ClockKind, ClockState
from drillreg.filings.wording import (
    CLOCK_WORDS,
    STANDING_COLOURS,
    STANDING_WORDS,
    STATE_COLOURS,
    STATE_WORDS,
    TRAINING_WORDS,
    clock_sentence,
    standing,
    state_of,
)
from drillreg.i18n import pick, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.workdays.rules import WorkCalendar

SHOWN = 3


@dataclass(frozen=True)
class Shown:
    """One clock in words, with what was done."""

    kind: ClockKind
    label: str
    to: str
    source: str
    clock: PlanClock | None
    due_on: date
    state: ClockState
    sentence: str


def _shown(
    kind: ClockKind,
    way: Route | Audience,
    clock: PlanClock | None,
    issued_on: date,
    calendar: WorkCalendar,
    today: date,
) -> Shown:
    # A version that was issued before clocks were kept is shown as its clock would stand.
    kept = clock or PlanClock(
        kind=kind,
        issued_on=issued_on,
        due_on=calendar.add_working_days(issued_on, way.days),
    )
    return Shown(
        kind,
        translate(CLOCK_WORDS[kind]),
        pick(dict(way.label)),
        way.source.words(),
        clock,
        kept.due_on,
        state_of(kept, today),
        clock_sentence(kept, calendar, today),
    )


def filing_of_plan(plan: Plan) -> str:
    """Show the two clocks of the version in force, what was filed, made known and trained."""
    version, today = plan.current, clocks.today()
    if version is None or version.issued_on is None or PLAN.cut(current_scope(), plan):
        return ""
    kept = clocks_of(plan)
    mine = {each.kind: each for each in kept if each.version_id == version.id}
    calendar = calendar_of(plan.org)
    asked = asked_of(plan.kind, plan.org)
    shown = [
        _shown(kind, way, mine.get(kind), version.issued_on, calendar, today)
        for kind, way in asked.items()
    ]
    return render_template(
        "filings/_plan_panel.html",
        plan=plan,
        shown=shown,
        earlier=[
            each
            for each in kept
            if each.version_id != version.id and state_of(each, today) is ClockState.CLOSED
        ],
        filings=[_with_standing(each, today) for each in filings_of(plan)],
        publications=publications_of(plan)[:SHOWN],
        is_readable=readable_by_all(plan),
        trainings=trainings_of(plan, at_most=SHOWN),
        channels=choices_of_field("channel"),
        may_file=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        standing_words=STANDING_WORDS,
        standing_colours=STANDING_COLOURS,
        training_words=TRAINING_WORDS,
        clock_words=CLOCK_WORDS,
        clock_sentence=lambda each: clock_sentence(each, calendar, today),
    )


def _with_standing(filing: Filing, today: date) -> tuple[Filing, str]:
    return filing, standing(filing, today)
