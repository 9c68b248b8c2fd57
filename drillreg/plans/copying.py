"""A plan as the start for another unit: what can be copied, the copy, names to be replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.plans.indexing import index_plan
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.part_editing import draft_to_change
from drillreg.plans.part_keeping import copy_levels
from drillreg.plans.rules import Secrecy, VersionState, ensure_not_classified
from drillreg.plans.scope import PLAN
from drillreg.plans.sections import sections_of


@dataclass(frozen=True)
class Source:
    """A plan that can be copied: its version in force and whose it is."""

    plan: Plan
    version: PlanVersion
    org: Org


def _sources(scope: OrgScope) -> Any:
    """Select the plans in force with a text written here, public or within the scope."""
    written = select(PlanSection.id).where(PlanSection.version_id == PlanVersion.id).exists()
    return (
        select(Plan, PlanVersion, Org)
        .join(Org, Org.id == Plan.org_id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .where(
            PlanVersion.state == VersionState.CURRENT,
            Plan.voided_at.is_(None),
            is_imported(Org),
            written,
            or_(PLAN.within(scope), Plan.secrecy == Secrecy.PUBLIC),
        )
    )


def sources_page(
    scope: OrgScope, *, words: str, event_type: str, cursor: str | None
) -> Page[Source]:
    """Return a page of the plans that can be copied."""
    statement = _sources(scope)
    if words:
        texts = (Plan.title, Org.name)
        statement = statement.where(or_(*(t.contains(words, autoescape=True) for t in texts)))
    if event_type:
        statement = statement.where(Plan.event_type == event_type)
    page = keyset_page(statement, order=[(Org.path, "asc"), (Plan.id, "asc")], cursor=cursor)
    rows = [Source(plan, version, org) for plan, version, org, *_ in page.rows]
    return Page(rows, page.next_cursor, page.size)


def get_source(plan_id: int, scope: OrgScope) -> Source:
    """Return a plan that can be copied, or raise NotFound."""
    found = db.session.execute(_sources(scope).where(Plan.id == plan_id)).first()
    if found is None:
        raise NotFound(N_("There is no such plan to copy: it must be in force and written here."))
    return Source(*found)


def renamed(text: str, names: Sequence[tuple[str, str]]) -> str:
    """Return a text with names replaced, the longest first."""
    for old, new in sorted(names, key=lambda pair: len(pair[0]), reverse=True):
        text = text.replace(old, new)
    return text


def names_between(old: Org, new: Org) -> list[tuple[str, str]]:
    """Return which names of an organisation become which of another."""
    pairs = [(old.name, new.name), (old.short_name or "", new.short_name or new.name)]
    return [(one, other) for one, other in pairs if one and one != other]


def copy_into(
    plan: Plan, source: Source, *, rename_to: Org | None, actor: Actor, now: datetime
) -> None:
    """Lay the sections and response levels of another plan into the empty draft of a new one.

    Each section is marked as copied until it is changed. Members, resources and routes belong to
    the place they are for, and are not taken along.
    """
    draft = draft_to_change(plan)
    if sections_of(draft):
        raise DomainError(N_("This draft has a text already."))
    names = names_between(source.org, rename_to) if rename_to else []
    for section in sections_of(source.version):
        db.session.add(
            PlanSection(
                version_id=draft.id,
                key=section.key,
                position=section.position,
                level=section.level,
                heading=renamed(section.heading, names),
                body=renamed(section.body, names),
                copied_from_id=section.id,
                edited_at=now,
            )
        )
    copy_levels(source.version, draft)
    index_plan(plan, now=now)
    record(
        "plan-copied",
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        name=source.plan.title,
        source=source.plan.id,
        version=source.version.number,
    )


@dataclass(frozen=True)
class CopiedText:
    """The sections of a draft that are still as copied, and the names in them to look at."""

    sections: Sequence[PlanSection]
    owners: Sequence[Org]

    @property
    def names(self) -> list[str]:
        """The names of the organisations the text was written for, the longest first."""
        found = {name for org in self.owners for name in (org.name, org.short_name) if name}
        return sorted(found, key=lambda name: (-len(name), name))


def copied_text(version: PlanVersion) -> CopiedText:
    """Return what of a version is still as copied, and from whom."""
    section, source = aliased(PlanSection), aliased(PlanSection)
    owners = db.session.scalars(
        select(Org)
        .join(Plan, Plan.org_id == Org.id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .join(source, source.version_id == PlanVersion.id)
        .join(section, section.copied_from_id == source.id)
        .where(section.version_id == version.id, Plan.id != version.plan_id)
        .distinct()
        .order_by(Org.id)
    ).all()
    found = [each for each in sections_of(version) if each.copied_from_id is not None]
    return CopiedText(found, owners)


@dataclass(frozen=True)
class Run:
    """A run of text, and whether it is a name to be looked at."""

    text: str
    is_name: bool


def marked(text: str, names: Sequence[str]) -> list[Run]:
    """Return a text cut at the names in it; `names` come with the longest first."""
    runs = [Run(text, False)]
    for name in names:
        cut: list[Run] = []
        for run in runs:
            parts = [run.text] if run.is_name else run.text.split(name)
            for at, part in enumerate(parts):
                if at:
                    cut.append(Run(name, True))
                if part:
                    cut.append(Run(part, run.is_name))
        runs = cut
    return runs


def replace_name(*, plan: Plan, old: str, new: str, actor: Actor, now: datetime) -> int:
    """Replace a name wherever it stands in what is still as copied; return in how many sections.

    A name that was replaced does not make a text one's own: the sections stay marked.
    """
    ensure_not_classified(new)
    count = 0
    for section in copied_text(draft_to_change(plan)).sections:
        if old in section.body or old in section.heading:
            section.body = section.body.replace(old, new)
            section.heading = section.heading.replace(old, new)
            count += 1
    if count:
        record(
            "plan-name-replaced",
            subject_kind="plan",
            subject_id=plan.id,
            org_id=plan.org_id,
            actor=actor,
            now=now,
            name=old,
            by=new,
            sections=count,
        )
    return count
