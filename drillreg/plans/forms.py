"""Reading the forms of plans."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import FileStorage

from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import DomainError, Stale
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.plans.naming import suggested_title, tidy_number
from drillreg.plans.rules import (
    CLASSIFIED,
    NO_SECRETS,
    Secrecy,
    VersionState,
    ensure_event_fits,
    ensure_not_classified,
)
from drillreg.plans.secrecy import ensure_line_dates, ensure_neutral
from drillreg.plans.sections import as_typed, texts_of
from drillreg.plans.wording import SECRECY_WORDS, STATE_WORDS

MOST_PAPERS = 20
MOST_CHARACTERS = 50_000


@dataclass(frozen=True)
class Paper:
    """A file as it was uploaded."""

    name: str
    data: bytes


def read_papers(uploads: Sequence[FileStorage], *, required: bool = False) -> list[Paper]:
    """Return the files that were really chosen, or raise FormErrors."""
    reader = FormReader({})
    chosen = [upload for upload in uploads if upload.filename]
    if required and not chosen:
        reader.fail("papers", N_("Choose at least one file."))
    if len(chosen) > MOST_PAPERS:
        reader.fail("papers", N_("Send at most %(most)d files at once."), most=MOST_PAPERS)
    reader.finish()
    return [Paper(upload.filename or "", upload.read()) for upload in chosen]


def _follow(reader: FormReader, name: str, rule: Callable[[], None]) -> None:
    """Lay what a rule says beside a field."""
    try:
        rule()
    except DomainError as error:
        reader.fail(name, error.message, **error.params)


def kinds_for(org: Org) -> list[str]:
    """Return the kinds of plan that an organisation of this kind keeps."""
    return [k.code for k in code_list("plan_kind") if org.kind in k.attributes["org_kinds"]]


@dataclass(frozen=True)
class PlanForm:
    """What the register keeps of a plan, as typed."""

    kind: str
    event_type: str
    title: str
    title_en: str | None
    parent_id: int | None
    secrecy: Secrecy

    @classmethod
    def read(
        cls,
        fields: Mapping[str, str],
        *,
        org: Org,
        parents: Sequence[int],
        fixed: "tuple[str, str, str] | None" = None,
        is_line: bool = False,
    ) -> "PlanForm":
        """Return what was typed, or raise FormErrors.

        `fixed` holds kind, event type and title of a plan that was issued: they stay. `is_line`:
        it is the line of a classified plan.
        """
        reader = FormReader(fields)
        kind, event_type, title = fixed or _read_subject(reader, org)
        title_en = reader.text("title_en", translate(N_("English title")))
        parent = reader.choice(
            "parent", translate(N_("Plan above")), [str(i) for i in parents], required=False
        )
        offered = [*secrecies_for(is_line), *([] if is_line else [CLASSIFIED])]
        secrecy = reader.choice("secrecy", translate(N_("Secrecy")), offered)
        if secrecy == CLASSIFIED:
            reader.fail("secrecy", NO_SECRETS)
        _follow(reader, "title", lambda: ensure_not_classified(title, title_en))
        if is_line:
            _follow(reader, "title", lambda: ensure_neutral(title, title_en))
        reader.finish()
        return cls(
            kind,
            event_type,
            title,
            title_en or None,
            int(parent) if parent else None,
            Secrecy(secrecy),
        )


@dataclass(frozen=True)
class LineForm:
    """What the line of a classified plan says, as typed."""

    kind: str
    event_type: str
    title: str
    number: str
    issued_on: date | None

    @classmethod
    def read(cls, fields: Mapping[str, str], *, org: Org, today: date) -> "LineForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        kind, event_type, title = _read_subject(reader, org)
        number = reader.text("number", translate(N_("Document number")), max_length=60)
        issued_on = reader.date("issued_on", translate(N_("Date of issue")))
        _follow(reader, "title", lambda: ensure_neutral(title))
        _follow(reader, "number", lambda: ensure_neutral(number))
        _follow(reader, "issued_on", lambda: ensure_line_dates(issued_on, today))
        reader.finish()
        return cls(kind, event_type, title, tidy_number(number), issued_on)


def secrecies_for(is_line: bool) -> list[Secrecy]:
    """Return what a plan, or the line of a classified one, can be marked."""
    return [each for each in Secrecy if (each is Secrecy.LINE) == is_line]


def read_abridged(fields: Mapping[str, str], uploads: Sequence[FileStorage]) -> Paper:
    """Return the public version of a classified plan, said to be public; or raise FormErrors."""
    reader = FormReader(fields)
    if not reader.flag("is_public"):
        reader.fail("is_public", N_("Confirm that this version is meant for the public."))
    reader.finish()
    return read_papers(uploads, required=True)[0]


def _read_subject(reader: FormReader, org: Org) -> tuple[str, str, str]:
    events = code_list("event_type")
    kind = reader.choice("kind", translate(N_("Kind of plan")), kinds_for(org))
    event_type = reader.choice("event_type", translate(N_("Event")), events.codes())
    title = reader.text("title", translate(N_("Title")))
    if kind and event_type:
        _follow(reader, "event_type", lambda: ensure_event_fits(kind, event_type))
    event = events.get(event_type)
    if not title and event and kind:
        title = suggested_title(org.name, event.label["zh"], event_type, kind)
    return kind, event_type, title


@dataclass(frozen=True)
class IssueForm:
    """Number and dates of an issue, as typed."""

    number: str
    issued_on: date
    review_on: date | None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "IssueForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        number = reader.text(
            "number", translate(N_("Document number")), required=True, max_length=60
        )
        issued_on = reader.date("issued_on", translate(N_("Date of issue")), required=True)
        review_on = reader.date("review_on", translate(N_("Review by")))
        reader.finish()
        return cls(tidy_number(number), issued_on or date.min, review_on)


def read_reason(fields: Mapping[str, str]) -> str:
    """Return the reason of an act, or raise FormErrors."""
    reader = FormReader(fields)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    _follow(reader, "reason", lambda: ensure_not_classified(reason))
    reader.finish()
    return reason


def read_text(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return the text that a section was written from and the text as written now."""
    reader = FormReader(fields)
    base, body = (as_typed(fields.get(name, "")) for name in ("base", "body"))
    if len(body) > MOST_CHARACTERS:
        reader.fail(
            "body",
            N_("This section has %(length)d characters; divide it: at most %(most)d."),
            length=len(body),
            most=MOST_CHARACTERS,
        )
    _follow(reader, "body", lambda: ensure_not_classified(body))
    reader.finish()
    return base, body


