"""Tables of rescue teams, supplies and shelters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from drillreg.accounts.models import PERSONAL
from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.geo import morton
from drillreg.orgs.models import Org


def _morton(context: DefaultExecutionContext) -> int | None:
    row: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    lon, lat = row.get("lon"), row.get("lat")
    return None if lon is None or lat is None else morton.encode(lon, lat)


class Kept(HasPublicId, Versioned, Voidable):
    """What teams, supplies and shelters have in common: whose, where, who looks after it."""

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    contact_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    contact_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    address: Mapped[str | None]
    # WGS84 degrees; `source_crs` says in which datum they were given.
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    morton: Mapped[int | None] = mapped_column(index=True, default=_morton)
    source_crs: Mapped[str | None]
    checked_on: Mapped[date | None]
    checked_by: Mapped[str | None] = mapped_column(info=PERSONAL)
    created_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    @declared_attr
    def org(self) -> Mapped[Org]:
        """Return the organisation it belongs to."""
        return relationship(lazy="raise_on_sql")


class RescueTeam(Kept, Base):
    """People who can be sent, with what they bring."""

    __tablename__ = "rescue_team"

    members: Mapped[int]
    specialities: Mapped[str | None]
    vehicles: Mapped[str | None]


class Supply(Kept, Base):
    """Something kept in store for an emergency."""

    __tablename__ = "supply"
    __table_args__ = (Index("ix_supply_expires", "expires_on"),)

    specification: Mapped[str | None]
    amount: Mapped[float]
    unit: Mapped[str]
    made_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class Shelter(Kept, Base):
    """A place people are brought to."""

    __tablename__ = "shelter"

    place: Mapped[str]
    capacity: Mapped[int]
    area_m2: Mapped[float | None]
    equipment: Mapped[str | None]
    opened_on: Mapped[date | None]
    serves: Mapped[str | None]
