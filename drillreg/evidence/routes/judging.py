"""Evidence: the list, verifying a piece from above, striking it out."""

from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotAllowed
from drillreg.core.page import name_of
from drillreg.core.reading import DAY, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.evidence.forms import read_note
from drillreg.evidence.models import Evidence
from drillreg.evidence.operations import strike_evidence
from drillreg.evidence.operations import verify as verify_evidence
from drillreg.evidence.queries import (
    EvidenceFilter,
    all_evidence,
    counts_by_grade,
    evidence_page,
    get_evidence,
    stands_outside,
)
from drillreg.evidence.routes.blueprint import bp, page_of
from drillreg.evidence.rules import Grade
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import get_org, places_to_choose
from drillreg.orgs.scope import current_scope
from drillreg.sheets.export import Column, send_table

GRADE_WORDS = {
    Grade.SELF_REPORTED: N_("Self-reported"),
    Grade.EVIDENCED: N_("With evidence"),
    Grade.VERIFIED: N_("Verified"),
}


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _filter() -> EvidenceFilter:
    org = request.args.get("org", "")
    kind, grade = request.args.get("kind", ""), request.args.get("grade", "")
    return EvidenceFilter(
        within=get_org(int(org), current_scope()) if org.isdecimal() and len(org) < 16 else None,
        kinds=(kind,) if kind in code_list("evidence_kind").codes() else (),
        grade=grade if grade in set(Grade) else "",
        since=_day("since"),
        until=_day("until"),
    )


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List what came in as proof, with how it is known."""
    scope, chosen = current_scope(), _filter()
    counts = counts_by_grade(scope, chosen)
    places = places_to_choose(scope, chosen.within)
    return render_template(
        "evidence/index.html",
        page=evidence_page(scope, chosen, cursor=request.args.get("after")),
        counts=counts,
        total=sum(counts.values()),
        chosen=chosen,
        places=[(place.id, name_of(place)) for place in places],
        kinds=code_list("evidence_kind").options(),
        grades=[(grade.value, translate(word)) for grade, word in GRADE_WORDS.items()],
        page_of=page_of,
    )


EXPORT_COLUMNS: tuple[Column[Evidence], ...] = (
    Column(N_("Organisation"), lambda found: found.org.name),
    Column(N_("What was done"), lambda found: code_label(found.kind, "evidence_kind")),
    Column(N_("Day"), lambda found: found.on_date),
    Column(N_("Grade"), lambda found: translate(GRADE_WORDS[found.grade])),
    Column(N_("Came in"), lambda found: clock.local_date(found.entered_at)),
    Column(N_("Verified by"), lambda found: found.graded_by_name),
    Column(N_("How"), lambda found: found.grade_note),
)


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly what the filter leaves."""
    found = all_evidence(current_scope(), _filter())
    return send_table(N_("Evidence and grades"), EXPORT_COLUMNS, found, fmt)


def _to_judge(evidence_id: int) -> tuple[Evidence, bool]:
    """Return evidence in reach and whether the person stands outside of who reported it."""
    found = get_evidence(evidence_id, current_scope())
    permission = Permission.ASSIGN_TASKS
    is_outside = stands_outside(current_actor(), found.org, permission, clock.today())
    return found, is_outside


def _page(evidence_id: int, *, strikes: bool) -> str:
    found, is_outside = _to_judge(evidence_id)
    if not is_outside:
        raise NotAllowed(
            N_("Only the level above or the supervising department can verify what a unit reports.")
        )
    return render_template(
        "evidence/judge.html",
        found=found,
        strikes=strikes,
        url=page_of(found),
        form=form_view(note=""),
    )


@bp.get("/<int:evidence_id>/verify")
@requires(Permission.ASSIGN_TASKS)
def verify(evidence_id: int) -> str:
    """Ask how a piece of evidence was verified."""
    return _page(evidence_id, strikes=False)


@bp.post("/<int:evidence_id>/verify")
@requires(Permission.ASSIGN_TASKS)
@form_of(verify)
@writes
def verify_now(evidence_id: int) -> ResponseReturnValue:
    """Raise a piece of evidence to verified."""
    found, is_outside = _to_judge(evidence_id)
    verify_evidence(
        found,
        is_outside=is_outside,
        note=read_note(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("Noted as verified.")), "success")
    return see_other(page_of(found) or url_for(".index"))


@bp.get("/<int:evidence_id>/strike")
@requires(Permission.ASSIGN_TASKS)
def strike(evidence_id: int) -> str:
    """Ask why a piece of evidence does not count."""
    return _page(evidence_id, strikes=True)


@bp.post("/<int:evidence_id>/strike")
@requires(Permission.ASSIGN_TASKS)
@form_of(strike)
@writes
def strike_now(evidence_id: int) -> ResponseReturnValue:
    """Strike a piece of evidence out."""
    found, is_outside = _to_judge(evidence_id)
    strike_evidence(
        found,
        is_outside=is_outside,
        reason=read_note(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("It no longer counts.")), "success")
    return see_other(page_of(found) or url_for(".index"))
