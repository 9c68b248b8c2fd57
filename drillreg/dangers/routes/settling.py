"""Drafts that are no dangers of their own: discarded with a reason, merged with an open one."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, requires
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.dangers.forms import read_reason
from drillreg.dangers.models import Danger
from drillreg.dangers.operations import registering
from drillreg.dangers.queries import open_beside
from drillreg.dangers.routes.blueprint import ASSIGN, REPORT, ask, bp, danger_to
from drillreg.dangers.rules import Stage, ensure_stage
from drillreg.dangers.scope import DANGER
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on


def _to_discard(danger_id: int, *, lock: bool = False) -> Danger:
    """Return what may be discarded: a draft by the unit, a registered one by the office alone."""
    danger = danger_to(REPORT, danger_id, lock=lock)
    ensure_stage(danger.stage, {Stage.DRAFT, Stage.REGISTERED})
    if danger.stage is Stage.REGISTERED:
        ensure_may_on(ASSIGN, DANGER.code, danger)
    return danger


@bp.get("/<int:danger_id>/discard")
@requires(REPORT)
def discard(danger_id: int) -> str:
    """Ask why this is no danger."""
    fields = [("textarea", "reason", N_("Reason"), {"required": True, "maxlength": 500})]
    return ask(
        _to_discard(danger_id),
        N_("Discard a danger"),
        ".discard_it",
        N_("Discard"),
        fields,
        form_view(reason=""),
        warn=N_("It stays readable with the reason, and no longer counts."),
    )


@bp.post("/<int:danger_id>/discard")
@requires(REPORT)
@form_of(discard)
@writes
def discard_it(danger_id: int) -> ResponseReturnValue:
    """Discard a draft, or one that was entered by mistake."""
    danger = _to_discard(danger_id, lock=True)
    reason = read_reason(request.form)
    registering.discard(danger, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("Discarded. It can still be read here.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))


def _beside(danger: Danger) -> dict[int, Danger]:
    return {each.id: each for each in open_beside(danger, current_scope())}


@bp.get("/<int:danger_id>/merge")
@requires(REPORT)
def merge(danger_id: int) -> str:
    """Ask with which open danger of the same organisation a draft is merged."""
    danger = danger_to(REPORT, danger_id)
    ensure_stage(danger.stage, {Stage.DRAFT})
    choices = [
        (key, f"{each.number or ''}　{each.what[:60]}") for key, each in _beside(danger).items()
    ]
    options = {"required": True, "width": "full"}
    return ask(
        danger,
        N_("Merge with an open danger"),
        ".merge_it",
        N_("Merge"),
        [("select", "into", N_("Open danger"), {"options": choices, **options})],
        form_view(into=""),
    )


@bp.post("/<int:danger_id>/merge")
@requires(REPORT)
@form_of(merge)
@writes
def merge_it(danger_id: int) -> ResponseReturnValue:
    """Merge a draft into an open danger."""
    danger = danger_to(REPORT, danger_id, lock=True)
    text = request.form.get("into", "")
    into = _beside(danger).get(int(text) if text.isascii() and text.isdigit() else 0)
    if into is None:
        raise FormErrors([FieldError("into", N_("Choose the danger it belongs to."))])
    registering.merge(danger, into, actor=current_actor(), now=clock.now())
    flash(translate(N_("Merged into %(number)s."), number=into.number), "success")
    return see_other(url_for(".show", danger_id=into.id))
