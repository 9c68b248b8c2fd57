"""Recording a drill as held, also one that nobody had planned, and correcting the record."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.core.reading import FormReader, FormView, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.drills.forms import read_outline
from drillreg.drills.forms.records import (
    GROUP_ROWS,
    MOMENT_ROWS,
    dropped_photos,
    fields_of_record,
    fields_to_record,
    read_held,
    rows_shown,
)
from drillreg.drills.naming import names_then
from drillreg.drills.operations.drills import plan_drill
from drillreg.drills.operations.records import correct_record, record_drill
from drillreg.drills.queries import DrillRecord, drill_record
from drillreg.drills.routes.blueprint import bp, drill_to_change, outline_choices
from drillreg.drills.routes.planning import org_to_plan_for
from drillreg.drills.routes.shows import entered_late, report_url
from drillreg.drills.rules import (
    DrillMode,
    DrillStatus,
    days_late,
    ensure_correctable,
    ensure_planned,
)
from drillreg.drills.scope import DRILL
from drillreg.files.photos import CleanPhoto, clean_photo
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on

P = ParamSpec("P")

MOST_PHOTOS = 9
# These fill in the short form themselves: date, people, time, photo.
SHORT_KINDS = frozenset({"school", "kindergarten"})


def cleans_photos(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Clean the photos sent along before the transaction of the view begins."""

    @wraps(view)
    def after_cleaning(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        g.photos = _cleaned()
        return view(*args, **kwargs)

    return after_cleaning


def _cleaned() -> list[CleanPhoto]:
    sent = [each for each in request.files.getlist("photos") if each.filename]
    if len(sent) > MOST_PHOTOS:
        most = {"most": MOST_PHOTOS}
        raise FormErrors([FieldError("photos", N_("At most %(most)d photos at once."), most)])
    try:
        return [clean_photo(each.read(), each.filename or "photo.jpg") for each in sent]
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        raise FormErrors([FieldError("photos", error.message, error.params)]) from error


@bp.get("/<int:drill_id>/record")
@requires(Permission.RECORD_DRILLS)
def record(drill_id: int) -> str:
    """Ask what happened; for a held drill show its record for correcting."""
    found = _to_record(drill_id)
    drill = found.drill
    if drill.status is DrillStatus.HELD:
        ensure_correctable(drill.status, is_closed=drill.closed_at is not None)
        return _page(form_view(**fields_of_record(found)), found)
    ensure_planned(drill.status)
    return _page(form_view(**fields_to_record(drill, clock.today())), found)


@bp.post("/<int:drill_id>/record")
@requires(Permission.RECORD_DRILLS)
@form_of(record)
@cleans_photos
@writes
def save_record(drill_id: int) -> ResponseReturnValue:
    """Record a drill as held, or correct what was recorded."""
    if "more" in request.form:
        return _with_more_rows(_to_record(drill_id))
    found = _to_record(drill_id)
    drill, today, now = found.drill, clock.today(), clock.now()
    held = read_held(request.form, mode=drill.mode, today=today)
    if drill.status is DrillStatus.HELD:
        correct_record(
            found,
            row_version=int(request.form.get("row_version", "0") or 0),
            held=held,
            photos=g.photos,
            dropped_photos=dropped_photos(request.form),
            actor=current_actor(),
            today=today,
            now=now,
        )
        return see_other(url_for(".show", drill_id=drill.id))
    record_drill(drill, held=held, photos=g.photos, actor=current_actor(), today=today, now=now)
    return see_other(url_for(".recorded", drill_id=drill.id))


@bp.get("/record")
@requires(Permission.RECORD_DRILLS)
def record_unplanned() -> str:
    """Ask about a drill that was held without having been planned."""
    today = clock.today()
    form = form_view(
        org=current_actor().org_id, mode="full", held_on=today.isoformat(), event_type=""
    )
    return _page(form, None)


@bp.post("/record")
@requires(Permission.RECORD_DRILLS)
@form_of(record_unplanned)
@cleans_photos
@writes
def save_unplanned() -> ResponseReturnValue:
    """Enter a drill that was held without having been planned."""
    if "more" in request.form:
        return _with_more_rows(None)
    form = FormReader(_with_title())
    org_id = form.integer("org", translate(N_("Organisation")), required=True, minimum=1)
    outline = read_outline(form)
    form.finish()
    held = read_held(request.form, mode=DrillMode.FULL, today=clock.today())
    org = org_to_plan_for(org_id or 0, outline, Permission.RECORD_DRILLS)
    actor, now = current_actor(), clock.now()
    drill = plan_drill(org=org, outline=outline, due_on=held.held_on, actor=actor, now=now)
    record_drill(drill, held=held, photos=g.photos, actor=actor, today=clock.today(), now=now)
    return see_other(url_for(".recorded", drill_id=drill.id))


@bp.get("/<int:drill_id>/recorded")
@requires(Permission.RECORD_DRILLS)
def recorded(drill_id: int) -> str:
    """Say that the record is kept, and what happens next."""
    drill = drill_to_change(drill_id, Permission.RECORD_DRILLS)
    return render_template(
        "drills/recorded.html",
        drill=drill,
        org_name=names_then([drill], full=True)(drill),
        late_days=days_late(drill.due_on, drill.held_on) if drill.held_on else 0,
        entered_late=entered_late(drill),
        report_url=report_url(drill),
    )


def _to_record(drill_id: int) -> DrillRecord:
    found = drill_record(drill_id, current_scope())
    ensure_may_on(Permission.RECORD_DRILLS, DRILL.code, found.drill)
    return found


def _with_title() -> dict[str, str]:
    """Return the fields with a title: most schools just say which kind of drill it was."""
    fields = request.form.to_dict()
    if not fields.get("title", "").strip() and fields.get("event_type"):
        fields["title"] = translate(
            N_("%(event)s drill"), event=code_label(fields["event_type"], "event_type")
        )
    return fields


def _with_more_rows(found: DrillRecord | None) -> str:
    fields: Any = request.form.copy()
    fields["rows"] = str(rows_shown(request.form) + MOMENT_ROWS)
    g.refused_form = FormView(fields)
    return _page(g.refused_form, found)


def _page(form: FormView, found: DrillRecord | None) -> str:
    drill = found.drill if found else None
    kind = drill.org.kind if drill else ""
    choices = {} if drill else outline_choices(Permission.RECORD_DRILLS, clock.today())
    return render_template(
        "drills/record.html",
        form=form,
        found=found,
        drill=drill,
        choices=choices,
        rows=rows_shown(form.values),
        group_rows=GROUP_ROWS,
        more_open=kind not in SHORT_KINDS or _says_more(form),
    )


def _says_more(form: FormView) -> bool:
    """Say whether something behind "more" is filled in or wrong."""
    short = {"held_on", "participants", "evacuation_minutes", "evacuation_seconds", "photos"}
    hidden = {"csrf_token", "row_version", "mode", "rows", "org", "event_type", "title"}
    filled = any(form.value(name) for name in form.values if name not in short | hidden)
    return filled or any(name not in short for name, _ in form.errors)
