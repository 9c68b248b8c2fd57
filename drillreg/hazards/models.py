"""Tables of hazard sites and the checks on them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.geo import morton
from drillreg.hazards.rules import CheckResult, ReportState, RiskLevel, SiteEnding, level_rank
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
            "filed_on",
        ),
        # Holds all that the map counts by, so that a view is counted without reading the rows.
        Index(
            "ix_hazard_site_map",
            "morton",
            "org_id",
            "voided_at",
            "import_id",
            "level",
            "level_rank",
            "kind",
            "last_check_on",
            "lon",
            "lat",
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
    morton: Mapped[int] = mapped_column(default=_morton)
    wkb: Mapped[bytes | None]
    accuracy_m: Mapped[float | None]
    source_crs: Mapped[str]
    responsible_name: Mapped[str | None]
    responsible_phone: Mapped[str | None]
    threatened_people: Mapped[int | None]
    threatened_households: Mapped[int | None]
    threatened_what: Mapped[str | None]
    # In 10,000 yuan.
    threatened_property: Mapped[float | None]
    # The department in charge (主管部门), whose number `outside_number` is.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    # Three of the four fixed things (四定); the fourth, the person, is the keeper.
    fixed_area: Mapped[str | None]
    fixed_goal: Mapped[str | None]
    fixed_standard: Mapped[str | None]
    # What its kind has by `site_field.toml`, by the code of the field.
    details: Mapped[dict[str, Any] | None]
    # Columns of an imported file that nothing here has a place for.
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_on: Mapped[date | None]
    created_at: Mapped[datetime]
    # Moves with every edit, so that unchanged lists and maps are known without reading them.
    changed_at: Mapped[datetime] = mapped_column(index=True, default=_created_at)
    # A cache of the newest check, kept in the transaction that writes the check.
    last_check_on: Mapped[date | None] = mapped_column(index=True)
    last_check_result: Mapped[CheckResult | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    # How it left the ledger; a site that ended counts as struck out (`voided_at`) everywhere, so
    # that nothing that asks whether a site stands has to ask twice. None: entered by mistake.
    ending: Mapped[SiteEnding | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    # The day on which the county filed it (报县应急办备案).
    filed_on: Mapped[date | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    department: Mapped[Org | None] = relationship(lazy="raise_on_sql", foreign_keys=[department_id])
    division: Mapped[Division | None] = relationship(lazy="raise_on_sql")


class HazardCheck(Base):
    """One look at a site; sent by a device or a page, once."""

    __tablename__ = "hazard_check"
    __table_args__ = (Index("ix_hazard_check_site_day", "site_id", "checked_on"),)

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
    checker_name: Mapped[str]

    site: Mapped[HazardSite] = relationship(lazy="raise_on_sql")
    photos: Mapped[list["CheckPhoto"]] = relationship(
        back_populates="check", order_by="CheckPhoto.id", lazy="selectin"
    )


class CheckPhoto(Base):
    """A photo of a check."""

    __tablename__ = "check_photo"

    check_id: Mapped[int] = mapped_column(ForeignKey("hazard_check.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    check: Mapped[HazardCheck] = relationship(back_populates="photos")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class SiteKeeper(Versioned, Base):
    """Who answers for a site at one level (包保责任人), from a day to a day; earlier ones stay."""

    __tablename__ = "site_keeper"

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    # A code of `keeper_tier.toml`.
    tier: Mapped[str]
    name: Mapped[str]
    post: Mapped[str | None]
    phone: Mapped[str | None]
    from_on: Mapped[date]
    # The last day; None while it is so.
    to_on: Mapped[date | None]


class SitePhoto(Voidable, Base):
    """A photo of a site itself; of those that stand at most one is the main one."""

    __tablename__ = "site_photo"

    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    caption: Mapped[str | None]
    is_main: Mapped[bool]
    added_at: Mapped[datetime]
    added_by_name: Mapped[str]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class SiteReport(Base):
    """Sites that an organisation reported to its county, which files them under a number."""

    __tablename__ = "site_report"

    # Who reported, and the county that files.
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    state: Mapped[ReportState] = mapped_column(index=True)
    note: Mapped[str | None]
    sent_on: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int]
    sent_by_name: Mapped[str]
    number: Mapped[str | None]
    answer_note: Mapped[str | None]
    answered_on: Mapped[date | None]
    answered_by_name: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    desk: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[desk_id])


class SiteReportItem(Base):
    """A site of a report, with what stood in the ledger when it was reported."""

    __tablename__ = "site_report_item"
    __table_args__ = (UniqueConstraint("report_id", "site_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("site_report.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    number: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[RiskLevel]
