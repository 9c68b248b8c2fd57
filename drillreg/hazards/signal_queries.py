"""Reading signals: for those who judge checks, never for the checker."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.hazards.check_rules import SignalKind
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.queries import is_within
from drillreg.hazards.scope import SITE
from drillreg.hazards.signal_models import CheckSignal
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope

NEWEST: Order = [(CheckSignal.id, "desc")]


@dataclass(frozen=True)
class SignalFilter:
    """Which signals are asked for; `seen` "open" or "seen", empty means all."""

    within: Org | None = None
    kind: str = ""
    seen: str = ""


def _signals(wanted: SignalFilter, scope: OrgScope, actor: Actor) -> Select[CheckSignal]:
    found = (
        select(CheckSignal)
        .join(CheckSignal.check)
        .join(HazardCheck.site)
        .join(HazardSite.org)
        .where(
            SITE.within(scope),
            scope.allows_record(SITE.code, HazardSite.id, dated=HazardCheck.checked_on),
            is_imported(HazardSite),
            # Nobody looks at signals about themselves.
            CheckSignal.account_id.not_in(sorted(actor.account_ids)),
        )
    )
    if wanted.within is not None:
        found = found.where(is_within(wanted.within))
    if wanted.kind:
        found = found.where(CheckSignal.kind == SignalKind(wanted.kind))
    if wanted.seen:
        is_open = CheckSignal.seen_at.is_(None)
        found = found.where(is_open if wanted.seen == "open" else ~is_open)
    return found


def _whole(found: Select[CheckSignal]) -> Select[CheckSignal]:
    site = contains_eager(CheckSignal.check).contains_eager(HazardCheck.site)
    return found.options(
        site,
        site.contains_eager(HazardSite.org),
        site.joinedload(HazardSite.division).joinedload(Division.parent),
    )


def signals_page(
    wanted: SignalFilter, scope: OrgScope, actor: Actor, *, cursor: str | None = None
) -> Page[CheckSignal]:
    """Return a page of signals with check, site and places, the newest first."""
    found = _whole(_signals(wanted, scope, actor))
    return keyset_page(found, order=NEWEST, cursor=cursor, size=20)


def count_signals(wanted: SignalFilter, scope: OrgScope, actor: Actor) -> int:
    """Return how many signals a filter finds."""
    found = _signals(wanted, scope, actor).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def all_signals(
    wanted: SignalFilter, scope: OrgScope, actor: Actor, *, at_most: int
) -> Sequence[CheckSignal]:
    """Return every signal of a filter, for an export."""
    found = _whole(_signals(wanted, scope, actor)).order_by(CheckSignal.id.desc())
    return db.session.scalars(found.limit(at_most)).all()


def get_signal(signal_id: int, scope: OrgScope, actor: Actor) -> CheckSignal:
    """Return a signal with its check and site, or raise NotFound for whom it is not."""
    found = db.session.scalar(
        _whole(_signals(SignalFilter(), scope, actor)).where(CheckSignal.id == signal_id)
    )
    if found is None:
        raise NotFound(N_("There is no such signal."))
    return found


def signals_of_check(check: HazardCheck, scope: OrgScope, actor: Actor) -> Sequence[CheckSignal]:
    """Return the signals about one check, as far as they are for the reader."""
    found = _whole(_signals(SignalFilter(), scope, actor))
    return db.session.scalars(
        found.where(CheckSignal.check_id == check.id).order_by(CheckSignal.id)
    ).all()


def others_of(signals: Sequence[CheckSignal], scope: OrgScope) -> dict[int, HazardCheck]:
    """Return the checks beside which signals look odd, as far as the reader reaches them."""
    ids = sorted({each.other_check_id for each in signals if each.other_check_id})
    found = db.session.scalars(
        select(HazardCheck)
        .join(HazardCheck.site)
        .join(HazardSite.org)
        .options(contains_eager(HazardCheck.site).contains_eager(HazardSite.org))
        .where(
            HazardCheck.id.in_(ids),
            scope.allows_record(SITE.code, HazardSite.id, dated=HazardCheck.checked_on),
            is_imported(HazardSite),
        )
    )
    return {check.id: check for check in found}
