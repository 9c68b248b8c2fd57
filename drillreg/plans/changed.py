"""What changed from one version of a plan to another: `what_changed` for those who sign."""

from datetime import date

from drillreg.core.codes import code_label
from drillreg.i18n import N_, translate
from drillreg.plans.comparing import SectionChange, compare
from drillreg.plans.differing import Change
from drillreg.plans.models import PlanVersion
from drillreg.plans.part_changes import Said, changes_of_parts
from drillreg.plans.parts import parts_of
from drillreg.plans.sections import sections_of

SECTION_WORDS = {
    Change.ADDED: N_("Section added: %(heading)s."),
    Change.REMOVED: N_("Section taken out: %(heading)s."),
    Change.CHANGED: N_("Section changed: %(heading)s (%(more)d characters in, %(less)d out)."),
}


def changed_sections(before: PlanVersion, after: PlanVersion) -> list[SectionChange]:
    """Return every section of two versions and what became of it."""
    return compare(sections_of(before), sections_of(after))


def changed_parts(before: PlanVersion, after: PlanVersion, today: date | None = None) -> list[Said]:
    """Return what changed of the structured parts between two versions."""
    return changes_of_parts(parts_of(before, today), parts_of(after, today))


def what_changed(
    before: PlanVersion | None, after: PlanVersion, today: date | None = None
) -> list[str]:
    """Return what changed in short sentences, in the language of the request.

    Of a first version, without one before it, there is nothing to say.
    """
    if before is None:
        return []
    found = [line for each in changed_sections(before, after) for line in sentences(each)]
    return found + [said.text(code_label) for said in changed_parts(before, after, today)]


def sentences(each: SectionChange) -> list[str]:
    """Return what became of a section; nothing when it stayed as it was."""
    section = each.after or each.before
    heading = section.heading if section else ""
    found = []
    if each.change in SECTION_WORDS:
        pieces = [piece for paragraph in each.paragraphs for piece in paragraph.pieces]
        more = sum(len(piece.text) for piece in pieces if piece.change is Change.ADDED)
        less = sum(len(piece.text) for piece in pieces if piece.change is Change.REMOVED)
        found.append(translate(SECTION_WORDS[each.change], heading=heading, more=more, less=less))
    if each.is_moved:
        found.append(translate(N_("Section moved: %(heading)s."), heading=heading))
    if each.level_changed:
        found.append(translate(N_("Section nested otherwise: %(heading)s."), heading=heading))
    return found
