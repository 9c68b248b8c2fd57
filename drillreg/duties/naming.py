"""Names of periods as people say them: 2026年10月, 2026年第3季度, 2026年上半年."""

from datetime import date

from drillreg.duties.evaluation.periods import grid
from drillreg.duties.terms import Owed
from drillreg.i18n import N_, translate
from drillreg.workdays.seasons import Span

QUARTERS = (
    N_("1st quarter of %(year)d"),
    N_("2nd quarter of %(year)d"),
    N_("3rd quarter of %(year)d"),
    N_("4th quarter of %(year)d"),
)
HALVES = (N_("First half of %(year)d"), N_("Second half of %(year)d"))
MONTH_NAMES = (
    N_("January %(year)d"),
    N_("February %(year)d"),
    N_("March %(year)d"),
    N_("April %(year)d"),
    N_("May %(year)d"),
    N_("June %(year)d"),
    N_("July %(year)d"),
    N_("August %(year)d"),
    N_("September %(year)d"),
    N_("October %(year)d"),
    N_("November %(year)d"),
    N_("December %(year)d"),
)
NOT_DONE_WORDS = {
    Owed.PLAN: N_("not made"),
    Owed.FILE: N_("not filed"),
    Owed.PUBLISH: N_("not published"),
    Owed.EVALUATE: N_("not evaluated"),
    Owed.REVISE: N_("not revised"),
    Owed.DRILL: N_("not held"),
    Owed.CHECK: N_("not checked"),
    Owed.REPORT: N_("not reported"),
    Owed.TRAIN: N_("not trained"),
}


def period_name(first: date, months: int) -> str:
    """Return the name of the calendar period of so many months that a day lies in."""
    span = grid(first, months)
    year = span.first.year
    if months == 1:
        return translate(MONTH_NAMES[span.first.month - 1], year=year)
    if months == 3:
        return translate(QUARTERS[(span.first.month - 1) // 3], year=year)
    if months == 6:
        return translate(HALVES[(span.first.month - 1) // 6], year=year)
    if months == 12:
        return translate(N_("The year %(year)d"), year=year)
    return translate(N_("%(first)s to %(last)s"), first=span.first, last=span.last)


def days_of(span: Span) -> str:
    """Return the first and the last day of a period."""
    return translate(N_("%(first)s to %(last)s"), first=span.first, last=span.last)
