"""The chasing list: who is late, whom to call, what to write; a call is noted where it belongs."""

from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.subjects import subject_url
from drillreg.core.web import safe_next, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope_for
from drillreg.sheets.export import Column, send_table
from drillreg.steps.models import Step
from drillreg.steps.queries import newest_steps
from drillreg.steps.timeline import who
from drillreg.tasks.chasing import (
    Chased,
    ChaseFilter,
    all_chased,
    chase_page,
    count_chased,
    get_chased,
)
from drillreg.tasks.contacts import Contact, contacts_of, whom_to_call
from drillreg.tasks.forms import read_remark
from drillreg.tasks.operations.phoning import PHONED, note_call
from drillreg.tasks.routes.blueprint import (
    bp,
    nodes,
    org_of_address,
    word_of_address,
    words_of_address,
)
from drillreg.tasks.wording import named, reminder


def _filter() -> ChaseFilter:
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    return ChaseFilter(
        today=clock.today(),
        kind=word_of_address("kind", code_list("chase_kind").codes()),
        within=org_of_address(scope),
        words=words_of_address(),
    )


@bp.get("/chasing/")
@requires(Permission.ASSIGN_TASKS)
def chasing() -> str:
    """List what is late in reach, with whom to call and what to write."""
    scope, chosen = current_scope_for(Permission.ASSIGN_TASKS), _filter()
    page = chase_page(scope, chosen, cursor=request.args.get("after"))
    counts = count_chased(scope, chosen)
    contacts = contacts_of([late.org.id for late in page.rows], chosen.today)
    return render_template(
        "tasks/chasing.html",
        page=page,
        total=counts.get(chosen.kind, 0) if chosen.kind else sum(counts.values()),
        chosen=chosen,
        nodes=nodes(scope, chosen.within),
        call={late: whom_to_call(late, contacts) for late in page.rows},
        phoned=newest_steps(PHONED, [late.key for late in page.rows]),
        kinds=[
            (kind, f"{code_label(kind, 'chase_kind')}　{count}") for kind, count in counts.items()
        ],
        subject_url=subject_url,
        named=named,
        reminder=lambda late: reminder(late, chosen.today),
        who=who,
        today=chosen.today,
    )


@bp.get("/chasing.<any(xlsx, csv):fmt>")
@requires(Permission.ASSIGN_TASKS)
def export_chasing(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    chosen = _filter()
    found = all_chased(current_scope_for(Permission.ASSIGN_TASKS), chosen)
    contacts = contacts_of({late.org.id for late in found}, chosen.today)
    phoned = newest_steps(PHONED, {late.key for late in found})
    rows = [(late, whom_to_call(late, contacts), phoned.get(late.key)) for late in found]
    return send_table(N_("Chasing list"), export_columns(chosen.today), rows, fmt)


Row = tuple[Chased, Contact, Step | None]


def export_columns(today: date) -> list[Column[Row]]:
    """Return the columns of the exported list; the lateness is that of `today`."""
    return [
        Column(N_("Organisation"), lambda row: row[0].org.name),
        Column(N_("Kind"), lambda row: code_label(row[0].kind, "chase_kind")),
        Column(N_("What"), lambda row: row[0].what),
        Column(N_("Due on"), lambda row: row[0].since),
        Column(N_("Days late"), lambda row: (today - row[0].since).days),
        Column(N_("Who does it"), lambda row: row[1].name),
        Column(N_("Telephone"), lambda row: row[1].phone),
        Column(N_("Last called on"), lambda row: clock.local_date(row[2].at) if row[2] else None),
        Column(N_("Called by"), lambda row: row[2].name if row[2] else None),
        Column(N_("Answer"), lambda row: row[2].remark if row[2] else None),
    ]


@bp.post("/chasing/<kind>/<int:subject_id>/phoned")
@requires(Permission.ASSIGN_TASKS)
@writes
def phoned(kind: str, subject_id: int) -> ResponseReturnValue:
    """Note a telephone reminder about something that is late."""
    scope, today = current_scope_for(Permission.ASSIGN_TASKS), clock.today()
    late = get_chased(scope, ChaseFilter(today, kind), subject_id)
    contact = whom_to_call(late, contacts_of([late.org.id], today))
    note_call(
        late,
        called=contact.name,
        remark=read_remark(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The call is noted, here and at the unit.")), "success")
    return see_other(safe_next(request.form.get("next")) or url_for(".chasing"))
