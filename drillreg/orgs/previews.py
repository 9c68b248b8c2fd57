"""What organisations themselves know of a change before it is done: reach, duties and records."""

from collections.abc import Sequence
from datetime import date

from flask import url_for
from sqlalchemy import ColumnElement, func, select

from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.orgs.attributes import shown
from drillreg.orgs.effects import Change, ChangeKind, Line
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.moves import in_subtree
from drillreg.orgs.queries import is_imported, oversights_of
from drillreg.orgs.rules import GOVERNMENT_KINDS
from drillreg.orgs.successions import successions


def supervision_lines(change: Change) -> Sequence[Line]:
    """Say what becomes of the supervision by departments."""
    org = change.org
    standing = [(each, by) for each, by in oversights_of(org) if each.to_on is None]
    names = {
        "names": joined(
            [f"{name_of(by)}（{code_label(each.field, 'field')}）" for each, by in standing]
        )
    }
    lines = []
    if standing and change.kind is ChangeKind.MOVE:
        same = org.path.split("/", 1)[0] == change.parent.path.split("/", 1)[0]
        message = (
            N_("The supervision by %(names)s goes on.")
            if same
            else N_("The supervision by %(names)s ends: they belong to another county.")
        )
        lines.append(Line(message, names))
    elif standing and change.kind is ChangeKind.MERGE:
        message = N_("%(names)s supervise the merged organisation from that day on.")
        lines.append(Line(message, names))
    elif standing and change.kind is ChangeKind.SPLIT:
        lines.append(Line(N_("%(names)s supervise the new organisation too."), names))
    overseen = _overseen_count(org) if change.kind is ChangeKind.MERGE else 0
    if overseen:
        message = N_("%(into)s takes over the supervision of %(count)d organisations.")
        params = {"into": name_of(change.parent), "count": overseen}
        lines.append(Line(message, params))
    return lines


def joined(names: Sequence[str]) -> str:
    """Return names in one text, the first five of them."""
    comma = ", " if current_locale() == "en" else "、"
    return comma.join(names[:5]) + ("…" if len(names) > 5 else "")


def _overseen_count(org: Org) -> int:
    found = select(func.count()).where(Oversight.overseer_id == org.id, Oversight.to_on.is_(None))
    return int(db.session.scalar(found) or 0)


def past_lines(change: Change) -> Sequence[Line]:
    """Say what those see afterwards who saw the organisation until now."""
    org, day = change.org, change.on.isoformat()
    if change.kind in {ChangeKind.MOVE, ChangeKind.MERGE} and org.parent is not None:
        message = N_("%(name)s still sees what is dated before %(day)s, and nothing later.")
        if org.parent_id not in _ids_above(change.parent):
            return [Line(message, {"name": name_of(org.parent), "day": day})]
    return []


def _ids_above(org: Org) -> list[int]:
    return [int(part) for part in org.path.rstrip("/").split("/")]


def duty_lines(change: Change) -> Sequence[Line]:
    """Say which facts that rules read will read differently."""
    return {
        ChangeKind.MOVE: _duties_of_move,
        ChangeKind.MERGE: _duties_of_merger,
        ChangeKind.SPLIT: _duties_of_split,
        ChangeKind.REOPEN: _duties_of_return,
    }[change.kind](change)


def _duties_of_move(change: Change) -> list[Line]:
    org, parent = change.org, change.parent
    lines = [Line(N_("Kind and attributes stay as they are; rules that read them ask the same."))]
    former = org.parent.division_id if org.parent else None
    if org.kind in GOVERNMENT_KINDS.values():
        division = org.division
        if division and parent.division_id and division.parent_id != parent.division_id:
            message = N_("Its division %(name)s still belongs to another one. Move it as well.")
            url = url_for("orgs.show_division", division_id=division.id)
            lines.append(Line(message, {"name": name_of(division)}, url))
    elif org.division_id == former and parent.division is not None:
        message = N_("Rules that read the place read %(name)s from that day on.")
        lines.append(Line(message, {"name": name_of(parent.division)}))
    if _kind_of_parent_changes(change):
        message = N_("It then stands below a %(kind)s; rules that read levels may differ.")
        lines.append(Line(message, {"kind": code_label(parent.kind, "org_kind")}))
    return lines


def _kind_of_parent_changes(change: Change) -> bool:
    return change.org.parent is not None and change.org.parent.kind != change.parent.kind


def _duties_of_merger(change: Change) -> list[Line]:
    figures = [
        f"{pick(item.label)} {shown(item, change.org.attributes[item.code])}"
        for item in code_list("org_attribute")
        if item.attributes["type"] in {"integer", "decimal"}
        and change.org.attributes.get(item.code) is not None
    ]
    lines = [
        Line(N_("%(name)s owes nothing any more from that day on."), {"name": name_of(change.org)})
    ]
    if figures:
        message = N_("Its figures are not added up; change those of %(into)s: %(figures)s.")
        params = {"into": name_of(change.parent), "figures": joined(figures)}
        lines.append(Line(message, params, url_for("orgs.edit", org_id=change.parent.id)))
    return lines


def _duties_of_split(change: Change) -> list[Line]:
    message = N_("The new one begins without attributes; rules ask by its kind until you add them.")
    return [Line(message)]


def _duties_of_return(change: Change) -> list[Line]:
    return [Line(N_("It owes again what its kind and attributes ask, from that day on."))]


def record_lines(change: Change) -> Sequence[Line]:
    """Say how many organisations, plans, drills and other records go along, pass or stay."""
    return {
        ChangeKind.MOVE: _records_of_move,
        ChangeKind.MERGE: _records_of_merger,
        ChangeKind.SPLIT: lambda change: [],
        ChangeKind.REOPEN: _records_of_return,
    }[change.kind](change)


def _records_of_move(change: Change) -> list[Line]:
    below = _open_below(change.org)
    lines = (
        [Line(N_("%(count)d organisations below it go along"), {"count": below})] if below else []
    )
    return lines + _counts(in_subtree(change.org.path), change.on)


def _records_of_merger(change: Change) -> list[Line]:
    into = {"into": name_of(change.parent)}
    own = Org.id == change.org.id
    lines = []
    if below := _open_below(change.org):
        message = N_("%(count)d organisations below it will stand below %(into)s")
        lines.append(Line(message, {**into, "count": below}))
    for each in successions():
        message = (
            N_("Passes to %(into)s: %(what)s")
            if each.carry
            else N_("Stays under the old name, for %(into)s to take over: %(what)s")
        )
        if count := each.count(own, change.on):
            what = translate(each.sentence, count=count)
            lines.append(Line(message, {**into, "what": what}))
    message = N_("“%(name)s” becomes another name of %(into)s; tables with it still find it.")
    return [*lines, Line(message, {**into, "name": name_of(change.org)})]


def _records_of_return(change: Change) -> list[Line]:
    if change.org.merged_into_id is None:
        return []
    return [Line(N_("What passed at the merger stays where it is; pass it back by hand."))]


def _open_below(org: Org) -> int:
    found = select(func.count()).where(
        in_subtree(org.path), Org.path > org.path, Org.closed_on.is_(None), is_imported(Org)
    )
    return int(db.session.scalar(found) or 0)


def _counts(these: ColumnElement[bool], day: date) -> list[Line]:
    """Return the counted sentences of what is open at organisations; only zeros are left out."""
    found = [(each, each.count(these, day)) for each in successions()]
    return [Line(each.sentence, {"count": count}) for each, count in found if count]


def open_things_of(org: Org, today: date) -> Sequence[Line]:
    """Return the counted sentences of what is open at one organisation."""
    return _counts(Org.id == org.id, today)