def read_heading(fields: Mapping[str, str]) -> str:
    """Return the heading of a section, or raise FormErrors."""
    reader = FormReader(fields)
    heading = reader.text("heading", translate(N_("Heading")), required=True, max_length=100)
    _follow(reader, "heading", lambda: ensure_not_classified(heading))
    reader.finish()
    return heading


def read_version(fields: Mapping[str, str]) -> int:
    """Return which saving of a record a form was filled on; 0 when it does not say."""
    text = fields.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def ensure_as_read(plan: Plan, form: PlanForm, row_version: int) -> None:
    """Raise Stale with both texts when the plan was saved after the form was opened."""
    if plan.row_version == row_version:
        return
    raise Stale(_entry_texts(plan), _entry_texts(form))


def _entry_texts(of: Plan | PlanForm) -> dict[str, str]:
    return {
        translate(N_("Kind of plan")): code_label(of.kind, "plan_kind"),
        translate(N_("Event")): code_label(of.event_type, "event_type"),
        translate(N_("Title")): of.title,
        translate(N_("English title")): of.title_en or "",
        translate(N_("Secrecy")): translate(SECRECY_WORDS[of.secrecy]),
    }


def ensure_as_checked(
    plan: Plan, form: IssueForm, *, row_version: int, papers: Sequence[str], text: str
) -> None:
    """Raise Stale with both texts when the draft is not any more what the person has checked."""
    version = plan.version_in(VersionState.DRAFT, VersionState.CURRENT)
    if version is None:
        return
    now = (version.row_version, version.state, [str(paper.id) for paper in version.papers])
    written = texts_of(plan, version)
    is_same = written.digest == text or not written.is_written
    if now == (row_version, VersionState.DRAFT, [*papers]) and is_same:
        return
    names = {str(paper.id): paper.file.name for paper in version.files}
    labels = [
        translate(label)
        for label in (
            N_("State"),
            N_("Document number"),
            N_("Date of issue"),
            N_("Papers"),
            N_("Text"),
        )
    ]
    theirs = (
        translate(STATE_WORDS[version.state]),
        version.document_number or "",
        version.issued_on.isoformat() if version.issued_on else "",
        "\n".join(paper.file.name for paper in version.papers),
        translate(N_("the same") if is_same else N_("changed since you checked it")),
    )
    yours = (
        translate(STATE_WORDS[VersionState.DRAFT]),
        form.number,
        form.issued_on.isoformat(),
        "\n".join(names.get(each, "") for each in papers),
        translate(N_("the same")),
    )
    raise Stale(dict(zip(labels, theirs, strict=True)), dict(zip(labels, yours, strict=True)))
