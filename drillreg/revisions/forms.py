"""Reading the forms of revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, Stale
from drillreg.core.reading import FormReader
from drillreg.core.web import safe_next
from drillreg.i18n import N_, pick, translate
from drillreg.plans.rules import ensure_event_fits
from drillreg.revisions.forms_of_evaluation import EvaluationForm
from drillreg.revisions.models import DraftingItem, PlanEvaluation
from drillreg.revisions.operations.evaluating import Filled
from drillreg.revisions.rules import Answer, Outcome
from drillreg.revisions.wording import OUTCOME_WORDS

YEARS_AHEAD = 3


@dataclass(frozen=True)
class TriggerForm:
    """A reason as a person records it."""

    reason: str
    on: date
    what: str
    link: str
    file: FileStorage | None

    @classmethod
    def read(cls, fields: Mapping[str, str], upload: FileStorage | None) -> "TriggerForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        reason = reader.choice("reason", translate(N_("Reason")), code_list("trigger").codes())
        on = reader.date("on", translate(N_("Date of the reason")), required=True)
        what = reader.text("what", translate(N_("What changed")), required=True, max_length=1000)
        link = reader.text("link", translate(N_("Link")), max_length=300)
        if link and not (link.startswith(("https://", "http://")) or safe_next(link)):
            reader.fail("link", N_("A link begins with https:// or with the path of a page here."))
        reader.finish()
        chosen = upload if upload is not None and upload.filename else None
        return cls(reason, on or date.min, what, link, chosen)


@dataclass(frozen=True)
class AnswerForm:
    """What is done about a reason, as chosen."""

    answer: Answer
    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "AnswerForm":
        """Return what was chosen; without a revision a reason is needed."""
        reader = FormReader(fields)
        answer = reader.choice("answer", translate(N_("Answer")), [*Answer])
        required = answer == Answer.KEEP
        label = translate(N_("Explanation"))
        reason = (
            reader.text("why", label, required=True, max_length=500)
            if required
            else reader.text("why", label, max_length=500)
        )
        reader.finish()
        return cls(Answer(answer), reason)


def read_why(fields: Mapping[str, str]) -> str:
    """Return why something is so, or raise FormErrors."""
    reader = FormReader(fields)
    why = reader.text("why", translate(N_("Explanation")), required=True, max_length=500)
    reader.finish()
    return why


def read_evaluation(fields: Mapping[str, str], form: EvaluationForm) -> Filled:
    """Return what was filled into an evaluation, or raise FormErrors; much may still be empty."""
    reader = FormReader(fields)
    ratings = code_list("evaluation_rating").codes()
    on = reader.date("evaluated_on", translate(N_("Evaluated on")), required=True)
    answers = {}
    for item in form:
        label = pick(item.label)
        rating = reader.choice(f"rating-{item.code}", label, ratings, required=False)
        remark = reader.text(f"remark-{item.code}", label, max_length=500)
        if rating or remark:
            answers[item.code] = {"rating": rating, "remark": remark}
    outcome = reader.choice("outcome", translate(N_("Conclusion")), [*Outcome], required=False)
    texts = {
        "course": (N_("How it was done"), 1000),
        "people": (N_("Who took part"), 2000),
        "summary": (N_("Analysis"), 4000),
        "advice": (N_("Advice"), 4000),
    }
    read = {
        name: reader.text(name, translate(label), max_length=most).replace("\r\n", "\n")
        for name, (label, most) in texts.items()
    }
    people = "\n".join(line.strip() for line in read["people"].split("\n") if line.strip())
    reader.finish()
    return Filled(
        on or date.min,
        read["course"],
        people,
        answers,
        read["summary"],
        read["advice"],
        Outcome(outcome) if outcome else None,
    )


def ensure_evaluation_as_read(
    found: PlanEvaluation | None, filled: Filled, row_version: int
) -> None:
    """Raise Stale with both texts when the evaluation was saved after the form was opened."""
    if found is None or found.row_version == row_version:
        return

    def texts(of: PlanEvaluation | Filled) -> dict[str, str]:
        rated = "\n".join(
            f"{code}: {each.get('rating', '')} {each.get('remark', '')}".strip()
            for code, each in of.answers.items()
        )
        return {
            translate(N_("Ratings")): rated,
            translate(N_("Who took part")): of.people,
            translate(N_("Analysis")): of.summary,
            translate(N_("Advice")): of.advice,
            translate(N_("Conclusion")): translate(OUTCOME_WORDS[of.outcome]) if of.outcome else "",
        }

    raise Stale(texts(found), texts(filled))


def read_beginning(fields: Mapping[str, str], orgs: Sequence[int], today: date) -> tuple[int, int]:
    """Return organisation and year of a new drafting plan, or raise FormErrors."""
    reader = FormReader(fields)
    org = reader.choice("org", translate(N_("Organisation")), [str(each) for each in orgs])
    year = reader.integer(
        "year",
        translate(N_("Year")),
        required=True,
        minimum=today.year - 1,
        maximum=today.year + YEARS_AHEAD,
    )
    reader.finish()
    return int(org), year or today.year


def read_due(fields: Mapping[str, str]) -> date:
    """Return until when the ticked plans are to be issued, or raise FormErrors."""
    reader = FormReader(fields)
    due_on = reader.date("due_on", translate(N_("To be issued by")), required=True)
    reader.finish()
    return due_on or date.min


def read_move(fields: Mapping[str, str]) -> tuple[date, str]:
    """Return the new date of an item and why it is another, or raise FormErrors."""
    reader = FormReader(fields)
    due_on = reader.date("due_on", translate(N_("To be issued by")), required=True)
    why = reader.text("why", translate(N_("Why")), required=True, max_length=500)
    reader.finish()
    return due_on or date.min, why


def read_named(fields: Mapping[str, str], people: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Return who is named for the approval, by the step, or raise FormErrors."""
    reader = FormReader(fields)
    known = [str(account_id) for account_id, _ in people]
    label = translate(N_("Person named for the step"))
    chosen = reader.choice("named", label, known, required=False)
    reader.finish()
    return {"approve": int(chosen)} if chosen else {}


