"""One task: its page, taking it on, finishing it, asking for it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.subjects import subject_url
from drillreg.core.web import form_of, see_other, writes
from drillreg.files.versions import kept_in
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline
from drillreg.tasks.forms import read_remark
from drillreg.tasks.operations.settling import accept as accept_task
from drillreg.tasks.operations.settling import finish as finish_task
from drillreg.tasks.operations.settling import remind as remind_of_task
from drillreg.tasks.queries import bearing_of
from drillreg.tasks.routes.blueprint import bp, seen_task, task_to_change, words

SLOT = "paper"


@bp.get("/tasks/<int:task_id>")
@requires(Permission.VIEW)
def show(task_id: int) -> str:
    """Show a task: what is asked, with whom it lies, its way so far."""
    task, actor, today = seen_task(task_id), current_actor(), clock.today()
    return render_template(
        "tasks/show.html",
        task=task,
        bearing=bearing_of(task, actor, current_scope(), on=today),
        entries=timeline(steps_of("task", task.id)),
        kept=kept_in("task", task.id).get(SLOT),
        paper_url=lambda id_: url_for(".paper", task_id=task.id, version_id=id_),
        void_url=lambda id_: url_for(".void_paper", task_id=task.id, version_id=id_),
        subject=subject_url(task.subject_kind, task.subject_id) or task.subject_url or "",
        form=form_view(remark=""),
        today=today,
        **words(),
    )


@bp.post("/tasks/<int:task_id>/accept")
@requires(Permission.VIEW)
@form_of(show)
@writes
def accept(task_id: int) -> ResponseReturnValue:
    """Take the task on."""
    task, bearing = task_to_change(task_id)
    accept_task(task, bearing, actor=current_actor(), now=clock.now())
    flash(translate(N_("Accepted. Who gave it can see that.")), "success")
    return see_other(url_for(".show", task_id=task.id))


@bp.post("/tasks/<int:task_id>/finish")
@requires(Permission.VIEW)
@form_of(show)
@writes
def finish(task_id: int) -> ResponseReturnValue:
    """Note what was done."""
    task, bearing = task_to_change(task_id)
    note = read_remark(request.form, required=True)
    finish_task(task, bearing, note=note, actor=current_actor(), now=clock.now())
    flash(translate(N_("Finished. Who gave the task is told.")), "success")
    return see_other(url_for(".show", task_id=task.id))


@bp.post("/tasks/<int:task_id>/remind")
@requires(Permission.VIEW)
@form_of(show)
@writes
def remind(task_id: int) -> ResponseReturnValue:
    """Ask for the task."""
    task, bearing = task_to_change(task_id)
    remind_of_task(
        task,
        bearing,
        remark=read_remark(request.form),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("Asked for. It stands in their inbox.")), "success")
    return see_other(url_for(".show", task_id=task.id))
