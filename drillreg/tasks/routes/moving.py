"""A task goes elsewhere: passed on, given back, withdrawn, or it cannot be done."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import OrgFilter, get_org, orgs_page
from drillreg.orgs.scope import current_scope_for
from drillreg.tasks.forms import PassForm, read_why
from drillreg.tasks.models import Task
from drillreg.tasks.operations.moving import give_back, pass_on
from drillreg.tasks.operations.settling import refuse, withdraw
from drillreg.tasks.routes.blueprint import (
    bp,
    desks,
    org_of_address,
    people,
    receiver,
    seen_task,
    task_to_change,
    words_of_address,
)
from drillreg.tasks.rules import Settle

TITLES = {
    Settle.NOT_DONE: N_("This task cannot be done"),
    Settle.RETURN: N_("Give the task back"),
    Settle.WITHDRAW: N_("Withdraw the task"),
}
HINTS = {
    Settle.NOT_DONE: N_("The task is over then. Who gave it reads why."),
    Settle.RETURN: N_("The task goes back to who gave it to you, with your reason."),
    Settle.WITHDRAW: N_("Whom it lies with is told that nothing is to be done any more."),
}
DONE = {
    Settle.NOT_DONE: N_("Noted. Who gave the task is told."),
    Settle.RETURN: N_("The task went back."),
    Settle.WITHDRAW: N_("The task was withdrawn."),
}


def _act(text: str) -> Settle:
    if text not in set(Settle):
        raise NotFound(N_("There is nothing at this address."))
    return Settle(text)


@bp.get("/tasks/<int:task_id>/<act>")
@requires(Permission.VIEW)
def ask(task_id: int, act: str) -> str:
    """Ask for the reason."""
    found = _act(act)
    return render_template(
        "tasks/why.html",
        task=seen_task(task_id),
        act=found,
        title=TITLES[found],
        hint=HINTS[found],
        form=form_view(remark=""),
    )


@bp.post("/tasks/<int:task_id>/<act>")
@requires(Permission.VIEW)
@form_of(ask)
@writes
def settle(task_id: int, act: str) -> ResponseReturnValue:
    """Give the task back, withdraw it, or note why it cannot be done."""
    found = _act(act)
    task, bearing = task_to_change(task_id)
    reason, actor, now = read_why(request.form), current_actor(), clock.now()
    if found is Settle.NOT_DONE:
        refuse(task, bearing, reason=reason, actor=actor, now=now)
    elif found is Settle.RETURN:
        give_back(task, bearing, reason=reason, actor=actor, today=clock.today(), now=now)
    else:
        withdraw(task, bearing, reason=reason, actor=actor, today=clock.today(), now=now)
    flash(translate(DONE[found]), "success")
    # What was given back may lie out of sight now.
    gone = found is Settle.RETURN
    return see_other(url_for(".index") if gone else url_for(".show", task_id=task.id))


def _org(task: Task) -> Org:
    """Return the organisation the task is passed on to: its own, or one where one gives tasks."""
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    text = request.args.get("org", "")
    if text in {"", str(task.org_id)}:
        return task.org
    return org_of_address(scope) or get_org(0, scope)


@bp.get("/tasks/<int:task_id>/pass")
@requires(Permission.VIEW)
def hand(task_id: int) -> str:
    """Ask to whom the task is passed on."""
    task = seen_task(task_id)
    org, text = _org(task), words_of_address("q")
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    found = orgs_page(scope, OrgFilter(words=text), size=10).rows if text else []
    return render_template(
        "tasks/pass.html",
        task=task,
        org=org,
        words=text,
        found=found,
        may_choose=current_actor().may(Permission.ASSIGN_TASKS),
        receivers=[*people(org), *desks()],
        form=form_view(to="", remark=""),
    )


@bp.post("/tasks/<int:task_id>/pass")
@requires(Permission.VIEW)
@form_of(hand)
@writes
def hand_on(task_id: int) -> ResponseReturnValue:
    """Pass the task on."""
    task, bearing = task_to_change(task_id)
    org = _org(task)
    form = PassForm.read(request.form, receivers=[code for code, _ in (*people(org), *desks())])
    pass_on(
        task,
        receiver(org, form.to),
        bearing,
        remark=form.remark,
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("Passed on. It stands in their list now.")), "success")
    return see_other(url_for(".show", task_id=task.id))
