"""The paper of a task, with its versions: who sees the task sees it, who holds it adds to it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.audit.operations import record
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.files.models import FileVersion
from drillreg.files.operations import store
from drillreg.files.versions import Slot, add_version, get_version, void_version
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.tasks.forms import read_why
from drillreg.tasks.models import Task
from drillreg.tasks.routes.blueprint import bp, seen_task, task_to_change
from drillreg.tasks.routes.showing import SLOT, show

MEDIA = frozenset(
    {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


def _task_to_file_at(task_id: int) -> Task:
    """Return a task whose papers the person may change: it lies with them, or they gave it."""
    task, bearing = task_to_change(task_id)
    if not (bearing.holds or bearing.gave):
        raise NotAllowed(N_("You may look at this, but not change it."))
    return task


def _record(action: str, task: Task, version: FileVersion) -> None:
    record(
        action,
        subject_kind="task",
        subject_id=task.id,
        org_id=task.org_id,
        actor=current_actor(),
        now=clock.now(),
        version=version.number,
        sha256=version.file.sha256,
    )


@bp.post("/tasks/<int:task_id>/papers")
@requires(Permission.VIEW)
@form_of(show)
@writes
def attach(task_id: int) -> ResponseReturnValue:
    """Add a paper as the next version."""
    task, actor, now = _task_to_file_at(task_id), current_actor(), clock.now()
    sent = request.files.get("paper")
    if sent is None or not sent.filename:
        raise DomainError(N_("Choose a file first."))
    kept = store(
        sent.read(),
        name=sent.filename,
        org_id=task.org_id,
        actor=actor,
        now=now,
        media_types=MEDIA,
    )
    version = add_version(Slot("task", task.id, SLOT), kept, actor=actor, now=now)
    version.file = kept
    _record("task-file-added", task, version)
    flash(
        translate(N_("The file is kept as version %(number)d."), number=version.number), "success"
    )
    return see_other(url_for(".show", task_id=task.id))


@bp.get("/tasks/<int:task_id>/papers/<int:version_id>")
@requires(Permission.VIEW)
def paper(task_id: int, version_id: int) -> ResponseReturnValue:
    """Hand out a version of the paper."""
    task = seen_task(task_id)
    return send_stored(get_version(version_id, "task", task.id).file)


@bp.get("/tasks/<int:task_id>/papers/<int:version_id>/void")
@requires(Permission.VIEW)
def void_paper(task_id: int, version_id: int) -> str:
    """Ask why a version is struck out."""
    task = seen_task(task_id)
    return render_template(
        "tasks/void.html",
        task=task,
        version=get_version(version_id, "task", task.id),
        form=form_view(remark=""),
    )


@bp.post("/tasks/<int:task_id>/papers/<int:version_id>/void")
@requires(Permission.VIEW)
@form_of(void_paper)
@writes
def void_paper_now(task_id: int, version_id: int) -> ResponseReturnValue:
    """Strike a version out; the newest one that stands is shown again."""
    task = _task_to_file_at(task_id)
    version = get_version(version_id, "task", task.id)
    reason = read_why(request.form)
    void_version(version, reason=reason, actor=current_actor(), now=clock.now())
    _record("task-file-struck", task, version)
    return see_other(url_for(".show", task_id=task.id))
