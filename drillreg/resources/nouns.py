"""The three kinds of resources: their table, the fields kept of them, and their words."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from drillreg.core.codes import code_list
from drillreg.i18n import N_, pick
from drillreg.resources.models import RescueTeam, Shelter, Supply

AnyResource = RescueTeam | Supply | Shelter


@dataclass(frozen=True)
class Field:
    """One thing kept of a resource, as its data file says it."""

    code: str
    label: dict[str, str]
    type: str
    required: bool
    most: int
    list: str
    words: tuple[str, ...]
    is_personal: bool

    @property
    def word(self) -> str:
        """Return the label in the language of the request."""
        return pick(self.label)


@dataclass(frozen=True)
class Noun:
    """A kind of resource; its pages differ by this alone."""

    code: str
    slug: str
    model: type[Any]
    title: str
    one: str
    add: str
    # Columns of the list besides name, organisation, contact and check; sortable ones.
    shown: tuple[str, ...]
    size: str

    @property
    def kinds(self) -> str:
        """Return the name of the code list of its kinds."""
        return f"{self.code}_kind"

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return what is kept of it, in the order of the form."""
        return _fields(f"{self.code}_field")


@cache
def _fields(name: str) -> tuple[Field, ...]:
    return tuple(
        Field(
            code=item.code,
            label=item.label,
            type=item.attributes["type"],
            required=item.attributes.get("required", False),
            most=item.attributes.get("most", 40),
            list=item.attributes.get("list", ""),
            words=tuple(item.attributes["words"]),
            is_personal=item.attributes.get("personal", False),
        )
        for item in code_list(name)
    )


TEAM = Noun(
    "team", "teams", RescueTeam, N_("Rescue teams"), N_("Rescue team"), N_("Enter a team"),
    ("members", "specialities"), "members",
)  # fmt: skip
SUPPLY = Noun(
    "supply", "supplies", Supply, N_("Supplies"), N_("Supply"), N_("Enter a supply"),
    ("amount", "expires_on"), "expires_on",
)  # fmt: skip
SHELTER = Noun(
    "shelter", "shelters", Shelter, N_("Shelters"), N_("Shelter"), N_("Enter a shelter"),
    ("capacity", "place"), "capacity",
)  # fmt: skip
NOUNS = (TEAM, SUPPLY, SHELTER)
