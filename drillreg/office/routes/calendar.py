"""The calendar of an office: a year with its days off, make-up days, terms and seasons."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.i18n import N_, translate
from drillreg.office.calendars import planning_calendar, season_overview
from drillreg.office.days import put_day, put_season, remove_day, remove_season, take_in
from drillreg.office.forms import read_day, read_season
from drillreg.office.routes.blueprint import bp, chosen_owner, owners_for
from drillreg.office.years import months_of
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope_for
from drillreg.workdays.models import CalendarDay, CalendarSeason
from drillreg.workdays.operations import read_days
from drillreg.workdays.queries import calendar_days, season_or_none, season_rows
from drillreg.workdays.rules import DayKind

FIRST_YEAR, LAST_YEAR = 2000, 2099


def _owner() -> Org:
    return chosen_owner(owners_for(Permission.MANAGE_SYSTEM))


def _year() -> int:
    asked = FormReader(request.args).integer("year", "", minimum=FIRST_YEAR, maximum=LAST_YEAR)
    return asked or clock.today().year


@bp.get("/calendar")
@requires(Permission.MANAGE_SYSTEM)
def calendar() -> str:
    """Show a year of an office, what it entered itself, and its seasons."""
    owner, year, today = _owner(), _year(), clock.today()
    days = [row for who in (None, owner.id) for row in calendar_days(who, year)]
    owners = owners_for(Permission.MANAGE_SYSTEM)
    departments = [org for org in owners if org.kind == "department"]
    seasons = season_overview(owner, departments, today)
    work = planning_calendar(owner, today)
    return render_template(
        "office/calendar.html",
        owner=owner,
        owners=owners,
        year=year,
        years=(FIRST_YEAR, LAST_YEAR),
        today=today,
        months=months_of(year, work, seasons, {row.day: row.name_zh for row in days}),
        is_known=work.is_known_year(year),
        days=[row for row in days if row.owner_org_id == owner.id],
        imported=sum(row.owner_org_id is None for row in days),
        own_seasons=season_rows([owner.id]),
        others=[each for each in seasons.of_year(year) if each[0].owner_org_id != owner.id],
        has_terms=any(seasons.roles[each.kind] == "term" for each, _ in seasons.of_year(year)),
        names={org.id: org for org in owners},
    )


def _back(owner: Org, year: int) -> ResponseReturnValue:
    return see_other(url_for(".calendar", org=owner.id, year=year))


@bp.get("/calendar/import")
@requires(Permission.MANAGE_SYSTEM)
def start_calendar_import() -> str:
    """Ask for a file of the State Council's notice."""
    return render_template(
        "office/calendar_import.html", owner=_owner(), year=_year(), form=form_view()
    )


@bp.post("/calendar/import")
@requires(Permission.MANAGE_SYSTEM)
@form_of(start_calendar_import)
@writes_itself
def import_calendar() -> ResponseReturnValue:
    """Read a holiday file in the closed child and enter its days."""
    owner = _owner()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    if sent is None or not data:
        raise FormErrors([FieldError("file", N_("Choose a file."))])
    name, owner_id = sent.filename or "file", owner.id
    days = read_days(data)
    with unit_of_work():
        held = db.session.get_one(Org, owner_id)
        done = take_in(days, owner=held, source=name, actor=current_actor(), now=clock.now())
        years = sorted({each.day.year for each in days if each.kind is DayKind.OFF})
        told = translate(
            N_("%(added)d days added, %(changed)d changed, %(unchanged)d as they were."),
            added=done.added,
            changed=done.changed,
            unchanged=done.unchanged,
        )
        flash(told, "success")
        return _back(held, years[-1] if years else days[0].day.year)


@bp.get("/calendar/days/new")
@requires(Permission.MANAGE_SYSTEM)
def new_day() -> str:
    """Ask for a single day off or make-up day."""
    return render_template(
        "office/calendar_day.html",
        owner=_owner(),
        year=_year(),
        form=form_view(day=request.args.get("day", ""), kind=request.args.get("kind", "off")),
    )


@bp.post("/calendar/days/new")
@requires(Permission.MANAGE_SYSTEM)
@form_of(new_day)
@writes
def add_day() -> ResponseReturnValue:
    """Declare a single day off or worked."""
    owner, named = _owner(), read_day(request.form)
    put_day(named, owner=owner, actor=current_actor(), now=clock.now())
    return _back(owner, named.day.year)


@bp.post("/calendar/days/<int:day_id>/remove")
@requires(Permission.MANAGE_SYSTEM)
@writes
def take_day_out(day_id: int) -> ResponseReturnValue:
    """Take a single day out of the office's own calendar."""
    row = db.session.get(CalendarDay, day_id)
    if row is None or row.owner_org_id is None:
        raise NotFound(N_("There is no such day in this calendar."))
    owner = _held_by(row.owner_org_id)
    remove_day(row, owner=owner, actor=current_actor(), now=clock.now())
    return _back(owner, row.day.year)


def _held_by(org_id: int) -> Org:
    """Return the organisation whose calendar something stands in; 404 out of reach."""
    return get_org(org_id, current_scope_for(Permission.MANAGE_SYSTEM))


def _season(season_id: int) -> tuple[CalendarSeason, Org]:
    row = season_or_none(season_id)
    if row is None:
        raise NotFound(N_("There is no such season in this calendar."))
    return row, _held_by(row.owner_org_id)


def _season_form(row: CalendarSeason | None, owner: Org) -> str:
    form = (
        form_view(
            kind=row.kind,
            name_zh=row.name_zh,
            first_on=row.first_on.isoformat(),
            last_on=row.last_on.isoformat(),
            yearly="1" if row.yearly else "",
        )
        if row
        else form_view(kind=request.args.get("kind", ""))
    )
    return render_template(
        "office/season.html",
        owner=owner,
        year=_year(),
        row=row,
        kinds=code_list("period_kind").options(keep=form.value("kind")),
        form=form,
    )


@bp.get("/calendar/seasons/new")
@requires(Permission.MANAGE_SYSTEM)
def new_season() -> str:
    """Ask for a term, exam days, a flood season."""
    return _season_form(None, _owner())


@bp.post("/calendar/seasons/new")
@requires(Permission.MANAGE_SYSTEM)
@form_of(new_season)
@writes
def add_season() -> ResponseReturnValue:
    """Enter a season."""
    owner, facts = _owner(), read_season(request.form)
    put_season(facts, row=None, owner=owner, actor=current_actor(), now=clock.now())
    return _back(owner, facts.first_on.year)


@bp.get("/calendar/seasons/<int:season_id>")
@requires(Permission.MANAGE_SYSTEM)
def edit_season(season_id: int) -> str:
    """Ask how a season shall be."""
    return _season_form(*_season(season_id))


@bp.post("/calendar/seasons/<int:season_id>")
@requires(Permission.MANAGE_SYSTEM)
@form_of(edit_season)
@writes
def save_season(season_id: int) -> ResponseReturnValue:
    """Change a season."""
    row, owner = _season(season_id)
    facts = read_season(request.form)
    put_season(facts, row=row, owner=owner, actor=current_actor(), now=clock.now())
    return _back(owner, facts.first_on.year)


@bp.post("/calendar/seasons/<int:season_id>/remove")
@requires(Permission.MANAGE_SYSTEM)
@writes
def take_season_out(season_id: int) -> ResponseReturnValue:
    """Strike a season out."""
    row, owner = _season(season_id)
    remove_season(row, owner=owner, actor=current_actor(), now=clock.now())
    return _back(owner, row.first_on.year)
