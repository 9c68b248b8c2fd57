"""Dangers come in by page: reported, confirmed from a draft, corrected."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormView, form_view
from drillreg.core.submissions import body_hash
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.dangers.forms import DangerForm, new_client_id
from drillreg.dangers.models import Danger
from drillreg.dangers.operations import registering
from drillreg.dangers.operations.registering import Entry
from drillreg.dangers.operations.rounds import Order, give_order
from drillreg.dangers.routes.blueprint import (
    ASSIGN,
    REPORT,
    bp,
    danger_to,
    may,
    org_asked,
    org_choices,
)
from drillreg.dangers.rules import RoundKind, Stage, ensure_stage
from drillreg.dangers.uploads import MOST_PHOTOS, cleaned, sent_photos
from drillreg.hazards.proving import sites_to_prove
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may

UNITS = (
    *("enterprise", "school", "hospital", "village", "site", "department", "town"),
    *("outside", "county"),
)


def _context(org: Org, danger: Danger | None, form: FormView) -> dict[str, Any]:
    return {
        "org": org,
        "danger": danger,
        "form": form,
        "sites": sites_to_prove(org, current_scope()),
        "categories": code_list("danger_category").options(
            keep=danger.category if danger else None
        ),
        "levels": [
            (item.code, f"{pick(item.label)}：{pick(_hint(item.attributes))}")
            for item in code_list("danger_level")
        ],
        "sources": code_list("danger_source").options(),
        "today": clock.today(),
        "most_photos": MOST_PHOTOS,
    }


def _hint(attributes: Any) -> dict[str, str]:
    return {"zh": attributes["hint_zh"], "en": attributes["hint_en"]}


@bp.get("/new")
@requires(REPORT)
def new() -> str:
    """Ask for a danger; organisation and site can come with the address."""
    org, actor, today = org_asked(), current_actor(), clock.today()
    ensure_may(REPORT, org)
    own = org.id == actor.org_id
    form = form_view(
        client_id=new_client_id(),
        org=org.id,
        site_id=request.args.get("site", ""),
        level="general",
        source="own-check" if own else "town-check",
        finder=actor.name,
        found_on=today.isoformat(),
    )
    units = [] if own and org.kind not in {"county", "department", "town"} else _units(org)
    return render_template("dangers/form.html", units=units, **_context(org, None, form))


def _units(org: Org) -> list[tuple[int, str]]:
    found = list(orgs_of_kinds(current_scope_for(REPORT), UNITS))
    return org_choices(found if org.id in {each.id for each in found} else [org, *found])


def _entry(org: Org, sites: Any) -> tuple[DangerForm, Entry]:
    """Read a danger with its photos; called outside any transaction."""
    before, after = sent_photos("before"), sent_photos("after")
    form = DangerForm.read(
        request.form,
        sites=[key for key, _ in sites],
        finder=current_actor().name,
        today=clock.today(),
    )
    content = {**request.form, "org": org.id}
    for name in ("csrf_token", "client_id"):
        content.pop(name, None)
    digest = body_hash(content, [data for _, data in (*before, *after)])
    entry = Entry(
        form.client_id,
        digest,
        form.facts,
        cleaned("before", before),
        cleaned("after", after) if form.spot else [],
        form.spot,
        form.measure,
        form.cost_yuan,
    )
    return form, entry


@bp.post("/new")
@requires(REPORT)
@form_of(new)
@writes_itself
def create() -> ResponseReturnValue:
    """Register a danger once, however often it is sent."""
    org = org_asked()
    ensure_may(REPORT, org)
    form, entry = _entry(org, sites_to_prove(org, current_scope()))
    actor, now, today = current_actor(), clock.now(), clock.today()
    with unit_of_work():
        org = org_asked()
        danger, is_new = registering.register(entry, org=org, actor=actor, now=now, today=today)
        if is_new:
            _own_deadline(danger, form, org)
        danger_id, number, closed = danger.id, danger.number, danger.close_number
    if closed:
        flash(translate(N_("Registered and struck off as %(number)s."), number=closed), "success")
    else:
        flash(translate(N_("The danger is registered as %(number)s."), number=number), "success")
    return see_other(url_for(".show", danger_id=danger_id))


def _own_deadline(danger: Danger, form: DangerForm, org: Org) -> None:
    if form.due_on is None or danger.stage is not Stage.REGISTERED:
        return
    order = Order(RoundKind.OWN, org, "", due_on=form.due_on)
    give_order(
        danger,
        order,
        issuer=org,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )


def _values(danger: Danger) -> dict[str, Any]:
    names = (
        *("what", "place", "category", "level", "source", "finder", "basis", "site_id"),
        "row_version",
    )
    values = {name: getattr(danger, name) for name in names}
    return {**values, "found_on": danger.found_on.isoformat()}


@bp.get("/<int:danger_id>/confirm")
@requires(REPORT)
def confirm(danger_id: int) -> str:
    """Show a draft to be confirmed, merged or discarded."""
    danger = danger_to(REPORT, danger_id)
    ensure_stage(danger.stage, {Stage.DRAFT})
    form = form_view(client_id=new_client_id(), **_values(danger))
    return render_template("dangers/form.html", units=[], **_context(danger.org, danger, form))


@bp.post("/<int:danger_id>/confirm")
@requires(REPORT)
@form_of(confirm)
@writes_itself
def confirm_now(danger_id: int) -> ResponseReturnValue:
    """Make a danger with a number of a draft."""
    danger = danger_to(REPORT, danger_id)
    form, entry = _entry(danger.org, sites_to_prove(danger.org, current_scope()))
    with unit_of_work():
        danger = danger_to(REPORT, danger_id, lock=True)
        registering.confirm(
            danger,
            entry,
            row_version=form.row_version,
            actor=current_actor(),
            now=clock.now(),
            today=clock.today(),
        )
        _own_deadline(danger, form, danger.org)
        number = danger.number
    flash(translate(N_("The danger is registered as %(number)s."), number=number), "success")
    return see_other(url_for(".show", danger_id=danger_id))


def _editable(danger_id: int, *, lock: bool = False) -> Danger:
    """Return a danger to correct; once it was ordered only who gives orders may."""
    danger = danger_to(REPORT, danger_id, lock=lock)
    if danger.stage is not Stage.REGISTERED and not may(ASSIGN, danger):
        raise DomainError(N_("An order was given: ask who gave it to correct this."))
    return danger


@bp.get("/<int:danger_id>/edit")
@requires(REPORT)
def edit(danger_id: int) -> str:
    """Show the form of a danger."""
    danger = _editable(danger_id)
    form = form_view(**_values(danger))
    return render_template("dangers/edit.html", **_context(danger.org, danger, form))


@bp.post("/<int:danger_id>/edit")
@requires(REPORT)
@form_of(edit)
@writes
def save(danger_id: int) -> ResponseReturnValue:
    """Correct a danger, or its level."""
    danger = _editable(danger_id, lock=True)
    form = DangerForm.read(
        request.form,
        sites=[key for key, _ in sites_to_prove(danger.org, current_scope())],
        finder=danger.finder,
        today=clock.today(),
        is_edit=True,
    )
    registering.edit(
        danger,
        form.facts,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The changes are saved.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))
