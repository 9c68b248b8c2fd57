"""What does not stand behind an exposure: a plan in force, a drill within a year.

Plans and drills stand above this package; the evidence they write lies below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

PLAN, DRILL = "plan-issued", "drill-held"
GENERAL = "general"
YEAR = timedelta(days=365)


class Gap(StrEnum):
    """What a list can be narrowed to."""

    PLAN = "plan"
    DRILL = "drill"


def event_of(kind: str) -> str:
    """Return the kind of event that a kind of site leads to."""
    item = code_list("hazard_kind").get(kind)
    return str(item.attributes["event_type"]) if item else GENERAL


def _event() -> ColumnElement[str]:
    """Return, as SQL, the kind of event of a site."""
    events = {item.code: event_of(item.code) for item in code_list("hazard_kind")}
    return case(events, value=HazardSite.kind, else_=GENERAL)


def _stands(kind: str, today: date) -> ColumnElement[bool]:
    """Return the condition that evidence counts today: a plan in force, a drill of the year."""
    found = [Evidence.kind == kind, Evidence.voided_at.is_(None), Evidence.on_date <= today]
    if kind == DRILL:
        found.append(Evidence.on_date > today - YEAR)
    else:
        found.append(or_(Evidence.until_on.is_(None), Evidence.until_on >= today))
    return and_(*found)


def _fits() -> ColumnElement[bool]:
    return or_(
        Evidence.attributes["event_type"].as_string() == _event(),
        Evidence.attributes["event_type"].as_string() == GENERAL,
    )


def lacks_own(gap: Gap, today: date) -> ColumnElement[bool]:
    """Return the condition that a threatened unit (`Org`) has none of its own for a site's event.

    The statement holds both: a pair is a gap where the unit is not prepared for this very site.
    """
    kind = PLAN if gap is Gap.PLAN else DRILL
    return ~exists(
        select(Evidence.id)
        .where(Evidence.org_id == Org.id, _stands(kind, today), _fits())
        .correlate(Org, HazardSite)
    )


def site_lacks(gap: Gap, scope: OrgScope, today: date) -> ColumnElement[bool]:
    """Return the condition that no plan in force covers a site, or that no drill was held for it.

    A plan covers it that the responsible organisation or one above it has for the site's kind of
    event or for all; the statement joins the organisation of the site as `Org`.
    """
    if gap is Gap.DRILL:
        drilled = Evidence.attributes["site_id"].as_integer()
        held = (
            select(drilled)
            .join(Evidence.org)
            .where(_stands(DRILL, today), scope.allows(), drilled.is_not(None))
        )
        return HazardSite.id.not_in(held)
    first, second, third = (aliased(Org) for _ in range(3))
    above = (
        select(first.id, second.id, third.id, third.parent_id)
        .select_from(first)
        .outerjoin(second, second.id == first.parent_id)
        .outerjoin(third, third.id == second.parent_id)
    )
    levels = above.selected_columns
    on_path = [
        above.with_only_columns(column)
        .where(first.id == Org.parent_id)
        .correlate(Org)
        .scalar_subquery()
        for column in levels
    ]
    return ~exists(
        select(Evidence.id)
        .where(Evidence.org_id.in_([Org.id, *on_path]), _stands(PLAN, today), _fits())
        .correlate(Org, HazardSite)
    )


@dataclass(frozen=True)
class Standing:
    """For which kinds of events an organisation has a plan, and when it drilled each."""

    plans: frozenset[str]
    drills: Mapping[str, date]

    def without_plan(self, events: Iterable[str]) -> list[str]:
        """Return the kinds of events for which there is no plan."""
        return [] if GENERAL in self.plans else sorted(set(events) - self.plans)

    def drilled_on(self, events: Iterable[str]) -> date | None:
        """Return the last drill for one of some kinds of events, or for all hazards."""
        days = [self.drills[each] for each in {*events, GENERAL} if each in self.drills]
        return max(days, default=None)


def standing_of(org_ids: Iterable[int], scope: OrgScope, today: date) -> dict[int, Standing]:
    """Return the plans and drills of the year of some organisations, in one query."""
    rows = db.session.execute(
        select(
            Evidence.org_id,
            Evidence.kind,
            Evidence.attributes["event_type"].as_string(),
            Evidence.on_date,
        )
        .join(Evidence.org)
        .where(
            Evidence.org_id.in_(list(org_ids)),
            or_(_stands(PLAN, today), _stands(DRILL, today)),
            scope.allows(),
        )
    ).all()
    plans: dict[int, set[str]] = {}
    drills: dict[int, dict[str, date]] = {}
    for org_id, kind, event, day in rows:
        if kind == PLAN:
            plans.setdefault(org_id, set()).add(event)
        else:
            known = drills.setdefault(org_id, {})
            known[event] = max(day, known.get(event, date.min))
    return {
        org_id: Standing(frozenset(plans.get(org_id, ())), drills.get(org_id, {}))
        for org_id in {*plans, *drills}
    }


def lacking_sites(
    site_ids: Iterable[int], scope: OrgScope, today: date
) -> dict[Gap, frozenset[int]]:
    """Return which of some sites no plan covers, and for which no drill was held in a year."""
    rows = db.session.execute(
        select(HazardSite.id, *(site_lacks(gap, scope, today).label(gap.value) for gap in Gap))
        .join(HazardSite.org)
        .where(HazardSite.id.in_(list(site_ids)))
    ).all()
    return {gap: frozenset(row.id for row in rows if getattr(row, gap.value)) for gap in Gap}


def gaps_of(site: HazardSite, scope: OrgScope, today: date) -> list[Gap]:
    """Return what does not stand behind one site."""
    return [gap for gap, ids in lacking_sites([site.id], scope, today).items() if ids]


NOTHING = Standing(frozenset(), {})
