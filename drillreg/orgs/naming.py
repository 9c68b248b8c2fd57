"""Which organisation a cell names: by name, short name, other name, town and village, or code."""

from collections.abc import Sequence

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.models import Division, Org, OrgAlias
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import covers, full_code, subtree_end
from drillreg.sheets.cells import CellError, wide

PLACES = ("county", "town", "village")


class OrgNames:
    """The open organisations of some kinds in a subtree, by all that tables call them."""

    def __init__(self, owner: Org, kinds: Sequence[str] = PLACES) -> None:
        self.owner = owner
        rows = db.session.scalars(
            select(Org)
            .where(
                Org.path >= owner.path,
                Org.path < subtree_end(owner.path),
                Org.kind.in_(list(kinds)),
                Org.closed_on.is_(None),
                is_imported(Org),
            )
            .order_by(Org.path)
        ).all()
        self.by_id = {org.id: org for org in rows}
        self.by_name: dict[str, list[Org]] = {}
        for org in rows:
            for name in {org.name, org.short_name, org.name_en} - {None, ""}:
                self.by_name.setdefault(str(name), []).append(org)
        inside = [Org.path >= owner.path, Org.path < subtree_end(owner.path)]
        for alias, org_id in db.session.execute(
            select(OrgAlias.alias, OrgAlias.org_id)
            .join(Org, Org.id == OrgAlias.org_id)
            .where(*inside)
            .order_by(OrgAlias.id)
        ):
            if org_id in self.by_id:
                self.by_name.setdefault(alias, []).append(self.by_id[org_id])
        self.by_division = {org.division_id: org for org in rows if org.division_id}
        self._by_code: dict[str, Division] = {}

    def named(self, text: str) -> Org:
        """Return the organisation that a cell names, the owner for an empty one.

        Raise CellError when none is called so, or several are.
        """
        if not text:
            return self.owner
        plain = wide(text)
        if plain.isascii() and plain.isdigit() and len(plain) in {6, 9, 12}:
            return self._coded(plain)
        found = {org.id: org for org in self._of_name(text)}
        if len(found) > 1:
            raise CellError(
                N_("%(name)s stands for %(count)d organisations; use its division code."),
                name=text,
                count=len(found),
            )
        if not found:
            raise CellError(N_("There is no %(name)s among your towns and villages."), name=text)
        return next(iter(found.values()))

    def below(self, town: str, village: str) -> Org:
        """Return the organisation named by a town, a village, or a village in a town.

        Raise CellError when none is called so, or several are.
        """
        if not (town and village):
            return self.named(town or village)
        above = self.named(town)
        plain = wide(village)
        if plain.isascii() and plain.isdigit():
            return self.named(plain)
        inside = [each for each in self._of_name(village) if covers(above.path, each.path)]
        return inside[0] if len(inside) == 1 else self.named(f"{above.name}{village}")

    def _of_name(self, text: str) -> list[Org]:
        """Return what is called so; "白岩镇岭下村" is the village of that name in that town."""
        if text in self.by_name:
            return self.by_name[text]
        return [
            org
            for org in self.by_id.values()
            if text.endswith(org.name)
            and org.parent_id in self.by_id
            and text.removesuffix(org.name).endswith(self.by_id[org.parent_id].name)
        ]

    def _coded(self, text: str) -> Org:
        code = full_code(text)
        if code not in self._by_code:
            self._by_code |= divisions_by_code([code])
        division = self._by_code.get(code)
        org = self.by_division.get(division.id) if division else None
        if org is None:
            raise CellError(
                N_("There is no organisation of yours with the code %(code)s."), code=text
            )
        return org
