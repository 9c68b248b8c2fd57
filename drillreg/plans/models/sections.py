"""Table of the sections of a plan that is written here."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, Versioned


class PlanSection(Versioned, Base):
    """One heading of a version with the text below it; `position` orders them, `level` nests."""

    __tablename__ = "plan_section"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    # What the section is across versions and plans: the key of the template, or one made up.
    key: Mapped[str]
    position: Mapped[int]
    # 1 is a chapter; headings are numbered by their place, never by hand.
    level: Mapped[int] = mapped_column(default=1)
    heading: Mapped[str]
    # Markdown.
    body: Mapped[str] = mapped_column(default="")
    # The section of another unit's plan this was copied from, until it is changed.
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("plan_section.id"))
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None]
