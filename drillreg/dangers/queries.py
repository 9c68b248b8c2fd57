"""Reading dangers within a scope: lists, counts, one with everything its page shows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.dangers.filters import OPEN, DangerFilter
from drillreg.dangers.models import (
    Danger,
    DangerListing,
    DangerPlan,
    DangerReturn,
    DangerRound,
    DangerTransfer,
)
from drillreg.dangers.periods import ReturnKind
from drillreg.dangers.rules import OPEN_STAGES, SET_ASIDE, Outcome, Stage, Standing
from drillreg.dangers.scope import DANGER
from drillreg.files.models import StoredFile
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

ORDER: Order = [(Danger.found_on, "desc"), (Danger.id, "desc")]
AUTHORITIES = ("county", "town", "department", "outside")


def _verified() -> ColumnElement[bool]:
    return exists().where(DangerRound.danger_id == Danger.id, DangerRound.outcome == Outcome.PASSED)


def stands(state: str, today: date) -> ColumnElement[bool]:
    """Return the condition that a danger stands so on a day, as `standing_of` says it."""
    assigned: ColumnElement[bool] = Danger.stage == Stage.ASSIGNED
    in_time = or_(Danger.due_on.is_(None), Danger.due_on >= today)
    conditions: dict[str, ColumnElement[bool]] = {
        OPEN: Danger.stage.in_(OPEN_STAGES),
        Standing.LATE: and_(assigned, Danger.due_on < today),
        Standing.ASSIGNED: and_(assigned, in_time, Danger.round_number < 2),
        Standing.SECOND: and_(assigned, in_time, Danger.round_number > 1),
        "unverified": and_(Danger.stage == Stage.CLOSED, ~_verified()),
        "listed": exists().where(
            DangerListing.danger_id == Danger.id, DangerListing.lifted_on.is_(None)
        ),
    }
    found = conditions.get(state)
    return Danger.stage == Stage(state) if found is None else found


def conditions(wanted: DangerFilter, scope: OrgScope, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter within a scope; the statement joins the organisation."""
    found: list[ColumnElement[bool]] = [DANGER.within(scope)]
    if wanted.within is not None and wanted.own:
        found.append(Danger.org_id == wanted.within.id)
    elif wanted.within is not None:
        found += [Org.path >= wanted.within.path, Org.path < subtree_end(wanted.within.path)]
    if wanted.state:
        found.append(stands(wanted.state, today))
    else:
        # What was discarded or merged is found by asking for it.
        found.append(Danger.stage.not_in(SET_ASIDE))
    if wanted.first is not None:
        found.append(Danger.found_on >= wanted.first)
    if wanted.last is not None:
        found.append(Danger.found_on <= wanted.last)
    same: dict[Any, Any] = {Danger.level: wanted.level, Danger.category: wanted.category}
    same |= {Danger.source: wanted.source, Danger.site_id: wanted.site_id}
    found += [column == value for column, value in same.items() if value]
    if wanted.words:
        texts = (Danger.what, Danger.place, Danger.number, Danger.close_number, Org.name)
        found.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    return found


def _filtered(wanted: DangerFilter, scope: OrgScope, today: date) -> Select[Any]:
    return (
        select(Danger)
        .join(Danger.org)
        .options(contains_eager(Danger.org))
        .where(*conditions(wanted, scope, today))
    )


def dangers_page(
    wanted: DangerFilter,
    scope: OrgScope,
    *,
    today: date,
    cursor: str | None = None,
    size: int = 20,
) -> Page[Danger]:
    """Return a page of dangers with their organisations, the last found first."""
    return keyset_page(_filtered(wanted, scope, today), order=ORDER, cursor=cursor, size=size)


def all_dangers(
    wanted: DangerFilter, scope: OrgScope, *, today: date, at_most: int
) -> Sequence[Danger]:
    """Return every danger under a filter, for an export, in the order of the list."""
    statement = _filtered(wanted, scope, today).options(joinedload(Danger.site))
    return db.session.scalars(
        statement.order_by(Danger.found_on.desc(), Danger.id.desc()).limit(at_most)
    ).all()


