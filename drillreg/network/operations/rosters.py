"""Changing rosters: saving a month, publishing it, exchanging a duty, handing over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotFound, Stale
from drillreg.i18n import N_, translate
from drillreg.network.duties import Cells, Named, positions, read_cell
from drillreg.network.models import Duty, DutyChange, HandOver, RosterMonth
from drillreg.network.queries.contacts import posts_of
from drillreg.network.queries.rosters import (
    cells_of,
    duties_of,
    hand_over_or_none,
    month_or_none,
    phones_known,
)
from drillreg.orgs.models import Org
from drillreg.workdays.months import days_of_month

MOST_SHOWN = 40


@dataclass(frozen=True)
class Agreed:
    """Why a published roster is changed, and who agreed."""

    reason: str
    approved_by: str


def save_month(
    org: Org,
    first: date,
    cells: Cells,
    *,
    row_version: int,
    agreed: Agreed | None,
    actor: Actor | None,
    now: datetime,
) -> RosterMonth:
    """Write the table of a month; a change of what was published needs a reason and a name."""
    days = days_of_month(first)
    month = month_or_none(org, first)
    before = cells_of(duties_of(org, days[0], days[-1]))
    if month is None:
        month = RosterMonth(org_id=org.id, month=first, changed_at=now)
        db.session.add(month)
    elif month.row_version != row_version:
        raise Stale(_shown(before, before, cells), _shown(cells, before, cells))
    wanted = {key: read_cell(text) for key, text in cells.items() if key[0] in set(days)}
    changed = _changed(before, wanted)
    if month.published_at is not None:
        _note_changes(org, before, wanted, changed, agreed, actor, now)
    _write(org, wanted, changed)
    month.changed_at = now
    if changed:
        record(
            "roster-saved",
            subject_kind="roster",
            subject_id=month.id,
            org_id=org.id,
            actor=actor,
            now=now,
            month=first,
            cells=len(changed),
        )
    db.session.flush()
    return month


def _shown(side: Cells, before: Cells, wanted: Cells) -> dict[str, str]:
    """Return the cells in which two tables differ, for the page about a stale edit."""
    keys = sorted(
        key for key in before.keys() | wanted.keys() if before.get(key, "") != wanted.get(key, "")
    )
    labels = {each.code: each.label["zh"] for each in positions()}
    return {
        f"{day} {labels.get(position, position)}": side.get((day, position), "")
        for day, position in keys[:40]
    }


def _names(people: Iterable[Named]) -> str:
    return "、".join(each.name for each in people)


def _changed(before: Cells, wanted: dict[tuple[date, str], list[Named]]) -> list[tuple[date, str]]:
    """Return the cells whose people differ, or that give a phone number."""
    return [
        key
        for key, people in sorted(wanted.items())
        if before.get(key, "") != _names(people) or any(each.phone for each in people)
    ]


def _note_changes(
    org: Org,
    before: Cells,
    wanted: dict[tuple[date, str], list[Named]],
    changed: Sequence[tuple[date, str]],
    agreed: Agreed | None,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Keep who stood in for whom; filling an empty cell of a published roster needs no reason."""
    taken = [key for key in changed if before.get(key) and before[key] != _names(wanted[key])]
    if taken and (agreed is None or not agreed.reason or not agreed.approved_by):
        sentence = N_("The roster is published: say why it changes, and who agreed.")
        raise FormErrors([FieldError("reason", sentence)])
    for day, position in taken:
        db.session.add(
            DutyChange(
                org_id=org.id,
                day=day,
                position=position,
                old_name=before[day, position],
                new_name=_names(wanted[day, position]),
                reason=agreed.reason if agreed else "",
                approved_by=agreed.approved_by if agreed else "",
                changed_at=now,
                changed_by=actor.name if actor else "",
            )
        )


def _write(
    org: Org, wanted: dict[tuple[date, str], list[Named]], changed: Sequence[tuple[date, str]]
) -> None:
    if not changed:
        return
    holders = {each.person.name: each for each in reversed(posts_of(org, on=changed[0][0]))}
    phones = phones_known(org)
    for day, position in changed:
        db.session.execute(
            delete(Duty)
            .where(Duty.org_id == org.id, Duty.day == day, Duty.position == position)
            .execution_options(synchronize_session=False)
        )
        for place, each in enumerate(wanted[day, position]):
            post = holders.get(each.name)
            on_file = (post.phone or post.other_phone) if post else phones.get(each.name)
            db.session.add(
                Duty(
                    org_id=org.id,
                    day=day,
                    position=position,
                    place=place,
                    person_id=post.person_id if post else None,
                    name=each.name,
                    phone=each.phone or on_file,
                )
            )
    db.session.flush()


