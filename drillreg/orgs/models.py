"""Tables of divisions and organisations; both live through time."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, PathText, Versioned
from drillreg.orgs.rules import DivisionLevel


class Division(Base):
    """A county, town, village or grid as an area with a code (GB/T 2260, GB/T 10114)."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[DivisionLevel] = mapped_column(index=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    path: Mapped[str] = mapped_column(PathText, unique=True)
    # Centre in WGS84 degrees.
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    parent: Mapped["Division | None"] = relationship(
        remote_side="Division.id", foreign_keys=[parent_id]
    )


class DivisionName(Base):
    """What a division was called, coded and part of, from a day to a day."""

    __tablename__ = "division_name"

    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    name: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    # None where the row was written before parents were kept.
    parent_id: Mapped[int | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    # The document that made it so, such as 民函〔2024〕12号.
    basis: Mapped[str | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


class DivisionBoundary(Base):
    """The outline of a division as received and as used: WGS84, (Multi)Polygon, WKB."""

    __tablename__ = "division_boundary"
    __table_args__ = (Index("ix_division_boundary_box", "min_lon", "max_lon", "min_lat"),)

    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    wkb: Mapped[bytes]
    min_lon: Mapped[float]
    min_lat: Mapped[float]
    max_lon: Mapped[float]
    max_lat: Mapped[float]
    area_km2: Mapped[float]
    source_crs: Mapped[str]
    notices: Mapped[list[Any]]
    file_id: Mapped[int | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    division: Mapped[Division] = relationship(lazy="raise")


class Org(HasPublicId, Versioned, Base):
    """An organisation as it is today; `OrgVersion` keeps what it was."""

    __tablename__ = "org"
    __table_args__ = (Index("ix_org_kind_path", "kind", "path"),)

    path: Mapped[str] = mapped_column(PathText, unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    short_name: Mapped[str | None]
    name_en: Mapped[str | None]
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    # Field of work of a department, such as "education"; what it may oversee.
    field: Mapped[str | None]
    code: Mapped[str | None] = mapped_column(index=True)
    is_outside: Mapped[bool] = mapped_column(default=False)
    duty_phone: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    closed_reason: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    parent: Mapped["Org | None"] = relationship(
        remote_side="Org.id", foreign_keys=[parent_id], lazy="select"
    )
    division: Mapped[Division | None] = relationship(lazy="select")


class OrgVersion(Base):
    """What an organisation was, from a day to a day; documents print the name of their date."""

    __tablename__ = "org_version"
    __table_args__ = (
        UniqueConstraint("org_id", "from_on"),
        # Who looks for what has left a territory reads only the versions that have ended.
        Index(
            "ix_org_version_ended",
            "path",
            "to_on",
            "org_id",
            sqlite_where=text("to_on IS NOT NULL"),
            postgresql_where=text("to_on IS NOT NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[int | None]
    path: Mapped[str] = mapped_column(PathText)
    attributes: Mapped[dict[str, Any]]
    # Why it began: of a move, a merger, a split or a return.
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime]


class OrgAlias(Base):
    """Another name an organisation goes by in ledgers and files."""

    __tablename__ = "org_alias"
    __table_args__ = (UniqueConstraint("org_id", "alias"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    alias: Mapped[str] = mapped_column(index=True)


class Oversight(Base):
    """A department supervises an organisation in its field, from a day to a day."""

    __tablename__ = "oversight"
    __table_args__ = (
        UniqueConstraint("overseer_id", "org_id", "field", "from_on"),
        Index("ix_oversight_org_overseer", "org_id", "overseer_id"),
    )

    overseer_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    field: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class Grant(HasPublicId, Base):
    """A record, or an organisation with its records, opened to somebody beyond the territory.

    Given to an organisation (`org_id`, its staff) or to one account, from a day up to a day.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint("(org_id IS NULL) != (account_id IS NULL)", name="one_holder"),
        CheckConstraint("until_on IS NOT NULL OR open_reason IS NOT NULL", name="has_end"),
        Index("ix_access_grant_record", "record_kind", "record_id"),
    )

    # A kind of `grant_kind.toml`, "org" among them; the key may point up: not a foreign key.
    record_kind: Mapped[str]
    record_id: Mapped[int]
    # The organisation whose record it is.
    owner_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    permission: Mapped[str]
    reason_kind: Mapped[str]
    reason: Mapped[str]
    from_on: Mapped[date]
    # The last day; None until revoked, and why no end is known.
    until_on: Mapped[date | None]
    open_reason: Mapped[str | None]
    given_at: Mapped[datetime]
    given_by_id: Mapped[int]
    given_by_name: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None]
    revoked_by_name: Mapped[str | None]
    revoke_reason: Mapped[str | None]

    owner: Mapped[Org] = relationship(foreign_keys=[owner_id], lazy="raise_on_sql")
    org: Mapped[Org | None] = relationship(foreign_keys=[org_id], lazy="raise_on_sql")
