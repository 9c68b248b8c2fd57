"""Reading sign-offs; the caller has read the record they are about within a scope."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope, scope_of
from drillreg.signoffs.models import Consultation, ExpertPanel, SignOff, SignOffStage
from drillreg.signoffs.rules import START, SignOffState, Stage, stage_of_plain


def sign_off_of(subject_kind: str, subject_id: int) -> SignOff | None:
    """Return the newest sign-off of a record, or None."""
    return db.session.scalar(
        select(SignOff)
        .options(joinedload(SignOff.org))
        .where(SignOff.subject_kind == subject_kind, SignOff.subject_id == subject_id)
        .order_by(SignOff.id.desc())
        .limit(1)
    )


def is_running(subject_kind: str, subject_id: int) -> bool:
    """Say whether a record is on its way: with those who sign, or returned by them."""
    found = sign_off_of(subject_kind, subject_id)
    return found is not None and found.state in {SignOffState.OPEN, SignOffState.RETURNED}


def route_stages(sign_off: SignOff) -> list[Stage]:
    """Return the stages of the route as they were when the sign-off began."""
    return [stage_of_plain(each) for each in sign_off.stages]


def stage_rows(sign_off: SignOff, *, to_change: bool = False) -> Sequence[SignOffStage]:
    """Return the stages of all rounds with their organisations, in order; anew to change them."""
    statement = (
        select(SignOffStage)
        .options(joinedload(SignOffStage.org))
        .where(SignOffStage.sign_off_id == sign_off.id)
        .order_by(SignOffStage.round, SignOffStage.id)
    )
    if to_change:
        statement = statement.execution_options(populate_existing=True)
    return db.session.scalars(statement).all()


def lock_sign_off(sign_off_id: int) -> SignOff:
    """Return a sign-off that nobody else changes before this unit of work ends."""
    return db.session.scalars(
        select(SignOff)
        .where(SignOff.id == sign_off_id)
        .with_for_update(of=SignOff)
        .execution_options(populate_existing=True)
    ).one()


def get_stage(stage_id: int, scope: OrgScope) -> SignOffStage:
    """Return a stage with its sign-off when the record's organisation is in scope, or NotFound."""
    found = db.session.scalar(
        select(SignOffStage)
        .join(SignOffStage.sign_off)
        .join(Org, Org.id == SignOff.org_id)
        .options(contains_eager(SignOffStage.sign_off))
        .where(SignOffStage.id == stage_id, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such step."))
    return found


def people_at(
    permission: Permission, org: Org, *, besides: Collection[int], on: date, own: bool = False
) -> tuple[int | None, list[int]]:
    """Return the nearest organisation, the given one or above, where others hold a permission.

    With it the accounts there; `besides` are those who may not take the step. With
    `own` nobody above stands in.
    """
    codes = [role.code for role in roles().values() if permission in role.territory]
    line = [org.id] if own else [int(part) for part in org.path.rstrip("/").split("/")]
    rows = db.session.execute(
        select(Org.id, Org.path, Account.id)
        .join(RoleAssignment, RoleAssignment.org_id == Org.id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(
            Org.id.in_(line),
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
            Account.id.not_in(sorted(besides)),
        )
        .order_by(Account.id)
    ).all()
    if not rows:
        return None, []
    nearest = max(rows, key=lambda row: len(row[1]))[0]
    return nearest, [account_id for org_id, _, account_id in rows if org_id == nearest]


def people_by_stage(
    stages: Collection[Stage], owner: Org, *, besides: Collection[int], on: date
) -> dict[str, list[tuple[int, str]]]:
    """Return by stage the accounts, with names, that it would wait for; `besides` who sends it."""
    found = {}
    for stage in stages:
        barred = besides if START in stage.not_by else ()
        seat, permission = seat_of(stage, owner), Permission(stage.permission)
        found[stage.key] = people_at(permission, seat, besides=barred, on=on, own=stage.own)[1]
    ids = {each for people in found.values() for each in people}
    names = names_of_accounts(ids)
    return {key: [(each, names[each]) for each in people] for key, people in found.items()}


def names_of_accounts(ids: Collection[int]) -> dict[int, str]:
    """Return the names of the people behind accounts."""
    if not ids:
        return {}
    accounts = db.session.scalars(
        select(Account).where(Account.id.in_(sorted(ids))).order_by(Account.id)
    )
    return {account.id: account.person.name for account in accounts}


def seat_of(stage: Stage, owner: Org) -> Org:
    """Return the organisation whose step a stage is, seen from the owner of the record."""
    if stage.at == "owner":
        return owner
    line = [*ancestors_of(owner), owner]
    if stage.at == "above":
        return line[-2] if len(line) > 1 else owner
    return next((org for org in reversed(line) if org.kind == stage.at), owner)


def excluded_from(
    stage: Stage, sign_off: SignOff, rows: Collection[SignOffStage]
) -> frozenset[int]:
    """Return the accounts that may not take a stage, because of what they did before it."""
    found: set[int] = set(sign_off.starters) if START in stage.not_by else set()
    for row in rows:
        if row.key in stage.not_by:
            found |= row.doers
    return frozenset(found)


def may_take(stage: Stage, row: SignOffStage, actor: Actor, on: date) -> bool:
    """Say whether a person holds what a stage asks for at its organisation."""
    if stage.own:
        reach = actor.reach.get(Permission(row.permission))
        return reach is not None and row.org.path in reach.paths
    return scope_of(actor, Permission(row.permission), on).includes(row.org)


def consultations_of(stage_ids: Collection[int]) -> Sequence[Consultation]:
    """Return who was asked at stages, in the order of asking."""
    return db.session.scalars(
        select(Consultation)
        .options(joinedload(Consultation.org), joinedload(Consultation.file))
        .where(Consultation.stage_id.in_(sorted(stage_ids)))
        .order_by(Consultation.id)
    ).all()


def get_consultation(
    consultation_id: int, scope: OrgScope, *, to_change: bool = False
) -> Consultation:
    """Return what a body in scope was asked, with stage and sign-off, or raise NotFound."""
    statement = (
        select(Consultation)
        .join(Consultation.org)
        .options(
            contains_eager(Consultation.org),
            joinedload(Consultation.stage)
            .joinedload(SignOffStage.sign_off)
            .joinedload(SignOff.org),
            joinedload(Consultation.file),
        )
        .where(Consultation.id == consultation_id, scope.allows())
    )
    if to_change:
        statement = statement.with_for_update(of=Consultation).execution_options(
            populate_existing=True
        )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such request for an opinion."))
    return found


def consultation_at(
    consultation_id: int, sign_off: SignOff, *, to_change: bool = False
) -> Consultation:
    """Return a question asked in a sign-off whose record was read in scope, or raise NotFound."""
    statement = (
        select(Consultation)
        .join(Consultation.stage)
        .options(
            contains_eager(Consultation.stage),
            joinedload(Consultation.org),
            joinedload(Consultation.file),
        )
        .where(Consultation.id == consultation_id, SignOffStage.sign_off_id == sign_off.id)
    )
    if to_change:
        statement = statement.with_for_update(of=Consultation).execution_options(
            populate_existing=True
        )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such request for an opinion."))
    return found


def panels_of(stage_ids: Collection[int]) -> dict[int, ExpertPanel]:
    """Return the panels of experts by stage, with their experts."""
    found = db.session.scalars(
        select(ExpertPanel)
        .where(ExpertPanel.stage_id.in_(sorted(stage_ids)))
        .order_by(ExpertPanel.id)
    )
    return {panel.stage_id: panel for panel in found}


# Offices that everybody of a county knows: they can be asked from anywhere in it.
OFFICES = ("county", "department", "outside", "town")


def bodies_to_ask(owner: Org, scope: OrgScope, on: date) -> Sequence[Org]:
    """Return open organisations that have somebody who can answer: offices of the county, and
    what else is in reach, in tree order, without the owner of the record.
    """
    codes = [role.code for role in roles().values() if Permission.EDIT_PLANS in role.territory]
    at_work = (
        select(RoleAssignment.org_id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Account.disabled_at.is_(None),
        )
    )
    top = f"{owner.path.split('/', 1)[0]}/"
    of_county = and_(Org.path >= top, Org.path < subtree_end(top), Org.kind.in_(OFFICES))
    return db.session.scalars(
        select(Org)
        .where(
            or_(scope.allows(), of_county),
            Org.id.in_(at_work),
            Org.id != owner.id,
            Org.closed_on.is_(None),
        )
        .order_by(Org.path)
        .limit(300)
    ).all()
