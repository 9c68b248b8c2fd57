"""Reading the sections of a version, within a plan that was read in scope."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select, union_all

from drillreg.accounts.models import Account
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.reading import CONTROL, HIDDEN
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.models import (
    Plan,
    PlanLevel,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanSection,
    PlanVersion,
)
from drillreg.plans.outline import marks, standing
from drillreg.plans.rules import VersionState
from drillreg.plans.templates import Template, TemplateSection, template_for


class DraftShut(DomainError):  # noqa: N818 - reads better where it is raised
    """The draft was issued, given up or handed to those who sign while somebody worked on it."""

    status = 409


@dataclass(frozen=True)
class Placed:
    """A section with the number before its heading and what its template says of it."""

    section: PlanSection
    mark: str
    template: TemplateSection | None = None
    # The structured part that belongs here is filled in, such as the response levels.
    has_part: bool = False

    @property
    def title(self) -> str:
        """The heading as it stands in the paper: 一、总则."""
        return f"{self.mark}{self.section.heading}"

    @property
    def is_missing(self) -> bool:
        """Whether the plan needs a text here and there is none."""
        needed = self.template is not None and self.template.required
        return needed and not self.has_part and not self.section.body.strip()


@dataclass(frozen=True)
class Texts:
    """What is written in a version: whether anything is, what is still empty, and its digest."""

    is_written: bool
    empty: tuple[str, ...]
    digest: str


def template_of(plan: Plan) -> Template | None:
    """Return the template of a plan by its kind and its organisation's."""
    org = db.session.get(Org, plan.org_id)
    return template_for(plan.kind, org.kind) if org else None


def sections_of(version: PlanVersion) -> Sequence[PlanSection]:
    """Return the sections of a version in their order, as they stand in the database now."""
    return db.session.scalars(
        select(PlanSection)
        .where(PlanSection.version_id == version.id)
        .order_by(PlanSection.position, PlanSection.id)
        .execution_options(populate_existing=True)
    ).all()


def printed_sections(plan: Plan, version: PlanVersion) -> list[PlanSection]:
    """Return the sections that go on paper: not those a template offers and nobody wrote.

    A heading that somebody put in stays, and so does one that the plan needs.
    """
    found, template = sections_of(version), template_of(plan)
    filled = []
    for section in found:
        said = template.section(section.key) if template else None
        filled.append(bool(section.body.strip()) or said is None or said.required)
    return [found[at] for at in standing([section.level for section in found], filled)]


def placed(plan: Plan, version: PlanVersion, *, printed: bool = False) -> list[Placed]:
    """Return the sections of a version, or those that go on paper, with numbers and templates."""
    found: Sequence[PlanSection] = sections_of(version)
    if printed:
        found = printed_sections(plan, version)
    template = template_of(plan)
    numbers = marks([section.level for section in found])
    filled = parts_in(version)
    rows = []
    for section, mark in zip(found, numbers, strict=True):
        said = template.section(section.key) if template else None
        rows.append(Placed(section, mark, said, said is not None and said.part in filled))
    return rows


def parts_in(version: PlanVersion) -> frozenset[str]:
    """Return which structured parts of a version have entries, in one query."""
    tables: dict[str, Any] = {
        "levels": PlanLevel,
        "members": PlanMember,
        "resources": PlanResource,
        "routes": PlanRoute,
    }
    parts = [
        select(literal(name)).where(select(table.id).where(table.version_id == version.id).exists())
        for name, table in tables.items()
    ]
    annexes = frozenset({"annexes"}) if version.annexes else frozenset()
    return frozenset(db.session.scalars(union_all(*parts))) | annexes


def texts_of(plan: Plan, version: PlanVersion) -> Texts:
    """Say what is written in a version.

    Of a template in which nobody wrote a word nothing is missing: the papers may say it all.
    """
    found = placed(plan, version)
    is_written = any(each.section.body.strip() for each in found)
    empty = tuple(each.title for each in found if is_written and each.is_missing)
    content = [[each.title, each.section.body] for each in found] if is_written else []
    text = json.dumps(content, ensure_ascii=False)
    return Texts(is_written, empty, hashlib.sha256(text.encode()).hexdigest())


def is_written(version: PlanVersion) -> bool:
    """Say whether a text is written in a version; a template alone is none."""
    found = select(PlanSection.id).where(
        PlanSection.version_id == version.id, func.length(PlanSection.body) > 0
    )
    return db.session.scalar(found.limit(1)) is not None


def written_in(plan: Plan) -> frozenset[int]:
    """Return the ids of the versions of a plan in which a text is written, in one query."""
    return frozenset(
        db.session.scalars(
            select(PlanSection.version_id)
            .where(
                PlanSection.version_id.in_([version.id for version in plan.versions]),
                func.length(PlanSection.body) > 0,
            )
            .distinct()
        )
    )


def section_of(version: PlanVersion, section_id: int) -> PlanSection:
    """Return a section of a version, or raise NotFound."""
    found = db.session.scalar(
        select(PlanSection)
        .where(PlanSection.id == section_id, PlanSection.version_id == version.id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(N_("There is no such section."))
    return found


def as_typed(text: str) -> str:
    """Return a text as a form sends it back: in NFC, without invisible marks or a blank end."""
    plain = CONTROL.sub("", HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return unicodedata.normalize("NFC", plain).rstrip()


def editor_of(section: PlanSection) -> str:
    """Return the name of who wrote a section last, or an empty text."""
    if section.edited_by_id is None:
        return ""
    account = db.session.get(Account, section.edited_by_id)
    return account.person.name if account else ""


def version_of(plan: Plan, number: int) -> PlanVersion:
    """Return the version of a plan with this number, or raise NotFound."""
    found = next((version for version in plan.versions if version.number == number), None)
    if found is None:
        raise NotFound(N_("There is no such version."))
    return found


def hold_draft(draft: PlanVersion) -> PlanVersion:
    """Keep everybody else from the draft until the end of the transaction.

    Raises DraftShut when it was issued or given up in the meantime.
    """
    held = db.session.scalar(
        select(PlanVersion)
        .where(PlanVersion.id == draft.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None or held.state is not VersionState.DRAFT:
        raise DraftShut(N_("This draft is not open any more. Look at the plan again."))
    return held
