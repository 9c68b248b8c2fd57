"""What a person has in hand on a day: all that must go to somebody when they leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from drillreg.accounts.acting import delegations_of
from drillreg.accounts.devices import devices_of
from drillreg.accounts.models import Account, Post, SignInSession
from drillreg.accounts.queries import assignments_on
from drillreg.accounts.rules import roles
from drillreg.core.db import db
from drillreg.i18n import pick
from drillreg.tasks.models import Task
from drillreg.tasks.rules import TaskState

# What goes to a successor; the rest belongs to the person and ends with the work.
PASSED_ON = ("task", "post", "role")


@dataclass(frozen=True)
class Holding:
    """One thing somebody has: a code of `holding.toml` and the words to know it by."""

    kind: str
    text: str


def open_tasks_of(account: Account) -> Sequence[Task]:
    """Return the open tasks that lie with a person, the most urgent first."""
    return db.session.scalars(
        select(Task)
        .where(Task.account_id == account.id, Task.state == TaskState.OPEN)
        .options(joinedload(Task.org))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
    ).all()


def posts_of(account: Account, on: date) -> Sequence[Post]:
    """Return the posts a person holds on a day, oldest first."""
    return db.session.scalars(
        select(Post)
        .where(
            Post.person_id == account.person_id,
            Post.voided_at.is_(None),
            Post.from_on <= on,
            or_(Post.to_on.is_(None), Post.to_on > on),
        )
        .options(joinedload(Post.org))
        .order_by(Post.id)
    ).all()


def holdings(account: Account, on: date) -> list[Holding]:
    """Return everything a person has in hand on a day, by kind."""
    return list(_holdings(account, on))


def _holdings(account: Account, on: date) -> Iterator[Holding]:
    for task in open_tasks_of(account):
        until = f" {task.due_on.isoformat()}" if task.due_on else ""
        yield Holding("task", f"{task.title}（{task.org.name}）{until}")
    for post in posts_of(account, on):
        yield Holding("post", f"{post.org.name} {post.title}")
    for held in assignments_on(account.id, on):
        yield Holding("role", f"{held.org.name} {pick(roles()[held.role].label)}")
    for given in delegations_of(account.id, on=on):
        yield Holding("delegation", f"{given.deputy.person.name} → {given.principal.person.name}")
    for device in devices_of(account.id):
        if device.revoked_at is None and device.bound_at is not None:
            yield Holding("phone", device.agent[:60])
    if count := _open_sessions(account):
        yield Holding("session", str(count))


def _open_sessions(account: Account) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                SignInSession.account_id == account.id, SignInSession.ended_at.is_(None)
            )
        )
        or 0
    )
