"""The table of days that an office declares off or worked."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base
from drillreg.workdays.rules import DayKind

WHOLE_INSTALLATION = text("owner_org_id IS NULL")


class CalendarDay(Base):
    """One day of an organisation's calendar; without an owner it holds for the installation."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        UniqueConstraint("owner_org_id", "day"),
        # In a unique constraint two absent owners count as different, hence a second index.
        Index(
            "uq_calendar_day_installation",
            "day",
            unique=True,
            sqlite_where=WHOLE_INSTALLATION,
            postgresql_where=WHOLE_INSTALLATION,
        ),
    )

    owner_org_id: Mapped[int | None]
    day: Mapped[date]
    kind: Mapped[DayKind]
    name_zh: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime]