def read_item(
    fields: Mapping[str, str], *, orgs: Sequence[int], fixed: bool, needs_why: bool
) -> dict[str, Any]:
    """Return what was typed of an item, or raise FormErrors.

    `fixed`: it is about a plan that is there, so whose, which kind and event stay.
    `needs_why`: it changes what was approved.
    """
    reader = FormReader(fields)
    keys = [str(each) for each in orgs]
    values: dict[str, Any] = {}
    if not fixed:
        owner = reader.choice("org", translate(N_("Organisation that writes")), keys)
        kind = reader.choice("kind", translate(N_("Kind of plan")), code_list("plan_kind").codes())
        event = reader.choice("event_type", translate(N_("Event")), code_list("event_type").codes())
        if kind and event:
            try:
                ensure_event_fits(kind, event)
            except DomainError as error:
                reader.fail("event_type", error.message, **error.params)
        values |= {
            "org_id": int(owner) if owner else 0,
            "kind": kind,
            "event_type": event,
            "is_new": True,
        }
    title = reader.text("title", translate(N_("Title")), required=True)
    lead = reader.choice("lead", translate(N_("Lead organisation")), keys)
    supporting = reader.text("supporting", translate(N_("Supporting bodies")), max_length=300)
    person = reader.text("person", translate(N_("Person in charge")), max_length=60)
    due_on = reader.date("due_on", translate(N_("To be issued by")), required=True)
    why = reader.text("why", translate(N_("Why")), required=needs_why, max_length=500)
    reader.finish()
    return values | {
        "title": title,
        "lead_org_id": int(lead) if lead else 0,
        "supporting": supporting or None,
        "person": person or None,
        "due_on": due_on,
        "why": why or None,
    }


def ensure_item_as_read(item: DraftingItem, values: Mapping[str, Any], row_version: int) -> None:
    """Raise Stale with both texts when an item was saved after the form was opened."""
    if item.row_version == row_version:
        return
    labels = {
        "title": N_("Title"),
        "supporting": N_("Supporting bodies"),
        "person": N_("Person in charge"),
        "due_on": N_("To be issued by"),
        "why": N_("Why"),
    }
    raise Stale(
        {translate(label): str(getattr(item, name) or "") for name, label in labels.items()},
        {translate(label): str(values.get(name) or "") for name, label in labels.items()},
    )


@dataclass(frozen=True)
class ApprovalForm:
    """What is decided on a drafting plan; with a yes by whom, when and under which number."""

    returns: bool
    on_paper: bool
    remark: str
    body: str
    number: str
    approved_on: date
    password: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ApprovalForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        returns = reader.choice("decision", translate(N_("Decision")), ["yes", "return"]) != "yes"
        on_paper = reader.flag("on_paper")
        body = reader.text("body", translate(N_("Who approved it")), required=not returns)
        number = reader.text("number", translate(N_("Document number")), max_length=60)
        on = reader.date("approved_on", translate(N_("Date of approval")), required=not returns)
        remark = reader.text("remark", translate(N_("Remark")), required=returns, max_length=500)
        password = fields.get("password", "")
        if not on_paper and not password:
            reader.fail("password", N_("Give your password again."))
        reader.finish()
        return cls(returns, on_paper, remark, body, number, on or date.min, password)


@dataclass(frozen=True)
class CopyForm:
    """To whom a drafting plan was copied, when, under which number."""

    recipient: str
    sent_on: date
    number: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "CopyForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        recipient = reader.text(
            "recipient", translate(N_("Copied to")), required=True, max_length=100
        )
        sent_on = reader.date("sent_on", translate(N_("Sent on")), required=True)
        number = reader.text("copy_number", translate(N_("Document number")), max_length=60)
        reader.finish()
        return cls(recipient, sent_on or date.min, number)
