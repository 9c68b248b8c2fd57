"""The table of tasks: mine, those I gave, those in reach, each also as a workbook."""

from datetime import date

from flask import Response, render_template, request, url_for

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.sheets.export import Column, send_table
from drillreg.tasks.models import Task
from drillreg.tasks.queries import (
    GIVEN,
    MINE,
    REACH,
    VIEWS,
    TaskFilter,
    all_tasks,
    count_tasks,
    tasks_page,
)
from drillreg.tasks.routes.blueprint import (
    bp,
    nodes,
    org_of_address,
    word_of_address,
    words,
    words_of_address,
)
from drillreg.tasks.rules import STANDING_WORDS, Standing, standing

VIEW_WORDS = {MINE: N_("Lies with me"), GIVEN: N_("Given by me"), REACH: N_("All in my reach")}


def _filter() -> TaskFilter:
    """Read the filter; a table opens with what is still to be done."""
    asked = request.args.get("standing", "" if request.args.get("batch") else Standing.OPEN.value)
    return TaskFilter(
        today=clock.today(),
        view=word_of_address("view", VIEWS) or MINE,
        standing=asked if asked in set(Standing) else "",
        kind=word_of_address("kind", code_list("task_kind").codes()),
        within=org_of_address(current_scope()),
        words=words_of_address(),
        batch=request.args.get("batch", "")[:20],
    )


@bp.get("/tasks/")
@requires(Permission.VIEW)
def index() -> str:
    """List tasks that lie with me, that I gave, or that are in my reach."""
    actor, scope, chosen = current_actor(), current_scope(), _filter()
    counts = count_tasks(actor, scope, chosen)
    totals = {
        Standing.OPEN: counts.open,
        Standing.LATE: counts.late,
        Standing.DONE: counts.done,
        Standing.NOT_DONE: counts.not_done,
        Standing.WITHDRAWN: counts.withdrawn,
    }
    tabs = [
        {
            "label": translate(word),
            "url": url_for(".index", view=view),
            "active": view == chosen.view,
        }
        for view, word in VIEW_WORDS.items()
    ]
    return render_template(
        "tasks/index.html",
        page=tasks_page(actor, scope, chosen, cursor=request.args.get("after")),
        counts=counts,
        total=totals[Standing(chosen.standing)] if chosen.standing else counts.all,
        chosen=chosen,
        tabs=tabs,
        nodes=nodes(scope, chosen.within),
        kinds=code_list("task_kind").options(),
        standings=[(each.value, translate(STANDING_WORDS[each])) for each in Standing],
        may_assign=actor.may(Permission.ASSIGN_TASKS),
        local_date=clock.local_date,
        **words(),
    )


@bp.get("/tasks/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    chosen = _filter()
    found = all_tasks(current_actor(), current_scope(), chosen)
    return send_table(N_("Tasks"), export_columns(chosen.today), found, fmt)


def export_columns(today: date) -> list[Column[Task]]:
    """Return the columns of the exported table; the state is that of `today`."""

    def state_of(task: Task) -> str:
        return translate(STANDING_WORDS[standing(task.state, task.due_on, today)])

    return [
        Column(N_("Task"), lambda task: task.title),
        Column(N_("Kind"), lambda task: code_label(task.kind, "task_kind")),
        Column(N_("Organisation"), lambda task: task.org.name),
        Column(N_("Who does it"), lambda task: task.account.person.name if task.account else None),
        Column(N_("Task given by"), lambda task: task.assigned_by_name),
        Column(N_("Given on"), lambda task: clock.local_date(task.assigned_at)),
        Column(N_("Due on"), lambda task: task.due_on),
        Column(N_("State"), state_of),
        Column(
            N_("Settled on"),
            lambda task: clock.local_date(task.settled_at) if task.settled_at else None,
        ),
        Column(N_("What has been done, or why not"), lambda task: task.outcome),
    ]
