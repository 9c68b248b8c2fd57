"""Splitting a new organisation off another: asked for, shown before it is done, done."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.page import day as short_day
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.change_forms import SplitForm
from drillreg.orgs.effects import Change, ChangeKind, effects_of
from drillreg.orgs.mergers import ensure_may_split, split_org
from drillreg.orgs.models import Org
from drillreg.orgs.operations import OrgFacts, ensure_free_name
from drillreg.orgs.routes.blueprint import bp, own_org
from drillreg.orgs.routes.changes import day_rows, parents_for, place_options
from drillreg.orgs.rules import GOVERNMENT_KINDS, ensure_allowed_parent
from drillreg.orgs.successions import OpenThing, Succession, successions


def _open_things(org: Org) -> list[tuple[Succession, list[OpenThing]]]:
    """Return what can go with the new organisation, by kind."""
    found = [(each, list(each.things(org, clock.today()))) for each in successions() if each.carry]
    return [(each, things) for each, things in found if things]


def _kinds(org: Org) -> list[tuple[str, str]]:
    """Return what may be split off: the same kind, or one that merges with it."""
    kinds = code_list("org_kind")
    own = kinds.get(org.kind)
    joins = {org.kind, *(own.attributes["joins"] if own else ())}
    return [option for option in kinds.options() if option[0] in joins]


def _form() -> SplitForm:
    return SplitForm.read(request.values, [each.code for each in successions() if each.carry])


@bp.get("/<int:org_id>/split")
@requires(Permission.EDIT_ORGS)
def split(org_id: int) -> str:
    """Ask what is split off, from when and why, and what goes with it."""
    org = own_org(org_id)
    return render_template(
        "orgs/split.html",
        org=org,
        kinds=_kinds(org),
        targets=place_options(parents_for(org.kind)),
        things=_open_things(org),
        form=form_view(kind=org.kind, target_id=org.parent_id, from_on=clock.today().isoformat()),
    )


@bp.get("/<int:org_id>/split/check")
@requires(Permission.EDIT_ORGS)
@form_of(split)
def check_split(org_id: int) -> str:
    """Show what the split would do, before it is done."""
    org, form = own_org(org_id), _form()
    target = own_org(form.target_id)
    ensure_may_split(org, form.from_on, clock.today())
    ensure_allowed_parent(code_list("org_kind"), form.kind, target.kind)
    ensure_free_name(form.name, target)
    back = url_for(".split", org_id=org_id)
    passing = [
        (
            translate(each.sentence, count=len(form.chosen[each.code])),
            [thing for thing in things if thing.id in form.chosen[each.code]],
        )
        for each, things in _open_things(org)
        if form.chosen.get(each.code)
    ]
    return render_template(
        "orgs/change_check.html",
        org=org,
        title=translate(N_("Split %(name)s"), name=name_of(org)),
        rows=[
            (translate(N_("Name of the new organisation")), form.name, back),
            (translate(N_("Kind")), code_label(form.kind, "org_kind"), back),
            (translate(N_("Stands below")), name_of(target), back),
            *day_rows(form.from_on, form.reason, back),
        ],
        areas=effects_of(Change(ChangeKind.SPLIT, org, target, form.from_on)),
        passing=passing,
        fields=[
            ("name", form.name),
            ("kind", form.kind),
            ("target_id", target.id),
            ("from_on", short_day(form.from_on)),
            ("reason", form.reason),
            *(("thing", f"{code}:{id_}") for code, ids in form.chosen.items() for id_ in ids),
        ],
        action=url_for(".split_now", org_id=org_id),
        back=back,
        button=translate(N_("Split it")),
    )


@bp.post("/<int:org_id>/split")
@requires(Permission.EDIT_ORGS)
@form_of(split)
@writes
def split_now(org_id: int) -> ResponseReturnValue:
    """Make the new organisation and show it."""
    org, form = own_org(org_id), _form()
    target = own_org(form.target_id)
    governs = form.kind in GOVERNMENT_KINDS.values()
    new = split_org(
        org,
        OrgFacts(
            name=form.name,
            kind=form.kind,
            attributes={},
            field=org.field if form.kind == org.kind else None,
            division_id=None if governs else org.division_id,
            is_outside=form.kind == "outside",
            opened_on=form.from_on,
        ),
        parent=target,
        chosen=form.chosen,
        from_on=form.from_on,
        reason=form.reason,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("%(name)s was added."), name=new.name), "success")
    return see_other(url_for(".show", org_id=new.id))
