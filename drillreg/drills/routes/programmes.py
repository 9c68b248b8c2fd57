"""Programmes: the list, one of them, starting, changing and ending one."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader, FormView, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.drills.forms import outline_fields
from drillreg.drills.forms.programmes import (
    ORDINALS,
    RHYTHMS,
    SHIFTS,
    read_programme,
    read_rhythm,
    rhythm_fields,
)
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.operations.programmes import (
    change_programme,
    create_programme,
    end_programme,
)
from drillreg.drills.preview import Preview, preview_of
from drillreg.drills.queries import DrillFilter, drills_page, last_held
from drillreg.drills.queries.programmes import get_programme, next_dates, programmes_page
from drillreg.drills.routes.blueprint import bp, org_of_address, outline_choices, upper_orgs
from drillreg.drills.routes.planning import ensure_in_reach, org_to_plan_for
from drillreg.i18n import N_, translate
from drillreg.office.calendars import planning_calendar
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may, may_here
from drillreg.workdays.describing import MONTH_NAMES, WEEKDAY_NAMES, describe, spoken
from drillreg.workdays.queries import calendar_for
from drillreg.workdays.recurrence import TERM_MONTHS
from drillreg.workdays.rules import WorkCalendar

FIRST_CHOICES = {
    "mode": "full",
    "freq": "monthly",
    "interval": 1,
    "times": 2,
    "day_way": "nth",
    "nth": -1,
    "nth_weekday": 2,
    "weekday": 4,
    "months_way": "all",
    "shift": "next_working_day",
}


@bp.get("/programmes/")
@requires(Permission.VIEW)
def programmes() -> str:
    """Show the programmes in scope."""
    scope, today = current_scope(), clock.today()
    within = org_of_address("within", scope)
    event_type = FormReader(request.args).raw("event")[:40]
    ended = request.args.get("ended") == "1"
    page, total = programmes_page(
        scope,
        today=today,
        within=within,
        event_type=event_type,
        ended=ended,
        cursor=request.args.get("after"),
    )
    return render_template(
        "drills/programmes.html",
        page=page,
        total=total,
        within=within,
        event_type=event_type,
        ended=ended,
        dates=next_dates([row.id for row in page.rows], today),
        upper=upper_orgs(),
        rhythm_words=rhythm_words,
    )


@bp.get("/programmes/<int:programme_id>")
@requires(Permission.VIEW)
def programme(programme_id: int) -> str:
    """Show a programme with its drills."""
    scope, today = current_scope(), clock.today()
    found = get_programme(programme_id, scope)
    return render_template(
        "drills/programme.html",
        programme=found,
        rhythm=rhythm_words(found),
        page=drills_page(
            scope,
            DrillFilter(programme_id=found.id, open_only=True),
            today=today,
            cursor=request.args.get("after"),
        ),
        held=last_held(scope, where=Drill.programme_id == found.id, at_most=10),
        may_plan=may_here(Permission.PLAN_DRILLS, found.org),
    )


@bp.get("/programmes/new")
@requires(Permission.PLAN_DRILLS)
def new_programme() -> str:
    """Ask about a new programme."""
    starts_on = clock.today().isoformat()
    form = form_view(**FIRST_CHOICES, org=current_actor().org_id, starts_on=starts_on)
    return _form_page(form, None)


@bp.post("/programmes/new")
@requires(Permission.PLAN_DRILLS)
@form_of(new_programme)
@writes
def start_programme() -> ResponseReturnValue:
    """Start a programme and plan its drills."""
    if "preview" in request.form:
        return _again(None)
    given = read_programme(request.form)
    org = org_to_plan_for(given.org_id, given.outline)
    found = create_programme(
        org=org,
        outline=given.outline,
        rhythm=given.rhythm,
        calendar=planning_calendar(org, clock.today()),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The programme has started; its drills are planned.")), "success")
    return see_other(url_for(".programme", programme_id=found.id))


@bp.get("/programmes/<int:programme_id>/edit")
@requires(Permission.PLAN_DRILLS)
def edit_programme(programme_id: int) -> str:
    """Show a programme for changing."""
    found = _programme_to_change(programme_id)
    fields = {**FIRST_CHOICES, **outline_fields(found), **rhythm_fields(found)}
    return _form_page(form_view(**fields, row_version=found.row_version), found)


@bp.post("/programmes/<int:programme_id>/edit")
@requires(Permission.PLAN_DRILLS)
@form_of(edit_programme)
@writes
def save_programme(programme_id: int) -> ResponseReturnValue:
    """Change a programme and the drills ahead of it."""
    found = _programme_to_change(programme_id)
    if "preview" in request.form:
        return _again(found)
    # The organisation cannot change: drills already held belong to it.
    given = read_programme({**request.form.to_dict(), "org": str(found.org_id)})
    ensure_in_reach(given.outline, found)
    planned = change_programme(
        found,
        row_version=int(request.form.get("row_version", "0") or 0),
        outline=given.outline,
        rhythm=given.rhythm,
        calendar=planning_calendar(found.org, clock.today()),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(
        translate(
            N_("Saved. Drills ahead: %(made)d new, %(moved)d moved, %(voided)d struck out."),
            made=planned.made,
            moved=planned.moved,
            voided=planned.voided,
        ),
        "success",
    )
    return see_other(url_for(".programme", programme_id=found.id))


@bp.get("/programmes/<int:programme_id>/end")
@requires(Permission.PLAN_DRILLS)
def end(programme_id: int) -> str:
    """Ask for the last day of a programme."""
    return render_template(
        "drills/end.html",
        programme=_programme_to_change(programme_id),
        form=form_view(last_on=clock.today().isoformat()),
    )


@bp.post("/programmes/<int:programme_id>/end")
@requires(Permission.PLAN_DRILLS)
@form_of(end)
@writes
def end_now(programme_id: int) -> ResponseReturnValue:
    """End a programme."""
    found = _programme_to_change(programme_id)
    form = FormReader(request.form)
    last_on = form.date("last_on", translate(N_("Last day")), required=True)
    form.finish()
    end_programme(
        found,
        last_on=last_on or clock.today(),
        calendar=planning_calendar(found.org, clock.today()),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The programme ends. What was held stays.")), "success")
    return see_other(url_for(".programme", programme_id=found.id))


@bp.get("/programmes/preview")
@requires(Permission.PLAN_DRILLS)
def preview() -> str:
    """Show the next dates of a rhythm being typed, as a fragment."""
    return render_template("drills/_preview.html", **_preview(request.args))


def rhythm_words(programme: DrillProgramme) -> str:
    """Return how often a programme comes back, as a sentence; a dash when it cannot be read."""
    try:
        return spoken(describe(programme.recurrence))
    except DomainError:
        return "—"


def _programme_to_change(programme_id: int) -> DrillProgramme:
    found = get_programme(programme_id, current_scope())
    ensure_may(Permission.PLAN_DRILLS, found.org)
    return found


def _again(found: DrillProgramme | None) -> str:
    """Show the form with the dates it would give; for browsers without script."""
    g.refused_form = FormView(request.form)
    return _form_page(g.refused_form, found)


def _form_page(form: FormView, found: DrillProgramme | None) -> str:
    choices = outline_choices(Permission.PLAN_DRILLS, clock.today())
    if found is not None:
        choices["orgs"] = [(found.org.id, found.org.name)]
        _keep(choices["plans"], found.plan)
        _keep(choices["sites"], found.site)
    return render_template(
        "drills/programme_form.html",
        programme=found,
        form=form,
        choices=choices,
        rhythms=[(code.value, translate(word)) for code, word in RHYTHMS],
        shifts=[(code.value, translate(word)) for code, word in SHIFTS],
        ordinals=[(number, translate(word)) for number, word in ORDINALS],
        weekdays=[(n, translate(word)) for n, word in enumerate(WEEKDAY_NAMES)],
        months=[(n, translate(word)) for n, word in enumerate(MONTH_NAMES, 1)],
        times=list(TERM_MONTHS),
        **_preview(form.values),
    )


def _keep(choices: list[tuple[int, str]], record: Any) -> None:
    """Keep what is named now among the choices, also when it lies out of this person's scope."""
    if record is not None and record.id not in {key for key, _ in choices}:
        choices.append((record.id, translate(N_("As it stands"))))


def _preview(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the next dates of what is typed, or why there are none yet."""
    typed = {name: str(fields.get(name) or "") for name in fields}
    try:
        rhythm = read_rhythm(typed)
        found: Preview | None = preview_of(rhythm, _typed_calendar(typed), today=clock.today())
    except DomainError:
        return {"preview": None, "rhythm": ""}
    return {"preview": found, "rhythm": spoken(describe(rhythm.recurrence))}


def _typed_calendar(typed: Mapping[str, str]) -> WorkCalendar:
    org_id = typed.get("org", "")
    if org_id.isascii() and org_id.isdigit() and len(org_id) <= 15:
        return planning_calendar(get_org(int(org_id), current_scope()), clock.today())
    return calendar_for()
