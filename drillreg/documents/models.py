"""Tables of numbering series."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class NumberState(StrEnum):
    """What became of a number."""

    USED = "used"
    VOID = "void"


class NumberSeries(Base):
    """A run of document numbers: one per issuer, kind of document and year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("issuer_org_id", "document_kind", "year"),)

    issuer_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    document_kind: Mapped[str]
    year: Mapped[int]
    # How a number reads, such as "青应急报〔{year}〕{number}号".
    template: Mapped[str]
    last_number: Mapped[int] = mapped_column(default=0)


class IssuedNumber(Base):
    """One number and the document that carries it."""

    __tablename__ = "issued_number"
    __table_args__ = (UniqueConstraint("series_id", "number"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("number_series.id"), index=True)
    number: Mapped[int]
    text: Mapped[str]
    state: Mapped[NumberState]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    issued_at: Mapped[datetime]