def publish(org: Org, first: date, *, actor: Actor, now: datetime) -> None:
    """Make the roster of a month known: from now on every change keeps what was before."""
    month = month_or_none(org, first)
    if month is None:
        raise DomainError(N_("Enter the roster of this month first."))
    if month.published_at is not None:
        raise DomainError(N_("The roster of this month is published already."))
    month.published_at, month.published_by = now, actor.name
    record(
        "roster-published",
        subject_kind="roster",
        subject_id=month.id,
        org_id=org.id,
        actor=actor,
        now=now,
        month=first,
    )


def exchange(
    org: Org,
    *,
    day: date,
    position: str,
    new: Sequence[Named],
    with_day: date | None,
    agreed: Agreed,
    actor: Actor,
    now: datetime,
) -> None:
    """Change who has a duty; with a second day the two people exchange their days."""
    first = day.replace(day=1)
    other_first = with_day.replace(day=1) if with_day else first
    month, other = month_or_none(org, first), month_or_none(org, other_first)
    if month is None or other is None:
        raise NotFound(N_("There is no roster for this day."))
    mine = cells_of(duties_of(org, day, day)).get((day, position), "")
    cells: Cells = {(day, position): _names(new)}
    if with_day is not None:
        theirs = cells_of(duties_of(org, with_day, with_day)).get((with_day, position), "")
        if not theirs or theirs == mine or with_day == day:
            sentence = N_("On %(day)s nobody else has this duty.")
            raise FormErrors([FieldError("with_day", sentence, {"day": with_day.isoformat()})])
        cells = {(day, position): theirs, (with_day, position): mine}
    if cells[day, position] == mine:
        raise FormErrors([FieldError("new", N_("That is who has the duty already."))])
    for start in sorted({first, other_first}):
        part = {key: text for key, text in cells.items() if key[0].replace(day=1) == start}
        found = month if start == first else other
        _exchange_in(org, start, part, found, new if with_day is None else (), agreed, actor, now)


def _exchange_in(
    org: Org,
    first: date,
    part: Cells,
    month: RosterMonth,
    new: Sequence[Named],
    agreed: Agreed,
    actor: Actor,
    now: datetime,
) -> None:
    days = days_of_month(first)
    before = cells_of(duties_of(org, days[0], days[-1]))
    wanted = {key: list(new) or read_cell(text) for key, text in part.items()}
    _note_changes(org, before, wanted, list(wanted), agreed, actor, now)
    _write(org, wanted, list(wanted))
    month.changed_at = now
    record(
        "duty-exchanged",
        subject_kind="roster",
        subject_id=month.id,
        org_id=org.id,
        actor=actor,
        now=now,
        reason=agreed.reason,
        approved_by=agreed.approved_by,
        days=sorted(key[0].isoformat() for key in part),
    )


def write_hand_over(
    org: Org,
    *,
    day: date,
    happened: str,
    open_matters: str | None,
    row_version: int,
    actor: Actor,
    today: date,
    now: datetime,
) -> HandOver:
    """Write or amend the note of a day, until the next shift has read it."""
    if day > today:
        raise DomainError(N_("This day has not come yet."))
    note = hand_over_or_none(org, day)
    texts = {
        translate(N_("What happened")): happened,
        translate(N_("What is open")): open_matters or "",
    }
    if note is None:
        note = HandOver(org_id=org.id, day=day, writer_id=actor.account_id)
        db.session.add(note)
    elif note.seen_at is not None:
        raise DomainError(N_("The next shift has read this note; it stays as it is."))
    elif note.row_version != row_version:
        theirs = dict(zip(texts, (note.happened, note.open_matters or ""), strict=True))
        raise Stale(theirs, texts)
    note.happened, note.open_matters = happened, open_matters
    note.writer_id, note.writer_for_id = actor.account_id, actor.acting_for_account_id
    note.writer_name, note.written_at = actor.name, now
    db.session.flush()
    record(
        "hand-over-written",
        subject_kind="hand-over",
        subject_id=note.id,
        org_id=org.id,
        actor=actor,
        now=now,
        day=day,
    )
    return note


def see_hand_over(org: Org, *, day: date, actor: Actor, now: datetime) -> None:
    """Note that the next shift has read what was handed over; the writer cannot do it."""
    note = hand_over_or_none(org, day)
    if note is None:
        raise NotFound(N_("There is no note for this day."))
    if note.seen_at is not None:
        raise DomainError(N_("This note was read already."))
    if note.is_by(actor):
        raise DomainError(N_("Whoever hands over cannot take over too: the next shift does."))
    note.seen_at, note.seen_by_id, note.seen_by_name = now, actor.account_id, actor.name
    record(
        "hand-over-seen",
        subject_kind="hand-over",
        subject_id=note.id,
        org_id=org.id,
        actor=actor,
        now=now,
        day=day,
    )
