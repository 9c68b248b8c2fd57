"""A stage of its own: rescue teams, supplies and shelters."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from drillreg.demo.lookup import Lookup
from drillreg.demo.people import invented_names
from drillreg.demo.times import ago, at
from drillreg.orgs.models import Org
from drillreg.resources.nouns import SHELTER, SUPPLY, TEAM, Noun
from drillreg.resources.operations import create_resource

FILE = Path(__file__).parent / "data" / "qingling_resources.toml"
# A store or team does not lie on the very spot of its organisation.
ASIDE = 0.004


def load_resources(known: Lookup) -> dict[str, int]:
    """Enter the resources of the file; return how many of each kind."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    maker = _Maker(known)
    for text in data["teams"]:
        maker.team(*_parts(text))
    for text in data["supplies"]:
        maker.supply(*_parts(text))
    for text in data["shelters"]:
        maker.shelter(*_parts(text))
    return {name: len(data[name]) for name in ("teams", "supplies", "shelters")}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


class _Maker:
    """Enters resources with invented keepers, near their organisation."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.random = Random("resources")  # noqa: S311 - the same county every time
        self.names = invented_names("resources")

    def team(self, name: str, kind: str, org: str, members: str, what: str, cars: str) -> None:
        """Enter a rescue team."""
        values = {"members": int(members), "specialities": what, "vehicles": cars}
        self._make(TEAM, org, name, kind, values)

    def supply(
        self,
        name: str,
        kind: str,
        org: str,
        amount: str,
        unit: str,
        what: str,
        age: str,
        left: str,
    ) -> None:
        """Enter a supply."""
        today = self.known.today
        values = {
            "amount": float(amount),
            "unit": unit,
            "specification": what or None,
            "made_on": ago(today, int(age)) if age != "0" else None,
            "expires_on": ago(today, -int(left)) if left else None,
        }
        self._make(SUPPLY, org, name, kind, values)

    def shelter(
        self,
        name: str,
        kind: str,
        place: str,
        org: str,
        people: str,
        m2: str,
        has: str,
        serves: str,
    ) -> None:
        """Enter a shelter."""
        values = {
            "place": place,
            "capacity": int(people),
            "area_m2": float(m2),
            "equipment": has,
            "serves": serves,
            "opened_on": ago(self.known.today, self.random.randrange(300, 2400)),
        }
        self._make(SHELTER, org, name, kind, values)

    def _make(
        self, noun: Noun, org_name: str, name: str, kind: str, values: Mapping[str, Any]
    ) -> None:
        org, today = self.known.orgs[org_name], self.known.today
        since = ago(today, self.random.randrange(40, 400))
        found = create_resource(
            noun,
            org,
            {
                "name": name,
                "kind": kind,
                "contact_name": next(self.names),
                "contact_phone": f"0000-000 {self.random.randrange(8000, 8999)}",
                "address": f"{org.name}院内" if noun is SUPPLY else str(org.name),
                **values,
                **self._spot(org),
            },
            actor=None,
            now=at(since, 10),
        )
        if self.random.random() < 0.85:
            found.checked_on = ago(today, self.random.randrange(5, 260))
            found.checked_by = found.contact_name

    def _spot(self, org: Org) -> dict[str, Any]:
        if org.lon is None or org.lat is None:
            return {}
        aside = self.random.uniform
        return {
            "lon": round(org.lon + aside(-ASIDE, ASIDE), 6),
            "lat": round(org.lat + aside(-ASIDE, ASIDE), 6),
            "source_crs": "EPSG:4326",
        }
