"""What callers say about a task: what it is, whom it goes to, what it is about."""

from dataclasses import dataclass
from datetime import date

from drillreg.accounts.models import Account
from drillreg.orgs.models import Org
from drillreg.tasks.rules import STAFF


@dataclass(frozen=True)
class Subject:
    """The record that a task is about; `url` leads to it."""

    kind: str
    id: int
    url: str


@dataclass(frozen=True)
class Order:
    """What is to be done: kind of `task_kind.toml`, title, more words, until when."""

    kind: str
    title: str
    detail: str = ""
    due_on: date | None = None
    working_days: int | None = None


@dataclass(frozen=True)
class Receiver:
    """Where a task goes: an organisation, and a person there or the desk that answers for it."""

    org: Org
    account: Account | None = None
    desk: str = STAFF