def count_dangers(wanted: DangerFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many dangers a filter leaves."""
    counted = _filtered(wanted, scope, today).with_only_columns(
        func.count(), maintain_column_froms=True
    )
    return db.session.scalar(counted) or 0


def counts_of(wanted: DangerFilter, scope: OrgScope, *, today: date) -> dict[str, int]:
    """Return in one query how many are open, late, to be verified, to be confirmed, and major."""
    parts = {
        OPEN: stands(OPEN, today),
        Standing.LATE.value: stands(Standing.LATE, today),
        Standing.REPORTED.value: stands(Standing.REPORTED, today),
        Standing.DRAFT.value: stands(Standing.DRAFT, today),
        "major": and_(stands(OPEN, today), Danger.level == "major"),
    }
    sums = [func.sum(case((part, 1), else_=0)) for part in parts.values()]
    row = db.session.execute(
        select(*sums).select_from(Danger).join(Danger.org).where(*conditions(wanted, scope, today))
    ).one()
    return {name: int(value or 0) for name, value in zip(parts, row, strict=True)}


def get_danger(danger_id: int, scope: OrgScope, *, lock: bool = False) -> Danger:
    """Return a danger with its rounds, photos and site, or raise NotFound.

    `lock` lets whoever acts on it at the same time wait, and see what the first one did.
    """
    statement = (
        select(Danger)
        .join(Danger.org)
        .options(contains_eager(Danger.org), joinedload(Danger.told_org))
        .options(joinedload(Danger.site).joinedload(HazardSite.org))
        .options(selectinload(Danger.photos))
        .options(
            selectinload(Danger.rounds).options(
                joinedload(DangerRound.issuer),
                joinedload(DangerRound.to),
                selectinload(DangerRound.extensions),
            )
        )
        .where(Danger.id == danger_id, Danger.stage != Stage.INCOMING, DANGER.within(scope))
    )
    if lock:
        statement = statement.with_for_update(of=Danger).execution_options(populate_existing=True)
    found: Danger | None = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such danger."))
    return found


def danger_of_evidence(evidence_id: int, scope: OrgScope) -> Danger | None:
    """Return the danger that a piece of evidence began, None for one entered by hand."""
    return db.session.scalar(
        select(Danger)
        .join(Danger.org)
        .where(
            or_(Danger.found_id == evidence_id, Danger.received_id == evidence_id),
            DANGER.within(scope),
        )
    )


def photo_of(danger: Danger, photo_id: int) -> StoredFile:
    """Return the file of a photo of a danger fetched in scope, or raise NotFound."""
    found = next((photo for photo in danger.photos if photo.id == photo_id), None)
    if found is None:
        raise NotFound(N_("There is no such photo."))
    return found.file


def plan_of(danger: Danger) -> DangerPlan | None:
    """Return the plan to remove a danger fetched in scope, or None."""
    return db.session.scalar(select(DangerPlan).where(DangerPlan.danger_id == danger.id))


def listings_of(danger: Danger) -> Sequence[DangerListing]:
    """Return the listed supervisions of a danger fetched in scope, the newest first."""
    return db.session.scalars(
        select(DangerListing)
        .options(joinedload(DangerListing.org))
        .where(DangerListing.danger_id == danger.id)
        .order_by(DangerListing.id.desc())
    ).all()


def transfers_of(danger: Danger) -> Sequence[DangerTransfer]:
    """Return the transfers of a danger fetched in scope, the newest first."""
    return db.session.scalars(
        select(DangerTransfer)
        .options(joinedload(DangerTransfer.to), joinedload(DangerTransfer.sender))
        .where(DangerTransfer.danger_id == danger.id)
        .order_by(DangerTransfer.id.desc())
    ).all()


def open_beside(danger: Danger, scope: OrgScope, *, at_most: int = 100) -> Sequence[Danger]:
    """Return the open dangers of the same organisation that a draft may be merged with."""
    return db.session.scalars(
        select(Danger)
        .join(Danger.org)
        .where(
            Danger.org_id == danger.org_id,
            Danger.id != danger.id,
            Danger.stage.in_(OPEN_STAGES),
            DANGER.within(scope),
        )
        .order_by(Danger.found_on.desc(), Danger.id.desc())
        .limit(at_most)
    ).all()


def dangers_at(site: HazardSite, scope: OrgScope, *, at_most: int = 20) -> Sequence[Danger]:
    """Return the newest dangers found at a site, as far as they are in scope."""
    return db.session.scalars(
        select(Danger)
        .join(Danger.org)
        .where(
            Danger.site_id == site.id,
            Danger.stage.not_in(SET_ASIDE),
            DANGER.within(scope),
        )
        .order_by(Danger.found_on.desc(), Danger.id.desc())
        .limit(at_most)
    ).all()


def authorities_near(org: Org) -> Sequence[Org]:
    """Return governments, departments and outside bodies of the same county.

    Everybody knows their names, so that something can be addressed or passed to them.
    """
    root = org.path.split("/", 1)[0] + "/"
    return db.session.scalars(
        select(Org)
        .where(
            Org.kind.in_(AUTHORITIES),
            Org.closed_on.is_(None),
            is_imported(Org),
            Org.path >= root,
            Org.path < subtree_end(root),
        )
        .order_by(Org.path)
        .limit(300)
    ).all()


def returns_of(org: Org, kind: ReturnKind | None = None) -> Sequence[DangerReturn]:
    """Return the returns an organisation in scope has sent, the newest period first."""
    statement = select(DangerReturn).where(DangerReturn.org_id == org.id)
    if kind is not None:
        statement = statement.where(DangerReturn.kind == kind)
    return db.session.scalars(
        statement.order_by(DangerReturn.first_on.desc(), DangerReturn.id.desc()).limit(60)
    ).all()


def get_return(return_id: int, scope: OrgScope) -> DangerReturn:
    """Return a return that was sent, or raise NotFound."""
    found = db.session.scalar(
        select(DangerReturn)
        .join(DangerReturn.org)
        .options(contains_eager(DangerReturn.org))
        .where(DangerReturn.id == return_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such return."))
    return found
