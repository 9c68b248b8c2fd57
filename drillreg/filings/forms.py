"""Reading the forms of filings, publications and trainings."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import CodeItem
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.core.submissions import is_client_id
from drillreg.filings.rules import TrainingKind
from drillreg.i18n import N_, pick, translate
from drillreg.plans.naming import tidy_number
from drillreg.plans.rules import ensure_not_classified

HERE, OUTSIDE = "here", "outside"


def _ensure_open_text(reader: FormReader, *names: str) -> None:
    """Lay beside a field that it carries the marking of a classified paper."""
    for name in names:
        try:
            ensure_not_classified(reader.raw(name))
        except DomainError as error:
            reader.fail(name, error.message, **error.params)


def _past(reader: FormReader, name: str, label: str, today: date) -> date:
    on = reader.date(name, label, required=True)
    if on is not None and on > today:
        reader.fail(name, N_("The day lies in the future."))
    return on or today


@dataclass(frozen=True)
class SendForm:
    """What was typed to file a plan; `chosen` names the papers of the version that go along."""

    outside: bool
    sent_on: date
    recipient_name: str
    number: str
    head: str
    contact_name: str
    contact_phone: str
    note: str
    chosen: Mapping[str, int]

    @classmethod
    def read(
        cls,
        fields: Mapping[str, str],
        *,
        papers: Sequence[CodeItem],
        offered: Collection[int],
        uploaded: Collection[str],
        works_here: bool,
        today: date,
    ) -> "SendForm":
        """Return what was typed, or raise FormErrors.

        `papers`: what is asked for; `offered`: the files of the version; `uploaded`: the fields
        that came with a file; `works_here`: whether the office that takes it does.
        """
        reader = FormReader(fields)
        way = OUTSIDE
        if works_here:
            way = reader.choice("way", translate(N_("Way of filing")), (HERE, OUTSIDE)) or HERE
        outside = way == OUTSIDE
        sent_on, number = today, ""
        if outside:
            sent_on = _past(reader, "sent_on", translate(N_("Filed on")), today)
            number = reader.text("number", translate(N_("Number of the record")), max_length=60)
        name = reader.text(
            "recipient_name",
            translate(N_("Filed with")),
            required=outside and not works_here,
            max_length=120,
        )
        has_form = any(paper.attributes.get("made") for paper in papers)
        values = {
            field: reader.text(field, translate(label), required=has_form, max_length=60)
            for field, label in (
                ("head", N_("Main person in charge")),
                ("contact_name", N_("Contact")),
                ("contact_phone", N_("Telephone")),
            )
        }
        note = reader.text("note", translate(N_("Note")), max_length=500)
        _ensure_open_text(reader, "note", "recipient_name")
        chosen = _chosen(reader, papers, offered, uploaded)
        reader.finish()
        return cls(outside, sent_on, name, tidy_number(number), note=note, chosen=chosen, **values)


def _chosen(
    reader: FormReader,
    papers: Sequence[CodeItem],
    offered: Collection[int],
    uploaded: Collection[str],
) -> dict[str, int]:
    """Return by kind the files of the version that go along; every paper must be there."""
    found = {}
    for paper in papers:
        if paper.attributes.get("made") or paper.code in uploaded:
            continue
        label = pick(paper.label)
        text = reader.choice(
            f"from_{paper.code}", label, [str(each) for each in offered], required=False
        )
        if text:
            found[paper.code] = int(text)
        elif not any(error.field == f"from_{paper.code}" for error in reader.errors):
            reader.fail(paper.code, N_("%(label)s is missing: choose or attach it."), label=label)
    return found


@dataclass(frozen=True)
class AnswerForm:
    """An answer to a filing: recorded, or returned with the whole list."""

    is_returned: bool
    items: Sequence[str]
    note: str

    @classmethod
    def read(
        cls, fields: Mapping[str, str], papers: Sequence[CodeItem], chosen: Collection[str]
    ) -> "AnswerForm":
        """Return what was typed, or raise FormErrors; `chosen` are the ticked papers."""
        reader = FormReader(fields)
        answer = reader.choice("answer", translate(N_("Answer")), ("record", "return"))
        items = [paper.label["zh"] for paper in papers if paper.code in chosen]
        other = reader.text("other", translate(N_("What else is missing")), max_length=500)
        items += [line.strip() for line in other.splitlines() if line.strip()]
        note = reader.text("note", translate(N_("Note")), max_length=500)
        _ensure_open_text(reader, "other", "note")
        if answer == "return" and not items:
            reader.fail("missing", N_("Name everything that is missing."))
        reader.finish()
        return cls(answer == "return", items, note)


@dataclass(frozen=True)
class PublishForm:
    """How a plan was made known, as typed."""

    channel: str
    on_date: date
    place: str
    is_abridged: bool

    @classmethod
    def read(
        cls, fields: Mapping[str, str], *, channels: Sequence[str], today: date
    ) -> "PublishForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        channel = reader.choice("channel", translate(N_("Where it was made known")), channels)
        on_date = _past(reader, "on_date", translate(N_("Day")), today)
        place = reader.text(
            "place", translate(N_("Address or place")), required=True, max_length=300
        )
        reader.finish()
        return cls(channel, on_date, place, reader.flag("is_abridged"))


@dataclass(frozen=True)
class TrainingForm:
    """A training as typed."""

    client_id: str
    kind: TrainingKind
    plan_id: int | None
    topic: str
    held_on: date
    hours: float | None
    place: str
    content: str
    trainer: str
    participants: int
    result: str
    material: str

    @classmethod
    def read(
        cls,
        fields: Mapping[str, str],
        *,
        topics: Sequence[str],
        plans: Sequence[int],
        today: date,
    ) -> "TrainingForm":
        """Return what was typed, or raise FormErrors; `plans` are the organisation's."""
        reader = FormReader(fields)
        client_id = reader.raw("client_id").lower()
        if not is_client_id(client_id):
            reader.fail("client_id", N_("This page is out of date. Load it again."))
        kind = reader.choice("kind", translate(N_("Training or publicity")), [*TrainingKind])
        topic = reader.choice("topic", translate(N_("Topic")), topics)
        plan = reader.choice(
            "plan_id", translate(N_("Plan")), [str(each) for each in plans], required=False
        )
        held_on = _past(reader, "held_on", translate(N_("Day")), today)
        hours = reader.number("hours", translate(N_("Hours")), minimum=0, maximum=1000)
        participants = reader.integer(
            "participants",
            translate(N_("People who took part")),
            required=True,
            minimum=1,
            maximum=10**6,
        )
        place = reader.text("place", translate(N_("Place")), required=True, max_length=200)
        content = reader.text("content", translate(N_("Content")), required=True, max_length=2000)
        is_training = kind == TrainingKind.TRAINING
        trainer = reader.text(
            "trainer", translate(N_("Trainer")), required=is_training, max_length=100
        )
        result = reader.text("result", translate(N_("Result")), max_length=500)
        material = reader.text("material", translate(N_("Material handed out")), max_length=300)
        _ensure_open_text(reader, "content", "result", "material")
        reader.finish()
        return cls(
            client_id,
            TrainingKind(kind),
            int(plan) if plan else None,
            topic,
            held_on,
            hours,
            place,
            content,
            trainer,
            participants or 1,
            result,
            material,
        )


def new_client_id() -> str:
    """Return an id for a form that is sent once."""
    return str(uuid.uuid4())


def read_reason(fields: Mapping[str, str]) -> str:
    """Return the reason of an act, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    _ensure_open_text(reader, "reason")
    reader.finish()
    return reason
