"""Tables of hazard sites and the checks on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.geo import morton
from drillreg.hazards.check_rules import Way
from drillreg.hazards.rules import CheckResult, RiskLevel, level_rank
from drillreg.orgs.models import Division, Org


def _row(context: DefaultExecutionContext) -> dict[str, Any]:
    values: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return values


def _number(context: DefaultExecutionContext) -> str:
    return str(_row(context)["number"])


def _level_rank(context: DefaultExecutionContext) -> int:
    return level_rank(_row(context)["level"])


def _morton(context: DefaultExecutionContext) -> int:
    row = _row(context)
    return morton.encode(row["lon"], row["lat"])


def _created_at(context: DefaultExecutionContext) -> datetime:
    created: datetime = _row(context)["created_at"]
    return created


class HazardSite(HasPublicId, Versioned, Voidable, Base):
    """A lasting place of danger with its inherent risk level; not the dangers found there."""

    __tablename__ = "hazard_site"
    __table_args__ = (
        UniqueConstraint("org_id", "number_taken"),
        # Holds all that counts and the usual filters look at, so that they never read the rows.
        Index(
            "ix_hazard_site_counts",
            "org_id",
            "level",
            "kind",
            "voided_at",
            "import_id",
            "last_check_on",
            "division_id",
        ),
        Index("ix_hazard_site_level_rank", "level_rank", "id"),
        # The list sorts by the last check; a site that never had one stands first.
        Index(
            "ix_hazard_site_last_check",
            func.coalesce(text("last_check_on"), text("'0001-01-01'")),
            "id",
        ),
    )

    # The organisation responsible for the place: the town, or a unit on its own ground.
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"), index=True)
    number: Mapped[str]
    # The number while it is spoken for; let go of (null) when the import it came with is undone.
    number_taken: Mapped[str | None] = mapped_column(default=_number)
    # The owner department's own number (统一编号).
    outside_number: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    level: Mapped[RiskLevel]
    # Red 0 … blue 3, for sorting by an index.
    level_rank: Mapped[int] = mapped_column(default=_level_rank)
    address: Mapped[str | None]
    # Point in WGS84 degrees, as used on maps; `wkb` keeps lines and areas, WGS84 too.
    lon: Mapped[float]
    lat: Mapped[float]
    morton: Mapped[int] = mapped_column(index=True, default=_morton)
    wkb: Mapped[bytes | None]
    accuracy_m: Mapped[float | None]
    source_crs: Mapped[str]
    responsible_name: Mapped[str | None]
    responsible_phone: Mapped[str | None]
    threatened_people: Mapped[int | None]
    threatened_households: Mapped[int | None]
    threatened_what: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_on: Mapped[date | None]
    created_at: Mapped[datetime]
    # Moves with every edit, so that unchanged lists and maps are known without reading them.
    changed_at: Mapped[datetime] = mapped_column(index=True, default=_created_at)
    # A cache of the newest check, kept in the transaction that writes the check.
    last_check_on: Mapped[date | None] = mapped_column(index=True)
    last_check_result: Mapped[CheckResult | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    division: Mapped[Division | None] = relationship(lazy="raise_on_sql")


class HazardCheck(Base):
    """One look at a site; sent by a device or a page, once."""

    __tablename__ = "hazard_check"
    __table_args__ = (
        Index("ix_hazard_check_site_day", "site_id", "checked_on"),
        Index("ix_hazard_check_account", "account_id", "checked_at"),
    )

    # The device's own id for this submission and the digest of what it sent.
    client_id: Mapped[str] = mapped_column(unique=True)
    body_hash: Mapped[str]
    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"))
    result: Mapped[CheckResult]
    note: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    checked_on: Mapped[date]
    checked_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    account_id: Mapped[int]
    # Who entered it; where it was entered for somebody without a phone (代录), who looked stands
    # in `entered_for`, and the sheet with the photo of the paper book in `sheet_id`.
    checker_name: Mapped[str]
    entered_for: Mapped[str | None]
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("check_sheet.id"), index=True)
    # How it was made; nothing stands for a patrol. `with_names`: the others of a joint inspection.
    way: Mapped[Way | None]
    with_names: Mapped[str | None]
    # The number of a check that was made in a system of a higher level (上级系统编号).
    upper_number: Mapped[str | None]
    # What was answered, by which version of which list: see `check_lists.kept_answers`.
    answers: Mapped[dict[str, Any] | None]

    site: Mapped[HazardSite] = relationship(lazy="raise_on_sql")
    photos: Mapped[list["CheckPhoto"]] = relationship(
        back_populates="check", order_by="CheckPhoto.id", lazy="selectin"
    )

    @property
    def way_or_patrol(self) -> Way:
        """How it was made."""
        return self.way or Way.PATROL


class CheckSheet(Base):
    """A page of a paper book of checks, entered by an office for somebody without a phone."""

    __tablename__ = "check_sheet"

    client_id: Mapped[str] = mapped_column(unique=True)
    body_hash: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    # The first and the last day of the page.
    from_on: Mapped[date]
    until_on: Mapped[date]
    # Who looked at the sites, and who entered it.
    entered_for: Mapped[str]
    entered_by_name: Mapped[str]
    account_id: Mapped[int]
    entered_at: Mapped[datetime]
    checks: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")


class CheckPhoto(Base):
    """A photo of a check."""

    __tablename__ = "check_photo"

    check_id: Mapped[int] = mapped_column(ForeignKey("hazard_check.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    check: Mapped[HazardCheck] = relationship(back_populates="photos")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
