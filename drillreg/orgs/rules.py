"""Rules of the organisation tree: paths, kinds, what may stand below what."""

from enum import StrEnum

from drillreg.core.codes import CodeList
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

SEPARATOR = "/"
BEHIND_SEPARATOR = chr(ord(SEPARATOR) + 1)


class DivisionLevel(StrEnum):
    """Levels of administrative divisions that are kept."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


# What a division of each level is part of.
LEVEL_ABOVE = {
    DivisionLevel.TOWN: DivisionLevel.COUNTY,
    DivisionLevel.VILLAGE: DivisionLevel.TOWN,
    DivisionLevel.GRID: DivisionLevel.VILLAGE,
}

# The kind of organisation that governs a division of each level.
GOVERNMENT_KINDS = {
    DivisionLevel.COUNTY: "county",
    DivisionLevel.TOWN: "town",
    DivisionLevel.VILLAGE: "village",
}


def child_path(parent_path: str, child_id: int) -> str:
    """Return the materialised path of a child: the ids from the root, each with a slash.

    Eight digits each, so that paths sort siblings in the order in which they were made.
    """
    return f"{parent_path}{child_id:08d}{SEPARATOR}"


def subtree_end(path: str) -> str:
    """Return the first path behind the subtree: the range is `>= path AND < end`."""
    return path[:-1] + BEHIND_SEPARATOR


def covers(ancestor_path: str, path: str) -> bool:
    """Say whether `path` lies in the subtree of `ancestor_path`."""
    return ancestor_path <= path < subtree_end(ancestor_path)


def ensure_allowed_parent(kinds: CodeList, kind: str, parent_kind: str | None) -> None:
    """Raise unless an organisation of `kind` may stand below one of `parent_kind`."""
    item = kinds.get(kind)
    if item is None:
        raise DomainError(N_("%(kind)s is not a kind of organisation."), kind=kind)
    if (parent_kind or "") not in item.attributes["parents"]:
        raise DomainError(
            N_("An organisation of this kind cannot stand there in the tree (%(kind)s)."), kind=kind
        )


def level_of_code(code: str) -> DivisionLevel:
    """Return the level of a 12-digit statistical division code (GB/T 2260 and NBS code rules)."""
    if code.endswith("000000"):
        return DivisionLevel.COUNTY
    if code.endswith("000"):
        return DivisionLevel.TOWN
    return DivisionLevel.VILLAGE


def full_code(code: str) -> str:
    """Return a 6-, 9- or 12-digit division code in its 12-digit form; raise on anything else."""
    if not (code.isascii() and code.isdigit() and len(code) in {6, 9, 12}):
        raise DomainError(N_("%(code)s is not a division code of 6, 9 or 12 digits."), code=code)
    return code.ljust(12, "0")


def parent_code(code: str) -> str | None:
    """Return the 12-digit code one level up, or None above a county."""
    if code.endswith("000000"):
        return None
    if code.endswith("000"):
        return code[:6] + "000000"
    return code[:9] + "000"
