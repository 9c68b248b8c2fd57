"""Making tasks of the gaps of a list: which, for whom, until when."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.duties.closed import towns_of
from drillreg.duties.giving import (
    MOST_GAPS,
    Words,
    gaps_with_ids,
    give_gaps,
    given,
    rule_of,
    text_for,
)
from drillreg.duties.leading import why_url
from drillreg.duties.models import DutyState
from drillreg.duties.queries import duty_count, duty_page, reads
from drillreg.duties.routes.blueprint import bp
from drillreg.duties.routes.late import filter_of_address
from drillreg.duties.wording import STATE_COLOURS, STATE_WORDS, title_of
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope_for
from drillreg.tasks.rules import MOST_WORKING_DAYS, STAFF, due_date

FILTER = ("node", "rule", "owed", "event", "kind", "state", "own", "since", "until")
OFFICES = ("county", "department", "town")
OWN, TOWN, OFFICE = "own", "town", "office:"
WORKING_DAYS = 20


def _scope() -> OrgScope:
    return current_scope_for(Permission.ASSIGN_TASKS).present


def _carried() -> dict[str, Any]:
    return {name: request.args.getlist(name) for name in FILTER if request.args.get(name)}


def _receivers(scope: OrgScope) -> list[tuple[str, str]]:
    offices = orgs_of_kinds(scope, OFFICES)
    return [
        (OWN, translate(N_("The organisation itself"))),
        (TOWN, translate(N_("The town it lies in"))),
        *((f"{OFFICE}{org.id}", name_of(org)) for org in offices),
    ]


@bp.get("/give")
@requires(Permission.ASSIGN_TASKS)
def give() -> str:
    """Choose the gaps to make tasks of, for whom and until when."""
    scope, today = _scope(), clock.today()
    wanted = filter_of_address(scope)
    page = duty_page(scope, wanted, today=today, size=MOST_GAPS)
    taken = given(page.rows)
    open_rows = [row for row in page.rows if row.id not in taken]
    titles = {row.id: _title(row) for row in page.rows}
    return render_template(
        "duties/give.html",
        rows=page.rows,
        total=duty_count(scope, wanted, today=today),
        most=MOST_GAPS,
        given=taken,
        titles=titles,
        reads=lambda row: reads(row, today),
        state_words=STATE_WORDS,
        state_colours=STATE_COLOURS,
        receivers=_receivers(scope),
        form=form_view(to=OWN, working_days=WORKING_DAYS, detail=text_for(open_rows, today)),
        chosen=set(request.form.getlist("gap")) or {str(row.id) for row in open_rows},
        why_url=why_url,
        back=url_for(".late", **_carried()),
        address=url_for(".give_now", **_carried()),
        today=today,
    )


def _title(row: DutyState) -> str:
    rule = rule_of(row, clock.today())
    return title_of(rule, row.event_type) if rule else row.rule


@bp.post("/give")
@requires(Permission.ASSIGN_TASKS)
@form_of(give)
@writes
def give_now() -> ResponseReturnValue:
    """Give a task for each chosen gap; a list that posts its filter is led to the choice."""
    if "to" not in request.form:
        posted = {name: request.form.getlist(name) for name in FILTER if request.form.get(name)}
        return see_other(url_for(".give", **{**_carried(), **posted}))
    scope, today = _scope(), clock.today()
    reader = FormReader(request.form)
    receivers = [code for code, _ in _receivers(scope)]
    to = reader.choice("to", translate(N_("Goes to")), receivers)
    detail = reader.text("detail", translate(N_("More words")), max_length=2000)
    day = reader.date("due_on", translate(N_("Due on")))
    working_days = reader.integer(
        "working_days", translate(N_("Working days")), minimum=1, maximum=MOST_WORKING_DAYS
    )
    if day and working_days:
        reader.fail("working_days", N_("Give a date or a number of working days, not both."))
    ids = _chosen()
    if not ids:
        reader.fail("", N_("Choose at least one gap."))
    if len(ids) > MOST_GAPS:
        reader.fail("", N_("At most %(most)d gaps are given at once."), most=MOST_GAPS)
    reader.finish()
    rows = gaps_with_ids(ids, scope, to_change=True)
    due_on = due_date(
        day=day, working_days=working_days, calendar=calendar_of(rows[0].org), today=today
    )
    tasks = give_gaps(
        rows,
        Words(detail, due_on, working_days),
        _owners(rows, to, scope),
        desk=STAFF,
        actor=current_actor(),
        today=today,
        now=clock.now(),
    )
    flash(translate(N_("Tasks were given: %(count)d."), count=len(tasks)), "success")
    if tasks[0].batch:
        return see_other(url_for("tasks.index", view="given", batch=tasks[0].batch))
    return see_other(url_for("tasks.show", task_id=tasks[0].id))


def _chosen() -> list[int]:
    texts = dict.fromkeys(request.form.getlist("gap"))
    if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in texts):
        raise NotFound(N_("One of these duties is not there any more. Look at the list again."))
    return [int(text) for text in texts]


def _owners(rows: Sequence[DutyState], to: str, scope: OrgScope) -> Mapping[int, Org]:
    """Return to whom the task about each result goes."""
    if to.startswith(OFFICE):
        office = get_org(int(to.removeprefix(OFFICE)), scope)
        return {row.id: office for row in rows}
    if to == OWN:
        return {row.id: row.org for row in rows}
    towns = towns_of(row.org for row in rows)
    inside = scope.among(town.id for town in towns.values())
    return {
        row.id: town
        if (town := towns.get(row.org_id)) is not None and town.id in inside
        else row.org
        for row in rows
    }
