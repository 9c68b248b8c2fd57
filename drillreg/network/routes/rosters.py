"""Who is on duty now, and the roster of an organisation for a month."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.masking import masked_phone
from drillreg.core.page import WEEKDAYS_ZH
from drillreg.documents.answer import pdf_answer
from drillreg.documents.queries.layouts import layout_for
from drillreg.i18n import N_, pick, translate
from drillreg.network.duties import Cells, Position, positions
from drillreg.network.models import Duty, RosterMonth
from drillreg.network.papers import roster_paper
from drillreg.network.queries.rosters import (
    cells_of,
    changes_of,
    duties_of,
    hand_overs_of,
    month_or_none,
    months_of,
    on_duty_now,
)
from drillreg.network.routes.blueprints import roster_bp as bp
from drillreg.network.routes.book import kept_among, local_now
from drillreg.network.tables import RosterDay, lay_out
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, may_here
from drillreg.sheets.export import send_rows
from drillreg.workdays.months import days_of_month, first_of, month_after, month_before
from drillreg.workdays.queries import calendar_days, calendar_for
from drillreg.workdays.rules import WorkCalendar


@dataclass(frozen=True)
class Sheet:
    """A month of an organisation's roster as it stands."""

    org: Org
    first: date
    month: RosterMonth | None
    cells: Cells
    calendar: WorkCalendar
    duties: tuple[Duty, ...]

    @property
    def last(self) -> date:
        """Return the last day of the month."""
        return days_of_month(self.first)[-1]

    @property
    def is_published(self) -> bool:
        """Say whether the roster was made known."""
        return self.month is not None and self.month.published_at is not None

    def days(self, cells: Cells | None = None) -> list[RosterDay]:
        """Return the lines of the table, of these cells where they are not saved yet."""
        owner = calendar_owner(self.org)
        named = (*calendar_days(None, self.first.year), *calendar_days(owner, self.first.year))
        return lay_out(
            self.first,
            self.cells if cells is None else cells,
            org_kind=self.org.kind,
            calendar=self.calendar,
            names={row.day: row.name_zh for row in named},
            notes=hand_overs_of(self.org, self.first, self.last),
        )


def sheet_of(org: Org, text: str) -> Sheet:
    """Return the roster of an organisation for a month such as 2026-05, else this month."""
    first = first_of(text, clock.today())
    duties = tuple(duties_of(org, first, days_of_month(first)[-1]))
    return Sheet(
        org,
        first,
        month_or_none(org, first),
        cells_of(duties),
        calendar_for(calendar_owner(org)),
        duties,
    )


def month_context(sheet: Sheet) -> dict[str, Any]:
    """Return what every page about a month shows of it."""
    return {
        "org": sheet.org,
        "sheet": sheet,
        "label": f"{sheet.first.year}-{sheet.first.month:02}",
        "before": month_before(sheet.first),
        "after": month_after(sheet.first),
        "positions": positions(),
        "today": clock.today(),
    }


def day_asked(text: str) -> date:
    """Return the day of an address, or answer that nothing is there."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


@bp.get("/roster/")
@requires(Permission.VIEW)
def index() -> str:
    """Show who is on duty at this hour in one's reach, with phones; missing ones stand out."""
    scope, today = current_scope(), clock.today()
    found = on_duty_now(scope, local_now())
    ids = [each.org.id for each in found]
    return render_template(
        "network/tonight.html",
        found=found,
        months=months_of(ids, scope, [today.replace(day=1), month_after(today.replace(day=1))]),
        this_month=today.replace(day=1),
        next_month=month_after(today.replace(day=1)),
        kept=kept_among(ids),
        masked=masked_phone,
        labels={each.code: pick(each.label) for each in positions()},
        moment=clock.now(),
        today=today,
    )


@bp.get("/roster/<int:org_id>")
@requires(Permission.VIEW)
def month(org_id: int) -> str:
    """Show the roster of an organisation for a month."""
    org = get_org(org_id, current_scope())
    sheet = sheet_of(org, request.args.get("m", ""))
    days = sheet.days()
    return render_template(
        "network/month.html",
        days=days,
        wrong=[each for day in days for each in day.conflicts],
        changes=changes_of(org, sheet.first, sheet.last),
        may_keep=org.closed_on is None and may_here(Permission.KEEP_CONTACTS, org),
        labels={each.code: pick(each.label) for each in positions()},
        **{**month_context(sheet), "positions": _used(sheet, days)},
    )


def _used(sheet: Sheet, days: list[RosterDay]) -> list[Position]:
    """Return the positions that somebody has, or that must be filled."""
    return [
        each
        for each in positions()
        if sheet.org.kind in each.asked or any(day.cells[each.code] for day in days)
    ]


@bp.get("/roster/<int:org_id>/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(org_id: int, fmt: str) -> ResponseReturnValue:
    """Hand out the roster of a month as a table that can be read back."""
    org = get_org(org_id, current_scope())
    sheet = sheet_of(org, request.args.get("m", ""))
    header = [translate(N_("Day")), translate(N_("Weekday"))]
    header += [pick(each.label) for each in positions()] + [translate(N_("Note on the day"))]
    rows: list[list[Any]] = [
        [
            day.on,
            f"星期{WEEKDAYS_ZH[day.on.weekday()]}",
            *day.cells.values(),
            day.name or ("" if day.works else translate(N_("Day off"))),
        ]
        for day in sheet.days()
    ]
    title = translate(
        N_("%(org)s duty roster %(month)s"), org=org.name, month=f"{sheet.first:%Y-%m}"
    )
    return send_rows(title, header, rows, fmt)


@bp.get("/roster/<int:org_id>/print.pdf")
@requires(Permission.VIEW)
def print_month(org_id: int) -> ResponseReturnValue:
    """Print the roster of a month."""
    org = get_org(org_id, current_scope())
    sheet = sheet_of(org, request.args.get("m", ""))
    days = sheet.days()
    paper = roster_paper(org, sheet.first, days, _used(sheet, days))
    return pdf_answer(paper, layout_for(paper.layout, org))


def month_url(org_id: int, first: date) -> str:
    """Return the address of a month of a roster."""
    return url_for("roster.month", org_id=org_id, m=f"{first:%Y-%m}")
