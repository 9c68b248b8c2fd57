"""Signals about checks, for those who judge them: a list, and marking one as looked at."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.hazards.check_forms import read_seen_note
from drillreg.hazards.check_rules import SIGNAL_WORDS, SignalKind
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.signal_models import CheckSignal
from drillreg.hazards.signal_queries import (
    SignalFilter,
    all_signals,
    count_signals,
    get_signal,
    others_of,
    signals_page,
)
from drillreg.hazards.signal_words import why
from drillreg.hazards.signalling import look_at
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope, current_scope_for
from drillreg.sheets.export import READ_AT_MOST, Column, send_table

OPEN, SEEN = "open", "seen"
SEEN_WORDS = {OPEN: N_("Not looked at"), SEEN: N_("Looked at")}


def _scope() -> OrgScope:
    return current_scope_for(Permission.ASSIGN_TASKS)


def _wanted(scope: OrgScope) -> SignalFilter:
    reader = FormReader(request.args)
    within = reader.integer("within", "")
    return SignalFilter(
        within=org_to_narrow(within, scope) if within else None,
        kind=reader.choice("kind", "", list(SignalKind), required=False),
        seen=reader.choice("seen", "", list(SEEN_WORDS), required=False),
    )


@bp.get("/hazards/signals")
@requires(Permission.ASSIGN_TASKS)
def signals() -> str:
    """List what looks odd about checks; each says why."""
    scope, actor = _scope(), current_actor()
    wanted = _wanted(scope)
    page = signals_page(wanted, scope, actor, cursor=request.args.get("after"))
    others = others_of(page.rows, scope)
    return render_template(
        "hazards/signals.html",
        page=page,
        total=count_signals(wanted, scope, actor),
        why=lambda signal: why(signal, others),
        words={kind: translate(word) for kind, word in SIGNAL_WORDS.items()},
        places=place_options(scope, wanted.within),
        chosen=wanted,
        kinds=[(kind.value, translate(word)) for kind, word in SIGNAL_WORDS.items()],
        states=[(code, translate(word)) for code, word in SEEN_WORDS.items()],
    )


@bp.get("/hazards/signals.<any(xlsx, csv):fmt>")
@requires(Permission.ASSIGN_TASKS)
def export_signals(fmt: str) -> ResponseReturnValue:
    """Hand out exactly what the list of signals is filtered to."""
    scope, actor = _scope(), current_actor()
    found = all_signals(_wanted(scope), scope, actor, at_most=READ_AT_MOST)
    others = others_of(found, scope)
    columns: tuple[Column[CheckSignal], ...] = (
        Column(N_("Signal"), lambda row: translate(SIGNAL_WORDS[row.kind])),
        Column(N_("Hazard site"), lambda row: name_of(row.check.site)),
        Column(N_("Organisation"), lambda row: name_of(row.check.site.org)),
        Column(N_("Day of the check"), lambda row: row.check.checked_on),
        Column(N_("Checked by"), lambda row: row.check.checker_name),
        Column(N_("What it rests on"), lambda row: why(row, others)),
        Column(N_("Looked at by"), lambda row: row.seen_by_name),
        Column(N_("Note"), lambda row: row.seen_note),
    )
    return send_table(N_("Signals about checks"), columns, found, fmt)


@bp.get("/hazards/signals/<int:signal_id>")
@requires(Permission.ASSIGN_TASKS)
def signal(signal_id: int) -> str:
    """Show one signal beside its check, with the photos it compares."""
    scope = _scope()
    found = get_signal(signal_id, scope, current_actor())
    others = others_of([found], scope)
    return render_template(
        "hazards/signal.html",
        signal=found,
        check=found.check,
        site=found.check.site,
        other=others.get(found.other_check_id or 0),
        word=translate(SIGNAL_WORDS[found.kind]),
        why=why(found, others),
        form=form_view(),
    )


@bp.post("/hazards/signals/<int:signal_id>")
@requires(Permission.ASSIGN_TASKS)
@form_of(signal)
@writes
def look_at_signal(signal_id: int) -> ResponseReturnValue:
    """Note that a signal was looked at, and what came of it."""
    actor = current_actor()
    found = get_signal(signal_id, _scope(), actor)
    look_at(found, note=read_seen_note(request.form), actor=actor, now=clock.now())
    flash(translate(N_("Noted.")), "success")
    return see_other(url_for(".signals", seen=OPEN))
