"""Objections to results: the form of the unit, the page of one, the answer of the level above."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotAllowed, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.duties.disputing import answer_dispute, dispute, get_dispute, may_answer
from drillreg.duties.forms import read_answer, read_dispute
from drillreg.duties.models import DutyDispute
from drillreg.duties.routes.blueprint import about_of, book_for, bp
from drillreg.duties.rules import Rule
from drillreg.duties.wording import ANSWER_WORDS, GROUND_WORDS, source_of, title_of
from drillreg.files.uploads import ACCEPT, read_uploads
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may


def _own(org_id: int, rule_id: str) -> tuple[Org, Rule]:
    """Return the organisation and its rule; NotAllowed for who does not act for it."""
    org = get_org(org_id, current_scope())
    ensure_may(Permission.RECORD_DRILLS, org)
    rule = book_for(org).on(rule_id, clock.today())
    if rule is None:
        raise NotFound(N_("There is no such rule here."))
    return org, rule


def _explained(row: DutyDispute) -> str:
    return url_for(
        ".show",
        org_id=row.org_id,
        rule=row.rule,
        key=row.key or None,
        event_type=row.event_type or None,
        _anchor="disputes",
    )


@bp.get("/<int:org_id>/<rule>/dispute")
@requires(Permission.RECORD_DRILLS)
def object_to(org_id: int, rule: str) -> str:
    """Ask what speaks against a result: the rule is not for the unit, or the record is wrong."""
    org, found = _own(org_id, rule)
    key, event_type = about_of(request.values)
    return render_template(
        "duties/dispute.html",
        org=org,
        rule=found,
        title=title_of(found, event_type),
        source=source_of(found),
        key=key,
        event_type=event_type,
        grounds=[(code.value, translate(word)) for code, word in GROUND_WORDS.items()],
        accept=ACCEPT,
        form=form_view(),
    )


@bp.post("/<int:org_id>/<rule>/dispute")
@requires(Permission.RECORD_DRILLS)
@form_of(object_to)
@writes_itself
def object_now(org_id: int, rule: str) -> ResponseReturnValue:
    """Keep an objection and give it to the level above."""
    _own(org_id, rule)
    key, event_type = about_of(request.form)
    ground, says = read_dispute(request.form)
    upload = read_uploads(request.files, ["file"]).get("file")
    with unit_of_work():
        (org, found), actor, now = _own(org_id, rule), current_actor(), clock.now()
        file = upload.keep(org_id=org.id, actor=actor, now=now) if upload else None
        row = DutyDispute(
            rule=found.id,
            key=key,
            event_type=event_type,
            ground=ground,
            says=says,
            file_id=file.id if file else None,
        )
        title = title_of(found, event_type)
        dispute(row, org, title, actor=actor, today=clock.today(), now=now)
        address = _explained(row)
    flash(translate(N_("Your objection is with the level above.")), "success")
    return see_other(address)


@bp.get("/disputes/<int:dispute_id>")
@requires(Permission.VIEW)
def show_dispute(dispute_id: int) -> str:
    """Show an objection with its answer, and take the answer of the level above."""
    return render_template("duties/dispute_show.html", form=form_view(), **_context(dispute_id))


def _context(dispute_id: int) -> dict[str, Any]:
    row, today = get_dispute(dispute_id, current_scope()), clock.today()
    rule = book_for(row.org).on(row.rule, today)
    return {
        "row": row,
        "title": title_of(rule, row.event_type) if rule else row.rule,
        "source": source_of(rule) if rule else "",
        "explained": _explained(row),
        "ground": translate(GROUND_WORDS[row.ground]),
        "answer": translate(ANSWER_WORDS[row.answer]) if row.answer else "",
        "answers": [(code.value, translate(word)) for code, word in ANSWER_WORDS.items()],
        "may_answer": row.answered_at is None and may_answer(row, current_actor(), today),
    }


@bp.post("/disputes/<int:dispute_id>")
@requires(Permission.VIEW)
@form_of(show_dispute)
@writes
def answer_now(dispute_id: int) -> ResponseReturnValue:
    """Keep the answer: it was put right, or it stays, with the reasons."""
    row = get_dispute(dispute_id, current_scope(), lock=True)
    actor = current_actor()
    if not may_answer(row, actor, clock.today()):
        raise NotAllowed(N_("The level above answers, somebody who took no part in it."))
    answer, reason = read_answer(request.form)
    answer_dispute(row, answer, reason, actor=actor, now=clock.now())
    flash(translate(N_("The answer is kept and was told to the unit.")), "success")
    return see_other(url_for(".show_dispute", dispute_id=row.id))


@bp.get("/disputes/<int:dispute_id>/file")
@requires(Permission.VIEW)
def dispute_file(dispute_id: int) -> ResponseReturnValue:
    """Hand out the paper that came with an objection."""
    found = get_dispute(dispute_id, current_scope()).file
    if found is None:
        raise NotFound(N_("There is no such file."))
    return send_stored(found)
