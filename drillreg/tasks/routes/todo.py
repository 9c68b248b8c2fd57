"""The to-do list on a page of its own, and as a file."""

from flask import Response, render_template

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.i18n import N_
from drillreg.sheets.export import Column, send_table
from drillreg.tasks.routes.blueprint import bp, word_of_address
from drillreg.tasks.todos import TodoItem, grouped, todos_of

EXPORT_COLUMNS: tuple[Column[TodoItem], ...] = (
    Column(N_("To be done"), lambda item: item.text),
    Column(N_("Kind"), lambda item: code_label(item.kind, "todo_kind")),
    Column(N_("About"), lambda item: item.detail),
    Column(N_("Due on"), lambda item: item.due_on),
    Column(N_("Waiting since"), lambda item: item.since),
)


def _chosen() -> tuple[list[TodoItem], str]:
    kind = word_of_address("kind", code_list("todo_kind").codes())
    found = todos_of(current_actor(), clock.today())
    return [item for item in found.items if kind in {"", item.kind}], kind


@bp.get("/todo")
@requires(Permission.VIEW)
def todo() -> str:
    """List everything that waits for the person, by when it is due."""
    items, kind = _chosen()
    return render_template(
        "tasks/todo.html",
        groups=grouped(items, clock.today()),
        total=len(items),
        kind=kind,
        kinds=code_list("todo_kind").options(),
        today=clock.today(),
    )


@bp.get("/todo.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_todo(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    return send_table(N_("To-do list"), EXPORT_COLUMNS, _chosen()[0], fmt)
