"""Tables of abridged plans and action cards; both outlive a version and say which they know."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, Versioned, Voidable


class PlanAbridged(Versioned, Base):
    """The one-page abridged text of a plan (简本), as somebody edited it."""

    __tablename__ = "plan_abridged"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True)
    # The version it was last held against.
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    # Markdown.
    body: Mapped[str]
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None]
    edited_by_name: Mapped[str]


class ActionCard(Versioned, Voidable, Base):
    """What one role does first (应急处置卡)."""

    __tablename__ = "action_card"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    role: Mapped[str]
    who: Mapped[str | None]
    # One a line.
    actions: Mapped[str]
    phones: Mapped[str | None]
    place: Mapped[str | None]
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None]
