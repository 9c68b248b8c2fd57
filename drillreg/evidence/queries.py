"""Reading evidence within a scope: by record, by organisation, kind and dates."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.evidence.models import Evidence
from drillreg.evidence.rules import Grade, is_above
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

MOST_EXPORTED = 20_000
NEWEST: Order = [(Evidence.entered_at, "desc"), (Evidence.id, "desc")]


@dataclass(frozen=True)
class EvidenceFilter:
    """What evidence is asked for; empty means all of it. `until` is the last day that counts."""

    within: Org | None = None
    kinds: Collection[str] = ()
    grade: str = ""
    since: date | None = None
    until: date | None = None


def is_loud() -> ColumnElement[bool]:
    """Return the condition that evidence tells of an act, not merely of what stands in a ledger."""
    quiet = [kind.code for kind in code_list("evidence_kind") if kind.attributes.get("quiet")]
    return Evidence.kind.not_in(quiet)


def evidence_in(scope: OrgScope, wanted: EvidenceFilter) -> Select[Any]:
    """Select the evidence in scope that stands, joined with its organisation."""
    found = (
        select(Evidence)
        .join(Org, Org.id == Evidence.org_id)
        .where(scope.allows(), Evidence.voided_at.is_(None))
    )
    if wanted.within is not None:
        path = wanted.within.path
        found = found.where(Org.path >= path, Org.path < subtree_end(path))
    if wanted.kinds:
        found = found.where(Evidence.kind.in_(sorted(wanted.kinds)))
    else:
        found = found.where(is_loud())
    if wanted.grade:
        found = found.where(Evidence.grade == Grade(wanted.grade))
    if wanted.since is not None:
        found = found.where(Evidence.on_date >= wanted.since)
    if wanted.until is not None:
        found = found.where(Evidence.on_date <= wanted.until)
    return found


def evidence_page(
    scope: OrgScope, wanted: EvidenceFilter, *, cursor: str | None = None, size: int = 20
) -> Page[Evidence]:
    """Return a page of evidence with its organisations, what came in last first."""
    statement = evidence_in(scope, wanted).options(contains_eager(Evidence.org))
    return keyset_page(statement, order=NEWEST, cursor=cursor, size=size)


def all_evidence(scope: OrgScope, wanted: EvidenceFilter) -> Sequence[Evidence]:
    """Return the evidence of a filter, at most 20,000, for an export."""
    statement = evidence_in(scope, wanted).options(contains_eager(Evidence.org))
    return db.session.scalars(
        statement.order_by(Evidence.entered_at.desc(), Evidence.id.desc()).limit(MOST_EXPORTED)
    ).all()


def counts_by_grade(scope: OrgScope, wanted: EvidenceFilter) -> dict[Grade, int]:
    """Return how much evidence of each grade a filter finds, in one query."""
    statement = evidence_in(scope, wanted).with_only_columns(Evidence.grade, func.count())
    rows = db.session.execute(statement.group_by(Evidence.grade)).all()
    return dict.fromkeys(Grade, 0) | {row[0]: int(row[1]) for row in rows}


def evidence_of(subject_kind: str, subject_id: int) -> Sequence[Evidence]:
    """Return all evidence about a record fetched in scope, struck out or not, oldest first."""
    return db.session.scalars(
        select(Evidence)
        .where(
            Evidence.subject_kind == subject_kind,
            Evidence.subject_id == subject_id,
            is_loud(),
        )
        .options(selectinload(Evidence.entry))
        .order_by(Evidence.id)
    ).all()


def proofs_of(subject_kind: str, ids: Collection[int]) -> dict[int, Evidence]:
    """Return by record the newest evidence that stands; the records were fetched in scope."""
    found = db.session.scalars(
        select(Evidence)
        .where(
            Evidence.subject_kind == subject_kind,
            Evidence.subject_id.in_(sorted(ids)),
            Evidence.voided_at.is_(None),
        )
        .order_by(Evidence.id)
    )
    return {each.subject_id: each for each in found}


def get_evidence(evidence_id: int, scope: OrgScope) -> Evidence:
    """Return a piece of evidence with its organisation, or raise NotFound out of scope."""
    found = db.session.scalar(
        select(Evidence)
        .join(Evidence.org)
        .options(contains_eager(Evidence.org))
        .where(Evidence.id == evidence_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such evidence."))
    return found


def get_entered(evidence_id: int, scope: OrgScope) -> Evidence:
    """Return a piece of evidence with what a person sent of it, or raise NotFound."""
    found = get_evidence(evidence_id, scope)
    db.session.refresh(found, ["entry"])
    return found


def answers_to(found: Evidence) -> Sequence[Evidence]:
    """Return what answered the thing that a piece of evidence began, oldest first."""
    return [each for each in evidence_of("evidence", found.id) if each.id != found.id]


def newest_of(org: Org, *, at_most: int) -> Sequence[Evidence]:
    """Return the newest evidence of an organisation fetched in scope, itself alone."""
    return db.session.scalars(
        select(Evidence)
        .where(Evidence.org_id == org.id, Evidence.voided_at.is_(None), is_loud())
        .order_by(Evidence.on_date.desc(), Evidence.id.desc())
        .limit(at_most)
    ).all()


def stands_outside(actor: Actor, org: Org, permission: Permission, on: date) -> bool:
    """Say whether an actor holds a permission at an organisation from above or as overseer."""
    reach = actor.reach.get(permission)
    if reach is None or actor.org_id == org.id:
        return False
    overseen = OrgScope(on, overseers=reach.overseers)
    return is_above(reach.paths, org.path) or overseen.includes(org)
