"""Tables of evidence."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Voidable
from drillreg.evidence.rules import Grade
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org

__all__ = ["Evidence", "EvidenceEntry", "Grade"]


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
    # The last day on which it stands, such as the day before a plan was abolished.
    until_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    attributes: Mapped[dict[str, Any]]
    grade: Mapped[Grade]
    # Who raised the grade, when, and how they know; names as they were then.
    graded_at: Mapped[datetime | None]
    graded_by_id: Mapped[int | None]
    graded_by_name: Mapped[str | None]
    grade_note: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    entry: Mapped["EvidenceEntry | None"] = relationship(
        back_populates="evidence", lazy="raise_on_sql"
    )


class EvidenceEntry(Base):
    """What a person sent who entered evidence by hand, once."""

    __tablename__ = "evidence_entry"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), unique=True)
    # The page's or device's own id for this submission and the digest of what it sent.
    client_id: Mapped[str] = mapped_column(unique=True)
    body_hash: Mapped[str]
    note: Mapped[str | None]
    account_id: Mapped[int]
    entered_by: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    evidence: Mapped[Evidence] = relationship(back_populates="entry", lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")
