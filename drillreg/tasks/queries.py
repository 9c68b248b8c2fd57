"""Reading tasks: mine, those I gave, those in reach; each within the scope of the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, literal_column, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope, scope_of
from drillreg.tasks.desks import lies_with
from drillreg.tasks.models import Task
from drillreg.tasks.rules import Bearing, Standing, TaskState

MOST_EXPORTED = 20_000
MINE, GIVEN, REACH = "mine", "given", "reach"
VIEWS = (MINE, GIVEN, REACH)
DUE = func.coalesce(Task.due_on, literal_column("'9999-12-31'"), type_=Date())
SOONEST: Order = [(DUE, "asc"), (Task.id, "asc")]
NEWEST: Order = [(Task.id, "desc")]


@dataclass(frozen=True)
class TaskFilter:
    """What the table of tasks is narrowed to on a day; empty means everything."""

    today: date
    view: str = REACH
    standing: str = ""
    kind: str = ""
    within: Org | None = None
    words: str = ""
    batch: str = ""


@dataclass(frozen=True)
class TaskCounts:
    """How many tasks a filter finds in each state, whatever state it asks for."""

    open: int
    late: int
    done: int
    not_done: int
    withdrawn: int

    @property
    def all(self) -> int:
        """Return how many there are together; the late ones are among the open ones."""
        return self.open + self.done + self.not_done + self.withdrawn


def _is_late(today: date) -> ColumnElement[bool]:
    return (Task.state == TaskState.OPEN) & (Task.due_on < today)


def _seen(actor: Actor, scope: OrgScope, on: date) -> ColumnElement[bool]:
    """Return the condition that a person may look at a task: in reach, or their own business."""
    return or_(scope.allows(), _given_by(actor), lies_with(actor, on))


def _given_by(actor: Actor) -> ColumnElement[bool]:
    return Task.assigned_by_id.in_(sorted(actor.account_ids))


def _viewed(actor: Actor, scope: OrgScope, wanted: TaskFilter) -> ColumnElement[bool]:
    if wanted.view == MINE:
        return lies_with(actor, wanted.today)
    if wanted.view == GIVEN:
        return _given_by(actor)
    return scope.allows()


def _conditions(wanted: TaskFilter) -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if wanted.kind:
        found.append(Task.kind == wanted.kind)
    if wanted.within is not None:
        found += [Org.path >= wanted.within.path, Org.path < subtree_end(wanted.within.path)]
    if wanted.batch:
        found.append(Task.batch == wanted.batch)
    if wanted.words:
        columns = (Task.title, Org.name, Person.name)
        found.append(or_(*(c.contains(wanted.words, autoescape=True) for c in columns)))
    return found


def _standing(wanted: TaskFilter) -> list[ColumnElement[bool]]:
    if not wanted.standing:
        return []
    if wanted.standing == Standing.LATE:
        return [_is_late(wanted.today)]
    return [Task.state == TaskState(wanted.standing)]


def _tasks(actor: Actor, scope: OrgScope, wanted: TaskFilter) -> Select[Any]:
    return (
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .outerjoin(Account, Account.id == Task.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(_viewed(actor, scope, wanted), *_conditions(wanted))
    )


def _whole(statement: Select[Any]) -> Select[Any]:
    account = contains_eager(Task.account)
    return statement.options(contains_eager(Task.org), account.contains_eager(Account.person))


def tasks_page(
    actor: Actor,
    scope: OrgScope,
    wanted: TaskFilter,
    *,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Task]:
    """Return a page of tasks with organisation and person: open ones by date, others newest."""
    statement = _whole(_tasks(actor, scope, wanted).where(*_standing(wanted)))
    by_date = wanted.standing in {Standing.OPEN, Standing.LATE}
    return keyset_page(statement, order=SOONEST if by_date else NEWEST, cursor=cursor, size=size)


def all_tasks(actor: Actor, scope: OrgScope, wanted: TaskFilter) -> Sequence[Task]:
    """Return every task of a filter, at most 20,000, for an export."""
    statement = _whole(_tasks(actor, scope, wanted).where(*_standing(wanted)))
    return db.session.scalars(statement.order_by(DUE, Task.id).limit(MOST_EXPORTED)).all()


def count_tasks(actor: Actor, scope: OrgScope, wanted: TaskFilter) -> TaskCounts:
    """Return how many tasks a filter finds by state, in one query."""

    def of(condition: Any) -> Any:
        return func.count().filter(condition)

    row = db.session.execute(
        _tasks(actor, scope, wanted).with_only_columns(
            of(Task.state == TaskState.OPEN),
            of(_is_late(wanted.today)),
            of(Task.state == TaskState.DONE),
            of(Task.state == TaskState.NOT_DONE),
            of(Task.state == TaskState.WITHDRAWN),
        )
    ).one()
    return TaskCounts(*map(int, row))


def get_task(
    task_id: int, actor: Actor, scope: OrgScope, *, on: date, to_change: bool = False
) -> Task:
    """Return a task, or raise NotFound; locked when it is going to be changed."""
    statement = (
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .options(contains_eager(Task.org), joinedload(Task.account))
        .where(Task.id == task_id, _seen(actor, scope, on))
    )
    if to_change:  # on PostgreSQL the second of two waits here and sees what the first did
        statement = statement.with_for_update(of=Task).execution_options(populate_existing=True)
    found: Task | None = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such task."))
    return found


def bearing_of(task: Task, actor: Actor, scope: OrgScope, *, on: date) -> Bearing:
    """Return how a person stands to a task."""
    holds = db.session.scalar(
        select(Task.id)
        .join(Org, Org.id == Task.org_id)
        .where(Task.id == task.id, lies_with(actor, on))
    )
    may_assign = scope_of(actor, Permission.ASSIGN_TASKS, on).includes(task.org)
    # The office gave it, not the person alone: a colleague may take it back, but nobody takes back
    # what lies with themselves because somebody else of the office gave it to them.
    office = task.assigned_by_org_id is not None and task.assigned_by_org_id == actor.org_id
    colleague = office and may_assign and holds is None
    gave = task.assigned_by_id in actor.account_ids or colleague
    return Bearing(holds=holds is not None, gave=gave, may_assign=may_assign)


def open_tasks(actor: Actor, *, on: date, at_most: int = 100) -> Sequence[Task]:
    """Return the open tasks that lie with a person, the most urgent first."""
    return db.session.scalars(
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .options(contains_eager(Task.org))
        .where(Task.state == TaskState.OPEN, lies_with(actor, on))
        .order_by(DUE, Task.id)
        .limit(at_most)
    ).all()


def open_tasks_of(
    scope: OrgScope, *, account_id: int | None = None, org: Org | None = None
) -> Sequence[Task]:
    """Return the open tasks of an account, or of an organisation and all below it, in scope."""
    statement = (
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .options(contains_eager(Task.org))
        .where(Task.state == TaskState.OPEN, scope.allows())
    )
    if account_id is not None:
        statement = statement.where(Task.account_id == account_id)
    if org is not None:
        statement = statement.where(Org.path >= org.path, Org.path < subtree_end(org.path))
    return db.session.scalars(statement.order_by(DUE, Task.id)).all()


def tasks_about(subject_kind: str, subject_id: int, scope: OrgScope) -> Sequence[Task]:
    """Return the tasks about a record, in scope, newest first."""
    return db.session.scalars(
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .options(contains_eager(Task.org), joinedload(Task.account))
        .where(Task.subject_kind == subject_kind, Task.subject_id == subject_id, scope.allows())
        .order_by(Task.id.desc())
    ).all()


def count_open(where: ColumnElement[bool]) -> int:
    """Return how many open tasks lie at the organisations that fulfil a condition over `Org`.

    What a merger would carry over; the caller has made sure that it may be known.
    """
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Task)
            .join(Org, Org.id == Task.org_id)
            .where(Task.state == TaskState.OPEN, where)
        )
        or 0
    )


def open_at(org: Org) -> Sequence[Task]:
    """Return the open tasks of an organisation itself, for choosing which of them pass."""
    return db.session.scalars(
        select(Task)
        .where(Task.org_id == org.id, Task.state == TaskState.OPEN)
        .order_by(DUE, Task.id)
    ).all()


def open_with_person(person_id: int, org: Org) -> Sequence[Task]:
    """Return the open tasks of an organisation that lie with a person, the most urgent first."""
    return db.session.scalars(
        select(Task)
        .join(Account, Account.id == Task.account_id)
        .where(Account.person_id == person_id, Task.org_id == org.id, Task.state == TaskState.OPEN)
        .order_by(DUE, Task.id)
    ).all()


def people_at(org: Org, on: date) -> list[tuple[Account, str]]:
    """Return who works at an organisation itself, with the first of their roles."""
    codes = [role.code for role in roles().values() if Permission.VIEW in role.territory]
    assignment = aliased(RoleAssignment)
    rows = db.session.execute(
        select(Account, assignment.role)
        .join(assignment, assignment.account_id == Account.id)
        .where(
            assignment.org_id == org.id,
            assignment.role.in_(codes),
            assignment.from_on <= on,
            or_(assignment.to_on.is_(None), assignment.to_on > on),
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id, assignment.id)
    ).all()
    first: dict[int, tuple[Account, str]] = {}
    for account, role in rows:
        first.setdefault(account.id, (account, role))
    return list(first.values())
