"""Bringing a Word plan into a draft: send it, look at what was found, confirm."""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.documents.ladder import LEVELS
from drillreg.documents.word_papers import WordPaper, read_paper
from drillreg.i18n import N_, translate
from drillreg.plans.bringing import (
    ADD,
    REPLACE,
    bring_in,
    known_sections,
    meant,
    state_of,
    still_needed,
)
from drillreg.plans.brought import Brought, begin_bringing, get_brought, keep_choices
from drillreg.plans.forms import MOST_CHARACTERS
from drillreg.plans.models import Plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.rules import ensure_not_classified
from drillreg.plans.sections import sections_of
from drillreg.plans.word_rows import rows_of
from drillreg.plans.writing import ensure_writable
from drillreg.sandbox.refusals import SandboxCrashed, SandboxRefused, SandboxTimeout
from drillreg.work.rules import WorkState

# Old files are taken so far that the page can say what to do with them.
WORD_ENDINGS = (".docx", ".docm", ".doc", ".wps")
LEVEL_WORDS = {
    -1: N_("Leave out"),
    0: N_("Text"),
    1: N_("Heading 1"),
    2: N_("Heading 2"),
    3: N_("Heading 3"),
    4: N_("Heading 4"),
}


@bp.get("/<int:plan_id>/word")
@requires(Permission.EDIT_PLANS)
def word(plan_id: int) -> str:
    """Ask for the Word file of a plan."""
    plan = plan_to_change(plan_id)
    return render_template("plans/word.html", plan=plan, form=form_view())


def _sent(uploads: Mapping[str, FileStorage]) -> tuple[str, bytes]:
    """Return name and bytes of the file that was sent, or raise FormErrors."""
    sent = uploads.get("file")
    if sent is None or not sent.filename:
        raise _wrong_file(N_("Choose the Word file of the plan."))
    data = sent.read()
    if not data:
        raise _wrong_file(N_("The file %(name)s is empty."), name=sent.filename)
    if not sent.filename.lower().endswith(WORD_ENDINGS):
        message = N_("%(name)s is not a Word document. Send a .docx file.")
        raise _wrong_file(message, name=sent.filename)
    return sent.filename, data


def _wrong_file(message: str, **params: Any) -> FormErrors:
    return FormErrors([FieldError("file", message, params)])


def _read(data: bytes) -> WordPaper:
    """Read the file; what cannot be read is said at its field."""
    try:
        return read_paper(data)
    except (SandboxRefused, SandboxCrashed, SandboxTimeout) as error:
        raise _wrong_file(error.message, **error.params) from error


@bp.post("/<int:plan_id>/word")
@requires(Permission.EDIT_PLANS)
@form_of(word)
@writes_itself
def send_word(plan_id: int) -> ResponseReturnValue:
    """Read a Word plan before anything is kept of it; a long one goes on in the background."""
    ensure_writable(plan_to_change(plan_id))
    name, data = _sent(request.files)
    paper = _read(data)
    ensure_not_classified(paper.text, name)
    db.session.rollback()
    with unit_of_work():
        item = begin_bringing(
            plan=plan_to_change(plan_id),
            name=name,
            data=data,
            paper=paper,
            actor=current_actor(),
            now=clock.now(),
        )
        public_id, is_read = item.public_id, item.state is WorkState.DONE
    if is_read:
        return see_other(url_for(".preview_word", plan_id=plan_id, public_id=public_id))
    return see_other(url_for("work.show", public_id=public_id))


@bp.get("/<int:plan_id>/word/<public_id>")
@requires(Permission.EDIT_PLANS)
def preview_word(plan_id: int, public_id: str) -> str:
    """Show the chapters that were found, each with its level to choose, and what is odd."""
    plan = plan_to_change(plan_id)
    brought = get_brought(plan, public_id)
    draft = ensure_writable(plan)
    outline, old = brought.outline(), sections_of(draft)
    keys = meant(plan, draft, outline)
    written = [section for section in old if section.body.strip()]
    has_sentences = any(text.rstrip().endswith("。") for text in outline.preamble)
    return render_template(
        "plans/word_preview.html",
        plan=plan,
        brought=brought,
        outline=outline,
        rows=rows_of(brought),
        keys=keys,
        names=dict(known_sections(plan, draft)),
        needed=still_needed(plan, list(keys.values())),
        old=old,
        written=written,
        level_words=LEVEL_WORDS,
        form=form_view(
            mode="" if written else REPLACE,
            preamble="first" if has_sentences else "out",
            depth=LEVELS,
            seen=state_of(draft),
        ),
        seen=state_of(draft),
    )


def _choices(fields: Mapping[str, str]) -> dict[int, int]:
    """Return block → level as chosen on the page."""
    found = {}
    for name, value in fields.items():
        at = name.removeprefix("level-")
        if at != name and at.isascii() and at.isdigit() and len(at) < 9:
            found[int(at)] = int(value) if value in {"-1", "0", "1", "2", "3", "4"} else 0
    return found


@bp.post("/<int:plan_id>/word/<public_id>/levels")
@requires(Permission.EDIT_PLANS)
@writes
def keep_word(plan_id: int, public_id: str) -> ResponseReturnValue:
    """Keep the levels as chosen and show the chapters again."""
    brought = get_brought(plan_to_change(plan_id), public_id)
    keep_choices(brought, _choices(request.form))
    flash(translate(N_("The chapters below are as you chose. Nothing is in the draft yet.")))
    return see_other(url_for(".preview_word", plan_id=plan_id, public_id=public_id))


def _read_answers(fields: Mapping[str, str]) -> dict[str, Any]:
    reader = FormReader(fields)
    mode = reader.choice(
        "mode", translate(N_("What becomes of the present text")), [REPLACE, ADD]
    )  # fmt: skip
    preamble = reader.choice(
        "preamble", translate(N_("What stands before the first heading")), ["first", "out"]
    )
    depth = reader.integer("depth", translate(N_("Levels")), minimum=1, maximum=LEVELS)
    reader.finish()
    return {"mode": mode, "with_preamble": preamble == "first", "depth": depth or LEVELS}


def _keys(brought: Brought, plan: Plan, choices: Mapping[int, int]) -> dict[int, str]:
    """Return which known sections the headings are, but those that were unticked."""
    found = meant(plan, ensure_writable(plan), brought.outline(choices))
    shown = {int(at) for at in request.form.getlist("shown") if at.isdigit() and len(at) < 9}
    ticked = {int(at) for at in request.form.getlist("means") if at.isdigit() and len(at) < 9}
    return {at: key for at, key in found.items() if at in ticked or at not in shown}


@bp.post("/<int:plan_id>/word/<public_id>")
@requires(Permission.EDIT_PLANS)
@form_of(preview_word)
@writes
def confirm_word(plan_id: int, public_id: str) -> ResponseReturnValue:
    """Make the Word plan the text of the draft."""
    plan = plan_to_change(plan_id)
    brought = get_brought(plan, public_id)
    choices = _choices(request.form)
    answers = _read_answers(request.form)
    made = bring_in(
        plan=plan,
        brought=brought,
        choices=choices,
        keys=_keys(brought, plan, choices),
        seen=request.form.get("seen", ""),
        longest=MOST_CHARACTERS,
        actor=current_actor(),
        now=clock.now(),
        **answers,
    )
    said = N_("%(count)d sections were brought in. The Word file is among the papers of the draft.")
    flash(translate(said, count=len(made)), "success")
    return see_other(url_for(".write", plan_id=plan.id))
