"""The to-do list on a page of its own, and as a workbook."""

from flask import Response, render_template, url_for

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.i18n import N_, translate
from drillreg.sheets.write import xlsx_bytes
from drillreg.tasks.routes.blueprint import bp, carried, word_of_address, workbook
from drillreg.tasks.todos import TodoItem, grouped, todos_of

HEADER = (N_("To be done"), N_("Kind"), N_("About"), N_("Due on"), N_("Waiting since"))


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
        export_url=url_for(".export_todo", **carried("kind")),
        today=clock.today(),
    )


@bp.get("/todo.xlsx")
@requires(Permission.VIEW)
def export_todo() -> Response:
    """Hand out exactly what the filter leaves, as a workbook."""
    header = [translate(text) for text in HEADER]
    rows = [
        [each.text, code_label(each.kind, "todo_kind"), each.detail, each.due_on, each.since]
        for each in _chosen()[0]
    ]
    data = xlsx_bytes([(translate(N_("To-do list")), header, rows)])
    return workbook(data, f"todo-{clock.today().isoformat()}.xlsx")
