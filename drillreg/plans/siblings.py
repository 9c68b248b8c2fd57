"""How alike a plan and those of sibling units are: plans of one kind for one event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import func, or_, select
from sqlalchemy.orm import raiseload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.alikeness import Sketch, likeness, sketch_of
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.queries import visible
from drillreg.plans.rules import VersionState
from drillreg.plans.templates import template_for

# The nearest siblings are looked at: those under the same organisation come first.
MOST_SIBLINGS = 60
# Sketches kept in the process; one of a long plan takes less than a megabyte.
MOST_KEPT = 150

Stamp = tuple[int, int, int, datetime, tuple[str, ...]]
_kept: dict[Stamp, Sketch] = {}
_lock = Lock()


@dataclass(frozen=True)
class Sibling:
    """A plan of a like unit, and which share of one's own text, 0 … 1, also stands in it."""

    plan: Plan
    org: Org
    version: PlanVersion
    share: float

    @property
    def percent(self) -> int:
        """The share in percent."""
        return round(self.share * 100)


def written_version(plan: Plan) -> PlanVersion | None:
    """Return the version of a plan that is compared: the draft in work, else the one in force."""
    return plan.draft or plan.current


def _rows(plan: Plan, scope: OrgScope) -> Sequence[tuple[Plan, Org, PlanVersion]]:
    """Return the plans of one kind and event of like units, each with its newest version."""
    standing = (VersionState.CURRENT, VersionState.DRAFT)
    newest = (
        select(func.max(PlanVersion.number))
        .where(PlanVersion.plan_id == Plan.id, PlanVersion.state.in_(standing))
        .correlate(Plan)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Plan, Org, PlanVersion)
        .join(Org, Org.id == Plan.org_id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(raiseload(Plan.versions), raiseload(PlanVersion.files))
        .where(
            visible(scope.present),
            Plan.kind == plan.kind,
            Plan.event_type == plan.event_type,
            Plan.id != plan.id,
            Plan.org_id != plan.org_id,
            Org.kind == plan.org.kind,
            PlanVersion.number == newest,
            or_(PlanVersion.state == standing[0], PlanVersion.state == standing[1]),
        )
        .order_by(Org.parent_id != plan.org.parent_id, Org.path, Plan.id)
        .limit(MOST_SIBLINGS)
    )
    return [(row[0], row[1], row[2]) for row in found]


def siblings_of(plan: Plan, scope: OrgScope) -> list[Sibling]:
    """Return the plans of sibling units that have a text, the one most alike first."""
    own = written_version(plan)
    if own is None:
        return []
    rows = _rows(plan, scope)
    names = {own.id: _names(plan.org), **{version.id: _names(org) for _, org, version in rows}}
    sketches = _sketches(names)
    # What the template says stands in every plan begun with it, and was copied from nobody.
    given = sketch_of(template_text(plan))
    mine = sketches.get(own.id, frozenset()) - given
    if not mine:
        return []
    found = [
        Sibling(other, org, version, likeness(mine, sketches[version.id]))
        for other, org, version in rows
        if sketches.get(version.id)
    ]
    return sorted(found, key=lambda each: (-each.share, each.plan.id))


def template_text(plan: Plan) -> str:
    """Return every word that the template of a plan gives to who writes it."""
    template = template_for(plan.kind, plan.org.kind)
    sections = template.sections if template else ()
    return "\n".join(
        text for each in sections for text in (each.heading["zh"], each.guidance["zh"])
    )


def get_sibling(siblings: Iterable[Sibling], plan_id: int) -> Sibling:
    """Return one of the siblings, or raise NotFound."""
    for each in siblings:
        if each.plan.id == plan_id:
            return each
    raise NotFound(N_("There is no such plan."))


def _names(org: Org) -> tuple[str, ...]:
    return tuple(name for name in (org.name, org.short_name) if name)


def _sketches(names: dict[int, tuple[str, ...]]) -> dict[int, Sketch]:
    """Return the sketches of versions; the texts are read only where they changed since."""
    stamps = {
        row[0]: (row[0], int(row[1]), int(row[2]), row[3], names[row[0]])
        for row in db.session.execute(
            select(
                PlanSection.version_id,
                func.sum(PlanSection.row_version),
                func.sum(func.length(PlanSection.body)),
                func.max(PlanSection.edited_at),
            )
            .where(PlanSection.version_id.in_(sorted(names)))
            .group_by(PlanSection.version_id)
        )
    }
    with _lock:
        found = {key: _kept[stamp] for key, stamp in stamps.items() if stamp in _kept}
    missing = sorted(set(stamps) - set(found))
    texts: dict[int, list[str]] = {key: [] for key in missing}
    rows = db.session.execute(
        select(PlanSection.version_id, PlanSection.body)
        .where(PlanSection.version_id.in_(missing))
        .order_by(PlanSection.version_id, PlanSection.position)
    )
    for key, body in rows:
        texts[key].append(body)
    made = {key: sketch_of("\n".join(texts[key]), without=names[key]) for key in missing}
    with _lock:
        _kept.update({stamps[key]: sketch for key, sketch in made.items()})
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return found | made
