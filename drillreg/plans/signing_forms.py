"""Reading the forms of signing a plan."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.plans.rules import ensure_not_classified
from drillreg.signoffs.operations.experts import ExpertText, PanelText
from drillreg.signoffs.rules import Stage

MOST_EXPERTS = 15
LONG = 2000
YES, RETURN = "yes", "return"


def _finish(reader: FormReader, *names: str) -> None:
    """Raise FormErrors for what was wrong, and where a text carries the marking of a secret."""
    for name in names:
        try:
            ensure_not_classified(reader.raw(name))
        except DomainError as error:
            reader.fail(name, error.message, **error.params)
    reader.finish()


@dataclass(frozen=True)
class StepForm:
    """What somebody says at a step, as typed."""

    returns: bool
    remark: str
    resume: str
    answers: dict[str, str] | None
    password: str
    on_paper: bool
    frozen_id: int | None


def read_step(
    fields: Mapping[str, str], stage: Stage, *, resumable: Collection[str], password: bool
) -> StepForm:
    """Return what was typed, or raise FormErrors; `password`: whether it is asked for again."""
    reader = FormReader(fields)
    decision = reader.choice("decision", translate(N_("Decision")), [YES, RETURN])
    returns = decision == RETURN
    remark = reader.text("remark", translate(N_("Remark")), required=returns, max_length=LONG)
    resume = ""
    if returns:
        label = translate(N_("Next round begins at"))
        resume = reader.choice("resume", label, sorted(resumable))
    answers = None
    if stage.checks:
        answers = {
            point.code: reader.raw(f"check-{point.code}") for point in code_list(stage.checks)
        }
        if not returns:
            _ensure_answered(reader, answers)
    on_paper = reader.flag("on_paper")
    secret = fields.get("password", "")
    if password and not on_paper and not secret:
        reader.fail("password", N_("Give your password again."))
    frozen = reader.integer("frozen", "frozen")
    _finish(reader, "remark")
    return StepForm(returns, remark, resume, answers, secret, on_paper, frozen)


def _ensure_answered(reader: FormReader, answers: Mapping[str, str]) -> None:
    for code, answer in answers.items():
        if answer == "no":
            reader.fail(f"check-{code}", N_("A point is not in order: return it with reasons."))
        elif answer != "yes":
            reader.fail(f"check-{code}", N_("Answer every point of the check list."))


@dataclass(frozen=True)
class AskForm:
    """Whom to ask, and until when they may answer."""

    org_ids: list[int]
    outside: list[str]
    answer_by: date


def read_ask(fields: "MultiDict[str, str]", orgs: Sequence[int]) -> AskForm:
    """Return whom to ask, or raise FormErrors; `orgs` are those that can be asked here."""
    reader = FormReader(fields)
    chosen = [int(text) for text in fields.getlist("org") if text.isdigit()]
    outside = reader.text("outside", translate(N_("Bodies outside")), max_length=500)
    names = [name.strip()[:80] for name in outside.replace("\r", "").split("\n") if name.strip()]
    if not chosen and not names:
        reader.fail("org", N_("Choose at least one body, or write its name."))
    if not set(chosen) <= set(orgs):
        reader.fail("org", N_("Choose bodies from the list."))
    answer_by = reader.date("answer_by", translate(N_("Answer by")), required=True)
    reader.finish()
    return AskForm(chosen, names, answer_by or date.min)


@dataclass(frozen=True)
class AnswerForm:
    """What a body answers."""

    reply: str
    opinion: str


def read_answer(fields: Mapping[str, str]) -> AnswerForm:
    """Return an answer, or raise FormErrors."""
    reader = FormReader(fields)
    reply = reader.choice("reply", translate(N_("Answer")), code_list("opinion_kind").codes())
    needed = reply in {"remarks", "against"}
    opinion = reader.text("opinion", translate(N_("Opinion")), required=needed, max_length=LONG)
    _finish(reader, "opinion")
    return AnswerForm(reply, opinion)


def read_outcome(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return what became of an opinion and why, or raise FormErrors."""
    reader = FormReader(fields)
    codes = code_list("opinion_outcome").codes()
    outcome = reader.choice("outcome", translate(N_("What became of it")), codes)
    needed = outcome in {"partly", "refused"}
    note = reader.text("note", translate(N_("Reason")), required=needed, max_length=LONG)
    _finish(reader, "note")
    return outcome, note


def read_panel(fields: Mapping[str, str]) -> PanelText:
    """Return a meeting of experts, or raise FormErrors; rows without a name are passed over."""
    reader = FormReader(fields)
    held_on = reader.date("held_on", translate(N_("Day")), required=True)
    place = reader.text("place", translate(N_("Place")), required=True)
    conclusion = reader.text("conclusion", translate(N_("Conclusion")), max_length=LONG)
    votes = code_list("expert_vote").codes()
    experts = []
    for at in range(MOST_EXPERTS):
        name = reader.text(f"name-{at}", translate(N_("Name")), max_length=50)
        if not name:
            continue
        vote = reader.choice(f"vote-{at}", translate(N_("Vote")), votes, required=False)
        experts.append(
            ExpertText(
                name,
                reader.text(f"unit-{at}", translate(N_("Unit and title"))),
                reader.flag(f"present-{at}"),
                vote or None,
                reader.text(f"opinion-{at}", translate(N_("Opinion")), max_length=500) or None,
            )
        )
    if not experts:
        reader.fail("name-0", N_("Enter at least one expert."))
    _finish(reader, "conclusion", *(f"opinion-{at}" for at in range(MOST_EXPERTS)))
    return PanelText(held_on or date.min, place, conclusion, experts)


def read_submission(
    fields: Mapping[str, str], people: Mapping[str, Sequence[tuple[int, str]]]
) -> tuple[str, str, dict[str, int]]:
    """Return the reason of the urgent path ("" without it), a remark and who is named for a step.

    `people` are the accounts that can be named, by step. Raise FormErrors.
    """
    reader = FormReader(fields)
    urgent = reader.flag("urgent")
    label = translate(N_("Reason of the urgent path"))
    reason = reader.text("urgent_reason", label, required=urgent, max_length=500)
    remark = reader.text("remark", translate(N_("Remark")), max_length=LONG)
    named = {}
    for key, offered in people.items():
        known = [str(account_id) for account_id, _ in offered]
        label = translate(N_("Person named for the step"))
        chosen = reader.choice(f"named-{key}", label, known, required=False)
        if chosen:
            named[key] = int(chosen)
    _finish(reader, "urgent_reason", "remark")
    return (reason if urgent else ""), remark, named


def read_issue(fields: Mapping[str, str]) -> tuple[date, date | None, str]:
    """Return day of issue, day of review and a remark, or raise FormErrors."""
    reader = FormReader(fields)
    issued_on = reader.date("issued_on", translate(N_("Date of issue")), required=True)
    review_on = reader.date("review_on", translate(N_("Review by")))
    remark = reader.text("remark", translate(N_("Remark")), max_length=LONG)
    _finish(reader, "remark")
    return issued_on or date.min, review_on, remark


def read_error(fields: Mapping[str, str], keys: Sequence[str]) -> tuple[str, str]:
    """Return the step that should have seen an error, and the error, or raise FormErrors."""
    reader = FormReader(fields)
    key = reader.choice("step", translate(N_("Step that should have seen it")), keys)
    text = reader.text("text", translate(N_("What is wrong")), required=True, max_length=LONG)
    _finish(reader, "text")
    return key, text
