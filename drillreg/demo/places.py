"""The invented places, organisations and people of the demo county, from `data/qingling.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "qingling.toml"


@dataclass(frozen=True)
class Place:
    """A division: its 12-digit code and both names."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Town(Place):
    """A town: letters of its site numbers, word of its papers, first telephone, seat in km."""

    letters: str
    word: str
    phone: int
    x: float
    y: float
    villages: tuple[Place, ...]


@dataclass(frozen=True)
class Department:
    """A department of the county, or an outside body; `word` begins its document numbers."""

    name: str
    name_en: str
    field: str
    word: str
    phone: int


@dataclass(frozen=True)
class Unit:
    """A school, hospital or enterprise: where it lies, how many people, who supervises it."""

    kind: str
    town: str
    village: str
    name: str
    name_en: str
    people: int
    field: str


@dataclass(frozen=True)
class Sign:
    """A person; with user name and role when they sign in."""

    name: str
    org: str
    post: str
    phone: str
    username: str = ""
    role: str = ""


def _village(code: str, text: str) -> Place:
    name, english = text.split(" ")
    kind = "Community" if name.endswith("社区") else "Village"
    return Place(code, name, f"{english} {kind}")


def _town(given: dict[str, Any]) -> Town:
    villages = tuple(
        _village(f"{given['code'][:9]}{200 + at}", text)
        for at, text in enumerate(given["villages"], start=1)
    )
    return Town(
        given["code"],
        given["name"],
        given["en"],
        given["letters"],
        given["word"],
        given["phone"],
        given["at"][0],
        given["at"][1],
        villages,
    )


def _department(given: dict[str, Any]) -> Department:
    return Department(
        given["name"], given["en"], given["field"], given.get("word", ""), given["phone"]
    )


FIELD_OF_KIND = {"school": "education", "kindergarten": "education", "hospital": "health"}


def _unit(kind: str, text: str) -> Unit:
    parts = text.split(" | ")
    town, village, name, english, people = parts[:5]
    field = FIELD_OF_KIND.get(kind) or parts[5]
    return Unit(kind, town, village, name, english, int(people), field)


def _account(text: str) -> Sign:
    username, name, role, org, post, phone = text.split(" | ")
    return Sign(name, org, post, phone, username, role)


def _post(text: str) -> Sign:
    name, org, post, phone = text.split(" | ")
    return Sign(name, org, post, phone)


_data = tomllib.loads(FILE.read_text(encoding="utf-8"))

COUNTY = Place(_data["county"]["code"], _data["county"]["name"], _data["county"]["en"])
COUNTY_WORD: str = _data["county"]["word"]
TOWNS = tuple(_town(given) for given in _data["town"])
DEPARTMENTS = tuple(_department(given) for given in _data["department"])
OUTSIDE = tuple(_department(given) for given in _data["outside"])
UNITS = tuple(_unit(kind, text) for kind, lines in _data["units"].items() for text in lines)
ACCOUNTS = tuple(_account(text) for text in _data["people"]["accounts"])
MORE_ROLES = tuple(tuple(text.split(" | ")) for text in _data["people"]["more_roles"])
POSTS = tuple(_post(text) for text in _data["people"]["posts"])
SURNAMES: str = _data["people"]["surnames"]
GIVEN_NAMES: tuple[str, ...] = tuple(_data["people"]["given_names"])
TOWN_BY_LETTERS = {town.letters: town for town in TOWNS}
