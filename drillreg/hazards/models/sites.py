"""The table of hazard sites, with what is worked out from a row as it is written."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.geo import morton
from drillreg.hazards.rules import CheckResult, RiskLevel, SiteEnding, level_rank
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
