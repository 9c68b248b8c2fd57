"""The table of days that an office declares off or worked."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, Voidable
from drillreg.workdays.rules import DayKind

WHOLE_INSTALLATION = text("owner_org_id IS NULL")


class CalendarDay(Voidable, Base):
    """One day of an organisation's calendar; without an owner it holds for the installation.

    A day that was taken out keeps its row; entered again, the row counts again.
    """

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


class CalendarSeason(Voidable, Base):
    """A term, a school holiday, exam days, a flood season … of an organisation."""

    __tablename__ = "calendar_season"

    owner_org_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str]
    name_zh: Mapped[str] = mapped_column(String(40))
    first_on: Mapped[date]
    last_on: Mapped[date]
    yearly: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime]
