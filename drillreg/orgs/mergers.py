"""Merging an organisation into another, splitting one off, opening a wrongly closed one again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import or_, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.moves import (
    change_paths,
    ensure_may_stand,
    follow_division,
    ids_in_subtree,
    in_subtree,
)
from drillreg.orgs.operations import CHANGED, OrgFacts, add_alias, create_org, ensure_not_closed
from drillreg.orgs.queries import aliases_of, is_imported, version_or_none
from drillreg.orgs.rules import child_path, covers, ensure_allowed_parent
from drillreg.orgs.successions import Handover, carry_over
from drillreg.orgs.versions import (
    begin_version,
    end_version,
    ensure_all_may_begin,
    ensure_may_begin,
    ensure_not_later,
    new_versions,
)


def ensure_may_merge(org: Org, into: Org, from_on: date, today: date) -> Sequence[int]:
    """Raise unless an organisation, with what stands below it, may become part of another.

    Returns who is concerned.
    """
    ensure_not_closed(org)
    ensure_not_closed(into)
    if covers(org.path, into.path):
        raise DomainError(
            N_("%(into)s lies inside %(name)s; nothing can be merged into a part of itself."),
            name=org.name,
            into=into.name,
        )
    kinds = code_list("org_kind")
    kind = kinds.get(org.kind)
    if kind is None or into.kind not in kind.attributes["joins"]:
        raise DomainError(
            N_("%(name)s and %(into)s are of kinds that do not merge."),
            name=org.name,
            into=into.name,
        )
    for child_kind, name in _open_children(org):
        ensure_allowed_parent(kinds, child_kind, into.kind)
        _ensure_no_namesake(name, into, org)
    ids = ids_in_subtree(org.path)
    ensure_all_may_begin(ids, from_on, today)
    ensure_may_begin(into, from_on, today)
    return ids


def _open_children(org: Org) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Org.kind, Org.name)
        .where(Org.parent_id == org.id, Org.closed_on.is_(None), is_imported(Org))
        .order_by(Org.id)
    )
    return [(row[0], row[1]) for row in rows]


def _ensure_no_namesake(name: str, into: Org, org: Org) -> None:
    taken = select(Org.id).where(
        Org.parent_id == into.id, Org.name == name, Org.closed_on.is_(None), Org.id != org.id
    )
    if db.session.scalar(taken.limit(1)) is not None:
        raise DomainError(
            N_("Both have a %(name)s below them. Rename one of them first."), name=name
        )


def merge_org(
    org: Org,
    into: Org,
    *,
    from_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> dict[str, int]:
    """Close an organisation as a part of another; what is open passes, and is counted by kind.

    The closed one then stands below the other, so that whoever reaches that one sees its records.
    """
    ids = ensure_may_merge(org, into, from_on, today)
    end_version(org, from_on, now)
    org.closed_on, org.closed_reason = from_on, reason
    with new_versions(ids, day=from_on, now=now, reason=reason):
        _put_inside(org, into)
    for name in (org.name, *aliases_of(org)):
        if name != into.name:
            add_alias(into, name)
    passed = {
        "oversights": _pass_oversights(org, into, from_on),
        **carry_over(Handover(org, into, from_on, actor, now, today)),
    }
    record(
        "org-merged",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        into_id=into.id,
        from_on=from_on,
        reason=reason,
        passed=passed,
    )
    announce(CHANGED, org_ids=[*ids, into.id])
    return passed


def _put_inside(org: Org, into: Org) -> None:
    """Hang what stood below an organisation below the other, and the closed one as well."""
    path = org.path
    below = in_subtree(path) & (Org.path > path)
    follow_division(below, org, into)
    change_paths(below, path, into.path)
    db.session.execute(
        update(Org)
        .where(Org.parent_id == org.id)
        .values(parent_id=into.id)
        .execution_options(synchronize_session=False)
    )
    org.parent_id, org.merged_into_id = into.id, into.id
    org.path = child_path(into.path, org.id)


def _pass_oversights(org: Org, into: Org, day: date) -> int:
    """End every supervision of and by an organisation; the other goes on with each."""
    found = db.session.scalars(
        select(Oversight)
        .where(
            or_(Oversight.org_id == org.id, Oversight.overseer_id == org.id),
            Oversight.to_on.is_(None),
        )
        .order_by(Oversight.id)
    ).all()
    for oversight in found:
        oversight.to_on = max(day, oversight.from_on)
    continue_oversights(
        (
            (
                into.id if each.overseer_id == org.id else each.overseer_id,
                into.id if each.org_id == org.id else each.org_id,
                each.field,
            )
            for each in found
        ),
        day,
    )
    return len(found)


def continue_oversights(wanted: Iterable[tuple[int, int, str]], day: date) -> int:
    """Begin supervisions (overseer, organisation, field) where there is none yet, from a day on."""
    asked = {each for each in wanted if each[0] != each[1]}
    ids = sorted({each[1] for each in asked})
    standing = {
        (row.overseer_id, row.org_id, row.field)
        for row in db.session.execute(
            select(Oversight.overseer_id, Oversight.org_id, Oversight.field).where(
                Oversight.org_id.in_(ids),
                or_(Oversight.to_on.is_(None), Oversight.to_on > day, Oversight.from_on == day),
            )
        )
    }
    fresh = sorted(asked - standing)
    db.session.add_all(
        Oversight(overseer_id=overseer_id, org_id=org_id, field=field, from_on=day)
        for overseer_id, org_id, field in fresh
    )
    return len(fresh)


def ensure_may_split(org: Org, from_on: date, today: date) -> None:
    """Raise unless something may be split off an organisation as of a day."""
    ensure_not_closed(org)
    ensure_may_begin(org, from_on, today)


def split_org(
    org: Org,
    facts: OrgFacts,
    *,
    parent: Org,
    chosen: Mapping[str, Collection[int]],
    from_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Org:
    """Make an organisation out of a part of another; the open things chosen go with it."""
    ensure_may_split(org, from_on, today)
    new = create_org(facts, parent=parent, actor=actor, now=now, today=from_on)
    new.split_from_id = org.id
    version = version_or_none(new)
    if version is not None:
        version.reason = reason
    supervised = db.session.execute(
        select(Oversight.overseer_id, Oversight.field)
        .where(Oversight.org_id == org.id, Oversight.to_on.is_(None))
        .order_by(Oversight.id)
    ).all()
    continue_oversights(((row[0], new.id, row[1]) for row in supervised), from_on)
    passed = carry_over(Handover(org, new, from_on, actor, now, today), chosen)
    record(
        "org-split",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        new_id=new.id,
        from_on=from_on,
        reason=reason,
        passed=passed,
    )
    announce(CHANGED, org_ids=[org.id, new.id])
    return new


def ensure_may_reopen(org: Org, parent: Org, from_on: date, today: date) -> date:
    """Raise unless a closed organisation may be opened again; return when it was closed."""
    if org.closed_on is None:
        raise DomainError(N_("%(name)s is open."), name=org.name)
    ensure_may_stand(org, parent)
    ensure_not_later(from_on, today)
    if from_on < org.closed_on:
        raise DomainError(N_("It was open until %(day)s."), day=org.closed_on)
    return org.closed_on


def reopen_org(
    org: Org,
    parent: Org,
    *,
    from_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Open a closed organisation again; from the day of closing on, as if it never was closed."""
    closed_on = ensure_may_reopen(org, parent, from_on, today)
    ids = ids_in_subtree(org.path)
    with new_versions(ids, day=from_on, now=now, reason=reason):
        change_paths(in_subtree(org.path), org.path, child_path(parent.path, org.id))
        org.parent_id = parent.id
    org.closed_on, org.closed_reason, org.merged_into_id = None, None, None
    db.session.flush()
    _resume_version(org, closed_on, from_on, now, reason)
    _resume_oversights(org, closed_on, from_on)
    record(
        "org-reopened",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        parent_id=parent.id,
        from_on=from_on,
        reason=reason,
    )
    announce(CHANGED, below=org.path)


def _resume_version(org: Org, closed_on: date, from_on: date, now: datetime, reason: str) -> None:
    """Let the version that the closing ended go on, where nothing else has changed."""
    last = version_or_none(org)
    if last is not None and from_on == closed_on and _holds(last, org):
        last.to_on = None
    else:
        begin_version(org, from_on, now, reason)


def _holds(version: OrgVersion, org: Org) -> bool:
    return (version.name, version.parent_id, version.path, version.attributes) == (
        org.name,
        org.parent_id,
        org.path,
        org.attributes,
    )


def _resume_oversights(org: Org, closed_on: date, from_on: date) -> None:
    ended = db.session.scalars(
        select(Oversight).where(Oversight.org_id == org.id, Oversight.to_on == closed_on)
    ).all()
    if from_on == closed_on:
        for oversight in ended:
            oversight.to_on = None
        return
    continue_oversights(((each.overseer_id, org.id, each.field) for each in ended), from_on)
