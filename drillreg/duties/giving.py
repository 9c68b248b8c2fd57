"""Making tasks of gaps: each gap at most once, to its organisation, its town or one office."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.page import name_of
from drillreg.duties.book import book_of
from drillreg.duties.leading import why_url
from drillreg.duties.models import DutyState
from drillreg.duties.reading import shipped_texts
from drillreg.duties.rules import Rule
from drillreg.duties.terms import Owed
from drillreg.duties.wording import article_words, source_of, title_of
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.tasks.about import open_about
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.models import Task
from drillreg.tasks.operations.giving import Piece, assign_each

SUBJECT = "duty"
MOST_GAPS = 200
LONGEST_TITLE = 120
# Rules whose articles are written out where several are given at once.
MOST_QUOTED, LONGEST_QUOTE = 3, 400
TASK_KINDS = {
    Owed.PLAN: "plan",
    Owed.REVISE: "plan",
    Owed.DRILL: "drill",
    Owed.CHECK: "inspection",
    Owed.REPORT: "report",
}


@dataclass(frozen=True)
class Words:
    """What is typed for all tasks at once."""

    detail: str
    due_on: date | None
    working_days: int | None


def gaps_with_ids(
    ids: Collection[int], scope: OrgScope, *, to_change: bool = False
) -> Sequence[DutyState]:
    """Return results in scope with their organisations; raise NotFound when one is not there."""
    statement = (
        select(DutyState)
        .join(Org, Org.id == DutyState.org_id)
        .options(contains_eager(DutyState.org))
        .where(DutyState.id.in_(sorted(ids)), scope.allows())
        .order_by(DutyState.due_on, DutyState.id)
    )
    if to_change:  # two who give at once: the second waits and sees what the first gave
        statement = statement.with_for_update(of=DutyState)
    found = db.session.scalars(statement).all()
    if len(found) != len(set(ids)):
        raise NotFound(N_("One of these duties is not there any more. Look at the list again."))
    return found


def given(rows: Sequence[DutyState]) -> Mapping[int, Task]:
    """Return the open task about each result that somebody was given already."""
    return open_about(SUBJECT, {row.id for row in rows})


def rule_of(row: DutyState, today: date) -> Rule | None:
    """Return the rule of a result read with its organisation."""
    return book_of(calendar_owner(row.org)).on(row.rule, today)


def text_for(rows: Sequence[DutyState], today: date) -> str:
    """Return what a task says of the rules behind some results: source, and article in full."""
    rules = {row.rule: rule_of(row, today) for row in rows}
    found = [rule for rule in rules.values() if rule is not None]
    return "\n".join(_quoted(rule, in_full=len(found) <= MOST_QUOTED) for rule in found[:10])


def _quoted(rule: Rule, *, in_full: bool) -> str:
    text = shipped_texts()[rule.text]
    line = translate(N_("Basis: %(source)s (%(title)s)."), source=source_of(rule), title=text.title)
    words = [
        f"{article_words(each)} {text.articles[each]}"
        for each in rule.articles
        if in_full and each in text.articles
    ]
    return "\n".join([line, *(each[:LONGEST_QUOTE] for each in words)])


def give_gaps(
    rows: Sequence[DutyState],
    words: Words,
    owners: Mapping[int, Org],
    *,
    desk: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> list[Task]:
    """Give a task for each result that nobody was given yet; `owners` says whom, by result."""
    taken = given(rows)
    rows = [row for row in rows if row.id not in taken]
    if not rows:
        raise DomainError(N_("Tasks were given for all of these already."))
    pieces = [
        Piece(
            _order(row, words, owners[row.id], today),
            Receiver(owners[row.id], desk=desk),
            Subject(SUBJECT, row.id, why_url(row)),
        )
        for row in rows
    ]
    return assign_each(pieces, actor=actor, today=today, now=now)


def _order(row: DutyState, words: Words, owner: Org, today: date) -> Order:
    rule = rule_of(row, today)
    title = title_of(rule, row.event_type) if rule else row.rule
    if owner.id != row.org_id:
        title = translate(N_("%(org)s: %(title)s"), org=name_of(row.org), title=title)
    return Order(
        TASK_KINDS.get(Owed(row.owed), "general"),
        title[:LONGEST_TITLE],
        words.detail,
        words.due_on,
        words.working_days,
    )
