"""Giving a task: first to whom, then what; one organisation or many."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.orgs.queries import OrgFilter, all_orgs, get_org, orgs_count, orgs_page
from drillreg.orgs.scope import OrgScope, current_scope_for
from drillreg.tasks.facts import Order
from drillreg.tasks.forms import TaskForm
from drillreg.tasks.operations.giving import assign, assign_many
from drillreg.tasks.routes.blueprint import (
    bp,
    carried,
    desks,
    nodes,
    org_of_address,
    people,
    receiver,
    word_of_address,
    words_of_address,
)
from drillreg.tasks.rules import MOST_UNITS, due_date, ensure_units

PAGE = 50


def _scope() -> OrgScope:
    return current_scope_for(Permission.ASSIGN_TASKS)


def _filter(scope: OrgScope) -> OrgFilter:
    return OrgFilter(
        kind=word_of_address("kind", code_list("org_kind").codes()),
        within=org_of_address(scope, "within"),
        words=words_of_address("q"),
    )


@bp.get("/tasks/new")
@requires(Permission.ASSIGN_TASKS)
def choose() -> str:
    """Choose the organisations a task goes to."""
    scope = _scope()
    wanted = _filter(scope)
    return render_template(
        "tasks/choose.html",
        page=orgs_page(scope, wanted, cursor=request.args.get("after"), size=PAGE),
        total=orgs_count(scope, wanted),
        most=MOST_UNITS,
        chosen=wanted,
        nodes=nodes(scope, wanted.within),
        kinds=code_list("org_kind").options(),
        carried=carried("kind", "within", "q"),
    )


def _chosen(scope: OrgScope) -> list[Org]:
    """Return the organisations of the address: those ticked, or all that a filter finds."""
    if request.args.get("all") == "1":
        wanted = _filter(scope)
        ensure_units(orgs_count(scope, wanted))
        return list(all_orgs(scope, wanted))
    ids = dict.fromkeys(request.args.getlist("org"))
    ensure_units(len(ids))
    if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in ids):
        raise NotFound(N_("There is no such organisation."))
    return [get_org(int(text), scope) for text in ids]


def _names_any() -> bool:
    return bool(request.args.getlist("org")) or request.args.get("all") == "1"


def _receivers(orgs: list[Org]) -> list[tuple[str, str]]:
    return [*desks(), *(people(orgs[0]) if len(orgs) == 1 else [])]


@bp.get("/tasks/new/what")
@requires(Permission.ASSIGN_TASKS)
def new() -> ResponseReturnValue:
    """Ask what is to be done, by whom there, until when."""
    if not _names_any():
        return see_other(url_for(".choose"))
    orgs = _chosen(_scope())
    return render_template(
        "tasks/new.html",
        orgs=orgs,
        receivers=_receivers(orgs),
        kinds=code_list("task_kind").options(),
        form=form_view(kind="general", to=desks()[0][0], title=request.args.get("title", "")[:120]),
        today=clock.today(),
        address=_address(),
    )


def _address() -> str:
    names: dict[str, Any] = carried("kind", "within", "q", "all")
    return url_for(".create", org=request.args.getlist("org"), **names)


@bp.post("/tasks/new/what")
@requires(Permission.ASSIGN_TASKS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Give the task to each of the organisations."""
    if not _names_any():
        return see_other(url_for(".choose"))
    orgs, actor, today = _chosen(_scope()), current_actor(), clock.today()
    form = TaskForm.read(request.form, receivers=[code for code, _ in _receivers(orgs)])
    due_on = due_date(
        day=form.due_on,
        working_days=form.working_days,
        calendar=calendar_of(orgs[0]),
        today=today,
    )
    order = Order(form.kind, form.title, form.detail, due_on, form.working_days)
    if len(orgs) == 1:
        to = receiver(orgs[0], form.to)
        task = assign(order, to, actor=actor, today=today, now=clock.now())
        flash(translate(N_("The task was given to %(org)s."), org=name_of(orgs[0])), "success")
        return see_other(url_for(".show", task_id=task.id))
    desk = receiver(orgs[0], form.to).desk
    given = assign_many(order, orgs, desk=desk, actor=actor, today=today, now=clock.now())
    flash(
        translate(N_("The task was given to %(count)d organisations."), count=len(given)), "success"
    )
    return see_other(url_for(".index", view="given", batch=given[0].batch))
