"""Finding the office that takes a filing: above who files, or who supervises it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from drillreg.core.codes import CodeItem, code_list
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.filings.routing import Route
from drillreg.i18n import pick
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.oversights import standing_on
from drillreg.orgs.queries import is_imported


@dataclass(frozen=True)
class Office:
    """An office in words, and as an organisation where it works here."""

    name: str
    org: Org | None = None


@dataclass(frozen=True)
class Recipients:
    """With whom a plan is filed, whose desk gets it, and who gets a copy."""

    to: Office
    desk: Office
    copies: Sequence[Office]

    @property
    def name(self) -> str:
        """With whom, and by way of whose desk: 青岭县人民政府（径送县应急管理局）."""
        if self.desk.name == self.to.name:
            return self.to.name
        return f"{self.to.name}（径送{self.desk.name}）"


class _Around:
    """What lies above an organisation and who supervises it, read once."""

    def __init__(self, org: Org, today: date) -> None:
        ids = [int(part) for part in org.path.rstrip("/").split("/")[:-1]]
        self.above = db.session.scalars(
            select(Org).where(Org.id.in_(ids)).order_by(Org.path.desc())
        ).all()
        self.regulators = [
            each
            for each in db.session.scalars(
                select(Org)
                .join(Oversight, Oversight.overseer_id == Org.id)
                .where(Oversight.org_id == org.id, standing_on(today), Org.closed_on.is_(None))
                .order_by(Org.path)
            )
            if each.attributes.get("safety_duty")
        ]
        self.departments = db.session.scalars(
            select(Org)
            .where(
                Org.parent_id.in_(ids),
                Org.kind == "department",
                Org.field.is_not(None),
                Org.closed_on.is_(None),
                is_imported(Org),
            )
            .order_by(Org.path)
        ).all()

    def find(self, office: CodeItem, org: Org) -> Org | None:
        """Return the organisation that an office is here; None where it works elsewhere."""
        given = office.attributes
        if given.get("regulator"):
            return next((each for each in self.regulators if each.id != org.id), None)
        if "above" not in given:
            return None
        above = next((each for each in self.above if each.kind == given["above"]), None)
        if above is None or "field" not in given:
            return above
        return next(
            (
                each
                for each in self.departments
                if each.parent_id == above.id and each.field == given["field"]
            ),
            None,
        )


def recipients_of(route: Route, org: Org, today: date) -> Recipients:
    """Return who takes the filing of an organisation, in three queries."""
    around = _Around(org, today)
    to = _first(route.to, around, org)
    desk = _first((route.via,), around, org) if route.via else to
    if desk.org is not None and desk.org.id == org.id:
        # The emergency department does not send its own plan to itself.
        desk = to
    return Recipients(to, desk, [_office(code, around, org) for code in route.copies])


def _first(codes: Iterable[str], around: _Around, org: Org) -> Office:
    found = [_office(code, around, org) for code in codes]
    return next((each for each in found if each.org is not None), found[0])


def _office(code: str, around: _Around, org: Org) -> Office:
    item = code_list("filing_office").get(code)
    if item is None:
        raise LookupError(f"filing_route.toml names an office that is not there: {code}")
    found = around.find(item, org)
    return Office(name_of(found) if found else pick(item.label), found)
