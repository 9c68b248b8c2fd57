"""Tables of who answers for a site, its photos, and what is reported of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.hazards.rules import ReportState, RiskLevel
from drillreg.orgs.models import Org


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
