"""Tables of checks, their photos, and sheets of paper books."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base
from drillreg.files.models import StoredFile
from drillreg.hazards.check_rules import Way
from drillreg.hazards.models.sites import HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.orgs.models import Org


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
