"""Changing divisions: asked for, shown before it is done, done; always by a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import day as short_day
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.division_changes import (
    Basis,
    children_of_division,
    close_division,
    ensure_code,
    ensure_may_change,
    ensure_may_merge,
    ensure_may_stand_below,
    merge_division,
    move_division,
    rename_division,
    split_division,
    units_in,
)
from drillreg.orgs.division_register import divisions_of_level, ensure_governed, get_division
from drillreg.orgs.divisions import boundaries_of
from drillreg.orgs.models import Division
from drillreg.orgs.routes.blueprint import bp
from drillreg.orgs.rules import LEVEL_ABOVE
from drillreg.orgs.scope import current_scope, current_scope_for

ADDRESS = "/divisions/<int:division_id>/change/<kind>"
TITLES = {
    "rename": N_("Rename or recode %(name)s"),
    "move": N_("Move %(name)s to another division"),
    "merge": N_("Merge %(name)s into another division"),
    "split": N_("Split %(name)s"),
    "close": N_("Close %(name)s"),
}
NAMED, TARGETED = ("rename", "split"), ("move", "merge")


def _division_for(division_id: int, kind: str) -> Division:
    """Return the division that a change of a kind is about, or raise NotFound."""
    if kind not in TITLES:
        raise NotFound(N_("There is nothing at this address."))
    return own_division(division_id)


def own_division(division_id: int) -> Division:
    """Return a division that the person may change; 404 outside, 403 without the right."""
    division = get_division(division_id, current_scope())
    ensure_governed(division, current_scope_for(Permission.EDIT_ORGS))
    return division


@dataclass(frozen=True)
class DivisionForm:
    """What changes about a division; fields that its kind of change does not ask stay empty."""

    name: str
    code: str
    target_id: int
    children: tuple[int, ...]
    from_on: date
    document: str

    @classmethod
    def read(cls, fields: "MultiDict[str, str]", kind: str) -> "DivisionForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        named, targeted = kind in NAMED, kind in TARGETED
        name_label, code_label = translate(N_("Division name")), translate(N_("Division code"))
        other = translate(N_("The other division"))
        form = cls(
            name=reader.text("name", name_label, required=True, max_length=80) if named else "",
            code=reader.text("code", code_label, required=True, max_length=15) if named else "",
            target_id=(reader.integer("target_id", other, required=True, minimum=1) or 0)
            if targeted
            else 0,
            children=tuple(int(w) for w in fields.getlist("child") if w.isascii() and w.isdigit()),
            from_on=reader.date("from_on", translate(N_("In force from")), required=True)
            or date.max,
            document=reader.text(
                "document", translate(N_("By which document")), required=True, max_length=200
            ),
        )
        reader.finish()
        return form


def _targets(division: Division, kind: str) -> list[tuple[int, str]]:
    if kind not in TARGETED:
        return []
    level = LEVEL_ABOVE.get(division.level) if kind == "move" else division.level
    found = divisions_of_level(current_scope_for(Permission.EDIT_ORGS), level)
    return [
        (each.id, f"{each.name} {each.code}")
        for each in found
        if each.id not in {division.id, division.parent_id if kind == "move" else None}
    ]


@bp.get(ADDRESS)
@requires(Permission.EDIT_ORGS)
def change_division(division_id: int, kind: str) -> str:
    """Ask what changes about a division, from when and by which document."""
    division = _division_for(division_id, kind)
    values = {"name": division.name, "code": division.code} if kind == "rename" else {}
    return render_template(
        "orgs/division_change.html",
        division=division,
        kind=kind,
        title=translate(TITLES[kind], name=division.name),
        targets=_targets(division, kind),
        children=children_of_division(division) if kind == "split" else (),
        form=form_view(from_on=clock.today().isoformat(), **values),
    )


def _target(form: DivisionForm) -> Division | None:
    return own_division(form.target_id) if form.target_id else None


def _ensure(kind: str, division: Division, form: DivisionForm, target: Division | None) -> None:
    """Raise when the change would be refused."""
    ensure_may_change(division, form.from_on, clock.today())
    if kind == "move" and target is not None:
        ensure_may_stand_below(division, target)
    if kind == "merge" and target is not None:
        ensure_may_merge(division, target)
    if kind in NAMED and form.code != division.code:
        ensure_code(form.code, division.level, division if kind == "rename" else None)


@bp.get(f"{ADDRESS}/check")
@requires(Permission.EDIT_ORGS)
@form_of(change_division)
def check_division(division_id: int, kind: str) -> str:
    """Show what the change of a division would do, before it is done."""
    division, form = _division_for(division_id, kind), DivisionForm.read(request.args, kind)
    target = _target(form)
    _ensure(kind, division, form, target)
    back = url_for(".change_division", division_id=division_id, kind=kind)
    return render_template(
        "orgs/division_check.html",
        division=division,
        title=translate(TITLES[kind], name=division.name),
        rows=[*_rows(kind, division, form, target, back), *_last_rows(form, back)],
        lines=[line for line in _lines(kind, division, form, target) if line[1].get("count", 1)],
        fields=list(request.args.items(multi=True)),
        action=url_for(".do_division", division_id=division_id, kind=kind),
        back=back,
    )


def _rows(
    kind: str, division: Division, form: DivisionForm, target: Division | None, back: str
) -> Sequence[tuple[str, ...]]:
    now = (translate(N_("Division")), f"{division.name} {division.code}")
    if kind in NAMED:
        word = N_("From then on") if kind == "rename" else N_("New division")
        return [now, (translate(word), f"{form.name} {form.code}", back)]
    if target is not None:
        word = N_("Is part of") if kind == "move" else N_("Is merged into")
        return [now, (translate(word), f"{target.name} {target.code}", back)]
    return [now]


def _last_rows(form: DivisionForm, back: str) -> Sequence[tuple[str, ...]]:
    return [
        (translate(N_("In force from")), short_day(form.from_on), back),
        (translate(N_("By which document")), form.document, back),
    ]


def _lines(
    kind: str, division: Division, form: DivisionForm, target: Division | None
) -> list[tuple[str, dict[str, Any]]]:
    """Say what becomes of what lies in the division, of its outline, and of its government."""
    below = len(children_of_division(division))
    if kind == "rename":
        return [
            (N_("Papers and tables of earlier days keep the name and code of their date."), {}),
            (N_("The register still finds it by its old name and code."), {}),
        ]
    if kind == "merge" and target is not None:
        return [
            (N_("%(count)d divisions below it belong to %(name)s."), _params(below, target)),
            (
                N_("%(count)d units in it lie in %(name)s."),
                _params(units_in(division, current_scope()), target),
            ),
            _outline_line(division, target),
            (N_("Its government is merged on the page of that organisation."), {}),
        ]
    if kind == "split":
        params = {"count": len(form.children), "all": below}
        return [
            (N_("%(count)d of %(all)d divisions below it go along."), params),
            (N_("Outlines stay as they are until new ones are imported."), {}),
        ]
    if kind == "move":
        return [
            (N_("%(count)d divisions below it go along."), {"count": below}),
            (N_("Organisations stay where they stand in the tree; move them on their page."), {}),
        ]
    return [(N_("Its outline ends on that day. It stays in the register, marked as closed."), {})]


def _params(count: int, target: Division) -> dict[str, Any]:
    return {"count": count, "name": target.name}


def _outline_line(division: Division, target: Division) -> tuple[str, dict[str, Any]]:
    if len(boundaries_of([division.id, target.id])) == 2:
        return N_("Both outlines become one; the old ones are kept with their days."), {}
    return N_("Outlines stay as they are: one of the two has none."), {}


@bp.post(ADDRESS)
@requires(Permission.EDIT_ORGS)
@form_of(change_division)
@writes
def do_division(division_id: int, kind: str) -> ResponseReturnValue:
    """Change the division and show it."""
    division, form = _division_for(division_id, kind), DivisionForm.read(request.form, kind)
    basis = Basis(form.from_on, form.document, current_actor(), clock.now(), clock.today())
    target = _target(form)
    if kind == "rename":
        rename_division(division, name=form.name, code=form.code, basis=basis)
    elif kind == "split":
        division = split_division(
            division, name=form.name, code=form.code, children=form.children, basis=basis
        )
    elif target is not None and kind == "move":
        move_division(division, target, basis=basis)
    elif target is not None:
        merge_division(division, target, basis=basis)
    else:
        close_division(division, basis=basis)
    flash(translate(N_("The changes were saved.")), "success")
    return see_other(url_for(".show_division", division_id=division.id))
