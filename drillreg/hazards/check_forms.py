"""Reading checks as pages and devices send them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from drillreg.core.reading import FormReader
from drillreg.core.submissions import body_hash, is_client_id
from drillreg.hazards.check_lists import CheckItem, CheckList, kept_answers
from drillreg.hazards.check_rules import Submission, Way
from drillreg.hazards.rules import CheckResult
from drillreg.i18n import N_, pick, translate

NOTE_LENGTH = 500
# The result of somebody who went through the list: what the items say.
BY_ITEMS = "items"
RESULTS = (CheckResult.NORMAL.value, CheckResult.ABNORMAL.value, BY_ITEMS)
ITEM, AS_BEFORE = "item-", "was-"
WEEK, MONTH = "week", "month"


def read_submission(
    fields: Mapping[str, str],
    photos: Sequence[bytes],
    *,
    code: str,
    asked: CheckList,
    today: date,
    moment_of: Callable[[date], datetime],
    now: datetime,
) -> Submission:
    """Return a check as a page or device sent it, or raise FormErrors.

    `code` is the site's public id, `asked` its list; `moment_of(day)` gives the instant an earlier
    day stands for. The position is no part of what makes two submissions the same: it may come
    late.
    """
    reader = FormReader(fields)
    client_id = reader.raw("client_id").lower()
    if not is_client_id(client_id):
        reader.fail("client_id", N_("This page is out of date. Load it again."))
    said = reader.choice("result", translate(N_("Result")), RESULTS)
    note = reader.text("note", translate(N_("What is abnormal")), max_length=NOTE_LENGTH)
    checked_on = reader.date("checked_on", translate(N_("Day of the check"))) or today
    answers = _answers(reader, asked, went_through=said == BY_ITEMS)
    failed = bool(answers and answers["failed"])
    result = _result(reader, said, answers, note)
    way = reader.choice("way", translate(N_("Kind of check")), list(Way), required=False)
    names = reader.text("with_names", translate(N_("Who took part")), max_length=200)
    if way == Way.JOINT and not names:
        reader.fail("with_names", N_("Name those who took part in the joint inspection."))
    upper_number = reader.text(
        "upper_number", translate(N_("Number in a system of a higher level")), max_length=60
    )
    reader.finish()
    content = {"site": code, "result": said, "note": note, "checked_on": checked_on}
    extra = {"way": way, "with_names": names, "upper_number": upper_number, "answers": answers}
    # Only what was given counts, so that what an older page sent stays the same.
    content |= {name: value for name, value in extra.items() if value}
    lon, lat, accuracy = _device_position(fields)
    return Submission(
        client_id=client_id,
        body_hash=body_hash(content, photos),
        result=CheckResult.ABNORMAL if failed else result,
        note=note,
        checked_on=checked_on,
        checked_at=now if checked_on == today else moment_of(checked_on),
        lon=lon,
        lat=lat,
        accuracy_m=accuracy,
        way=Way(way) if way else Way.PATROL,
        with_names=names,
        upper_number=upper_number,
        answers=answers,
    )


def _result(
    reader: FormReader, said: str, answers: Mapping[str, Any] | None, note: str
) -> CheckResult:
    """Return what a check found; note what contradicts itself or says nothing."""
    failed = bool(answers and answers["failed"])
    if said == CheckResult.NORMAL and answers and failed:
        name = f"{ITEM}{answers['failed'][0]}"
        reader.fail(name, N_("An item is answered as abnormal: report the check as abnormal."))
    if said == CheckResult.ABNORMAL and not note and not failed:
        reader.fail("note", N_("Say in a few words what is abnormal."))
    if said == BY_ITEMS and not answers:
        reader.fail("result", N_("Answer at least one item, or say that nothing is abnormal."))
    return CheckResult.ABNORMAL if said == CheckResult.ABNORMAL or failed else CheckResult.NORMAL


def _answers(reader: FormReader, asked: CheckList, *, went_through: bool) -> dict[str, Any] | None:
    """Return the answers with the version of their list, or None where nothing was answered.

    A number that stands as it was filled in from the last check is an answer only of somebody who
    went through the list: one tap measures nothing.
    """
    found: dict[str, Any] = {}
    for item in asked.items:
        name = f"{ITEM}{item.key}"
        if item.type == "photo":
            continue
        if not went_through and reader.raw(name) == reader.raw(f"{AS_BEFORE}{item.key}"):
            continue
        answer = _answer(reader, name, item)
        if answer not in ("", None):
            found[item.key] = answer
    return kept_answers(asked, found) if found else None


def _answer(reader: FormReader, name: str, item: CheckItem) -> Any:
    label = pick(item.label)
    if item.type == "number":
        return reader.number(name, label, minimum=-1e6, maximum=1e6)
    if item.type == "text":
        return reader.text(name, label, max_length=NOTE_LENGTH)
    return reader.choice(name, label, list(item.answers), required=False)


def _device_position(
    fields: Mapping[str, str],
) -> tuple[float | None, float | None, float | None]:
    """Return longitude, latitude and accuracy; a position that cannot be read counts as none."""
    reader = FormReader(fields)
    lon = reader.number("lon", "", minimum=-180, maximum=180)
    lat = reader.number("lat", "", minimum=-90, maximum=90)
    accuracy = reader.number("accuracy", "", minimum=0, maximum=10**6)
    return (lon, lat, accuracy) if lon is not None and lat is not None else (None, None, None)


# Pages of paper books


@dataclass(frozen=True)
class Span:
    """The days of a page: a week from Monday, or a calendar month."""

    from_on: date
    until_on: date

    @property
    def days(self) -> list[date]:
        """Return every day."""
        count = (self.until_on - self.from_on).days + 1
        return [self.from_on + timedelta(days=at) for at in range(count)]

    @property
    def before(self) -> date:
        """Return a day of the page before."""
        return self.from_on - timedelta(days=1)

    @property
    def after(self) -> date:
        """Return a day of the page after."""
        return self.until_on + timedelta(days=1)


def read_span(fields: Mapping[str, str], today: date) -> tuple[str, Span]:
    """Return the kind of page and its days around `day`, a day of it; today's week otherwise."""
    reader = FormReader(fields)
    kind = reader.choice("span", "", (WEEK, MONTH), required=False) or WEEK
    day = reader.date("day", "") or today
    if kind == WEEK:
        monday = day - timedelta(days=day.weekday())
        return kind, Span(monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return kind, Span(first, following - timedelta(days=1))


@dataclass(frozen=True)
class SentSheet:
    """A page of a paper book as it was sent: ticks by site and day."""

    client_id: str
    body_hash: str
    entered_for: str
    span: Span
    cells: Sequence[tuple[int, date]]


def read_sheet(
    fields: Mapping[str, str], ticks: Sequence[str], photos: Sequence[bytes], *, span: Span
) -> SentSheet:
    """Return a page of a paper book; `ticks` are "site id:day"; or raise FormErrors."""
    reader = FormReader(fields)
    client_id = reader.raw("client_id").lower()
    if not is_client_id(client_id):
        reader.fail("client_id", N_("This page is out of date. Load it again."))
    name = reader.text(
        "entered_for", translate(N_("Who made the checks")), required=True, max_length=60
    )
    if len(photos) != 1:
        reader.fail("photo", N_("Add one photo of the page of the paper book."))
    cells = [cell for cell in map(_cell, ticks) if cell is not None]
    if len(cells) != len(ticks):
        reader.fail("cells", N_("This page is out of date. Load it again."))
    if not cells:
        reader.fail("cells", N_("Tick at least one day."))
    reader.finish()
    content = {"for": name, "from": span.from_on, "cells": sorted(ticks)}
    return SentSheet(client_id, body_hash(content, photos), name, span, sorted(set(cells)))


def _cell(text: str) -> tuple[int, date] | None:
    site, _, day = text.partition(":")
    found = FormReader({"site": site, "day": day})
    number, on = found.integer("site", ""), found.date("day", "")
    return (number, on) if number and on else None


def read_seen_note(fields: Mapping[str, str]) -> str:
    """Return what a supervisor noted about a signal, or raise FormErrors."""
    reader = FormReader(fields)
    note = reader.text("note", translate(N_("Note")), required=True, max_length=300)
    reader.finish()
    return note
