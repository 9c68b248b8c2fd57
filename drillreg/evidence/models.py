"""Table of evidence."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, Voidable


class Grade(StrEnum):
    """How we know: 自报, 有佐证, 已核查."""

    SELF_REPORTED = "self-reported"
    EVIDENCED = "evidenced"
    VERIFIED = "verified"


class Evidence(Voidable, Base):
    """Something an organisation did on a day, as duties will count it."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_org_kind_day", "org_id", "kind", "on_date"),
        Index("ix_evidence_subject", "subject_kind", "subject_id"),
    )

    kind: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    on_date: Mapped[date]
    entered_at: Mapped[datetime]
    attributes: Mapped[dict[str, Any]]
    grade: Mapped[Grade]
