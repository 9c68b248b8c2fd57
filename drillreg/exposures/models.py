"""Tables of exposure: the reach of a site, what lies in it, and the ways out."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Versioned, Voidable
from drillreg.exposures.rules import Decision, Inside, SubjectKind
from drillreg.hazards.models import HazardSite
from drillreg.resources.models import Shelter


class ExposureReach(Versioned, Base):
    """How far a site reaches where somebody who knows it set that by hand, and why."""

    __tablename__ = "exposure_reach"

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), unique=True)
    # Metres around the site; None: the habit for its kind and level.
    buffer_m: Mapped[float | None]
    # Drawn by hand, such as the slope below: WGS84, (Multi)Polygon, WKB.
    area_wkb: Mapped[bytes | None]
    reason: Mapped[str]
    set_at: Mapped[datetime]
    set_by_id: Mapped[int]
    set_by_name: Mapped[str]


class ExposureRun(Base):
    """What was last worked out for a site: a cache, written again when either side moves."""

    __tablename__ = "exposure_run"

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), unique=True)
    worked_out_at: Mapped[datetime] = mapped_column(index=True)
    # Of the geometry of the site and of its reach.
    site_sum: Mapped[str]
    buffer_m: Mapped[float]
    # The plane in which distances were measured.
    crs: Mapped[str]
    # Around all that is in reach, WGS84 degrees: who moves in here concerns the site.
    min_lon: Mapped[float]
    min_lat: Mapped[float] = mapped_column(index=True)
    max_lon: Mapped[float]
    max_lat: Mapped[float]


class Exposure(Versioned, Base):
    """A link: something lies in reach of a site. Worked out; a decision by hand outlives that."""

    __tablename__ = "exposure"
    __table_args__ = (
        UniqueConstraint("site_id", "subject_kind", "subject_id"),
        Index("ix_exposure_subject", "subject_kind", "subject_id", "site_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"))
    subject_kind: Mapped[SubjectKind]
    # Of `org`, `division` or `shelter`, all of which stay.
    subject_id: Mapped[int]
    # The shortest distance in metres in the plane `crs`; 0 where both meet.
    distance_m: Mapped[float]
    inside: Mapped[Inside]
    buffer_m: Mapped[float]
    crs: Mapped[str]
    worked_out_at: Mapped[datetime]
    # Of both geometries as they were then: where one differs now the link is old.
    site_sum: Mapped[str]
    subject_sum: Mapped[str]
    # False where only the decision keeps the row: it lies out of reach now.
    in_reach: Mapped[bool]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None]
    decided_by_name: Mapped[str | None]
    reason: Mapped[str | None]

    site: Mapped[HazardSite] = relationship(lazy="raise_on_sql")


class ExposureTouch(Base):
    """Something moved; which links it touches is worked out after the commit, or by the sweep."""

    __tablename__ = "exposure_touch"

    site_id: Mapped[int | None]
    subject_kind: Mapped[SubjectKind | None]
    subject_id: Mapped[int | None]
    # Every organisation below this path; "" stands for all.
    below: Mapped[str | None]
    at: Mapped[datetime]


class EvacuationRoute(Versioned, Voidable, Base):
    """A way out of a site's reach: from where, to which shelter or place, drawn as a line."""

    __tablename__ = "evacuation_route"

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    start: Mapped[str]
    shelter_id: Mapped[int | None] = mapped_column(ForeignKey("shelter.id"), index=True)
    # Where it leads when that is no shelter of the list.
    destination: Mapped[str | None]
    # WGS84, (Multi)LineString, WKB.
    wkb: Mapped[bytes]
    length_km: Mapped[float]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by_name: Mapped[str]

    site: Mapped[HazardSite] = relationship(lazy="raise_on_sql")
    shelter: Mapped[Shelter | None] = relationship(lazy="raise_on_sql")
