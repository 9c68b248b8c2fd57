"""Tables of signals: what a supervisor may want to look at, and the bands of photos behind it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base
from drillreg.hazards.check_rules import SignalKind
from drillreg.hazards.models import HazardCheck


class CheckSignal(Base):
    """Something odd about a check, with the facts it rests on; never a verdict."""

    __tablename__ = "check_signal"
    __table_args__ = (UniqueConstraint("check_id", "kind"),)

    check_id: Mapped[int] = mapped_column(ForeignKey("hazard_check.id"))
    kind: Mapped[SignalKind]
    # The check beside which this one looks odd.
    other_check_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_check.id"))
    # Metres, seconds, km/h, differing bits, number of checks: what the kind needs.
    facts: Mapped[dict[str, Any]]
    found_at: Mapped[datetime]
    # Whose check it is: they are not shown it.
    account_id: Mapped[int]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None]
    seen_by_name: Mapped[str | None]
    seen_note: Mapped[str | None]

    check: Mapped[HazardCheck] = relationship(lazy="raise_on_sql", foreign_keys=[check_id])


class PhotoBand(Base):
    """One fifth of a photo's hash, to find its near copies within a county without reading all."""

    __tablename__ = "check_photo_band"
    __table_args__ = (Index("ix_check_photo_band", "county_id", "band", "photo_id"),)

    # The root of the tree in which the site lies.
    county_id: Mapped[int]
    band: Mapped[int]
    photo_id: Mapped[int] = mapped_column(ForeignKey("check_photo.id"))
