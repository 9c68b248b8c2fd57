"""Moving, merging and reopening organisations: asked for, shown before it is done, done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Actor, Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import day as short_day
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.change_forms import ChangeForm
from drillreg.orgs.effects import Change, ChangeKind, effects_of
from drillreg.orgs.mergers import ensure_may_merge, ensure_may_reopen, merge_org, reopen_org
from drillreg.orgs.models import Org
from drillreg.orgs.moves import ensure_may_move, move_org
from drillreg.orgs.queries import orgs_of_kinds, versions_of
from drillreg.orgs.routes.blueprint import bp, own_org
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import current_scope_for

MOST_TARGETS = 3000


@dataclass(frozen=True)
class Words:
    """What the pages of one kind of change say."""

    title: str
    lead: str
    target: str
    button: str
    done: str


WORDS = {
    ChangeKind.MOVE: Words(
        N_("Move %(name)s"),
        N_("It goes to another place in the tree, with everything below it."),
        N_("Stands below from then on"),
        N_("Move it"),
        N_("%(name)s was moved."),
    ),
    ChangeKind.MERGE: Words(
        N_("Merge %(name)s into another"),
        N_("It is closed; what is open passes to the other one, its records stay readable there."),
        N_("Is merged into"),
        N_("Merge them"),
        N_("%(name)s was merged. What was open has passed."),
    ),
    ChangeKind.REOPEN: Words(
        N_("Open %(name)s again"),
        N_("For one that was closed by mistake, or takes up its work again."),
        N_("Stands below"),
        N_("Open it again"),
        N_("%(name)s is open again."),
    ),
}

Ensure = Callable[[Org, Org, date, date], object]
ENSURE: Mapping[ChangeKind, Ensure] = {
    ChangeKind.MOVE: ensure_may_move,
    ChangeKind.MERGE: ensure_may_merge,
    ChangeKind.REOPEN: ensure_may_reopen,
}
ADDRESS = "/<int:org_id>/change/<kind>"


def _kind_of(word: str) -> ChangeKind:
    """Return the kind of change an address names, or raise NotFound."""
    if word not in WORDS:
        raise NotFound(N_("There is nothing at this address."))
    return ChangeKind(word)


def parents_for(kind: str) -> Sequence[Org]:
    """Return where an organisation of a kind may stand, among what the person may change."""
    item = code_list("org_kind").get(kind)
    kinds = [each for each in (item.attributes["parents"] if item else ()) if each]
    return orgs_of_kinds(current_scope_for(Permission.EDIT_ORGS), kinds, at_most=MOST_TARGETS)


def _targets(org: Org, change: ChangeKind) -> list[tuple[int, str]]:
    if change is ChangeKind.MERGE:
        item = code_list("org_kind").get(org.kind)
        joins = item.attributes["joins"] if item else ()
        scope = current_scope_for(Permission.EDIT_ORGS)
        found = orgs_of_kinds(scope, joins, at_most=MOST_TARGETS)
    else:
        found = parents_for(org.kind)
    taken = org.parent_id if change is ChangeKind.MOVE else None
    return place_options(
        [each for each in found if not covers(org.path, each.path) and each.id != taken]
    )


def place_options(orgs: Sequence[Org]) -> list[tuple[int, str]]:
    """Return organisations for a choice field, each with the one it stands below."""
    known = {org.id: name_of(org) for org in orgs}
    return [
        (org.id, f"{name_of(org)}（{known[org.parent_id]}）")
        if org.parent_id in known
        else (org.id, name_of(org))
        for org in orgs
    ]


def _target_before(org: Org, change: ChangeKind) -> int | None:
    """Return where a closed organisation stood until it was closed."""
    if change is not ChangeKind.REOPEN:
        return None
    last = next(iter(versions_of(org)), None)
    return last.parent_id if last else org.parent_id


@bp.get(ADDRESS)
@requires(Permission.EDIT_ORGS)
def change(org_id: int, kind: str) -> str:
    """Ask where an organisation goes, from when and why."""
    org, which = own_org(org_id), _kind_of(kind)
    since = org.closed_on if which is ChangeKind.REOPEN and org.closed_on else clock.today()
    return render_template(
        "orgs/change.html",
        org=org,
        kind=kind,
        words=WORDS[which],
        targets=_targets(org, which),
        form=form_view(from_on=since.isoformat(), target_id=_target_before(org, which)),
    )


@bp.get(f"{ADDRESS}/check")
@requires(Permission.EDIT_ORGS)
@form_of(change)
def check_change(org_id: int, kind: str) -> str:
    """Show what a change would do, before it is done."""
    org, which = own_org(org_id), _kind_of(kind)
    form = ChangeForm.read(request.args)
    target = own_org(form.target_id)
    ENSURE[which](org, target, form.from_on, clock.today())
    back = url_for(".change", org_id=org_id, kind=kind)
    words = WORDS[which]
    return render_template(
        "orgs/change_check.html",
        org=org,
        title=translate(words.title, name=name_of(org)),
        rows=[
            (translate(N_("Organisation")), f"{name_of(org)} · {code_label(org.kind, 'org_kind')}"),
            *_place_now(org),
            (translate(words.target), name_of(target), back),
            *day_rows(form.from_on, form.reason, back),
        ],
        areas=effects_of(Change(which, org, target, form.from_on)),
        fields=[
            ("target_id", target.id),
            ("from_on", short_day(form.from_on)),
            ("reason", form.reason),
        ],
        action=url_for(".do_change", org_id=org_id, kind=kind),
        back=back,
        button=translate(words.button),
    )


def _place_now(org: Org) -> list[tuple[str, str]]:
    return [(translate(N_("Stands below until then")), name_of(org.parent))] if org.parent else []


def day_rows(from_on: date, reason: str, back: str) -> list[tuple[str, str, str]]:
    """Return the last two lines of every check page."""
    return [
        (translate(N_("In force from")), short_day(from_on), back),
        (translate(N_("Reason")), reason, back),
    ]


@bp.post(ADDRESS)
@requires(Permission.EDIT_ORGS)
@form_of(change)
@writes
def do_change(org_id: int, kind: str) -> ResponseReturnValue:
    """Move, merge or reopen an organisation and show it."""
    org, which = own_org(org_id), _kind_of(kind)
    form = ChangeForm.read(request.form)
    _do(which, org, own_org(form.target_id), form, current_actor(), clock.now(), clock.today())
    flash(translate(WORDS[which].done, name=org.name), "success")
    return see_other(url_for(".show", org_id=org_id))


def _do(
    which: ChangeKind,
    org: Org,
    target: Org,
    form: ChangeForm,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    given: dict[str, Any] = {"from_on": form.from_on, "reason": form.reason}
    given |= {"actor": actor, "now": now, "today": today}
    if which is ChangeKind.MOVE:
        move_org(org, target, **given)
    elif which is ChangeKind.MERGE:
        merge_org(org, target, **given)
    else:
        reopen_org(org, target, **given)
