"""Tables of numbering series, of what offices want of layouts, and of printed sheets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.documents.rules import NumberState
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org


class NumberSeries(Versioned, Base):
    """A run of document numbers: one per issuer, kind of document and year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("issuer_org_id", "document_kind", "year"),)

    issuer_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    document_kind: Mapped[str]
    year: Mapped[int]
    # How a number reads, such as "青应急报〔{year}〕{number}号".
    template: Mapped[str]
    # The office wrote the template itself: the next year begins with it.
    template_is_own: Mapped[bool] = mapped_column(default=False)
    first_number: Mapped[int] = mapped_column(default=1)
    last_number: Mapped[int] = mapped_column(default=0)

    issuer: Mapped[Org] = relationship(lazy="raise_on_sql")


class IssuedNumber(Voidable, Base):
    """One number: kept free for a paper, carried by one, or void."""

    __tablename__ = "issued_number"
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        Index("ix_issued_number_subject", "subject_kind", "subject_id"),
    )

    series_id: Mapped[int] = mapped_column(ForeignKey("number_series.id"), index=True)
    number: Mapped[int]
    text: Mapped[str]
    state: Mapped[NumberState]
    # The record that carries it; none for a paper written outside.
    subject_kind: Mapped[str | None]
    subject_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    # Given in the paper register before it was entered here.
    by_hand: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime]
    account_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(default="")

    series: Mapped[NumberSeries] = relationship(lazy="raise_on_sql")


class LayoutChange(Base):
    """What an organisation wants of a layout from an instant on; the newest row holds."""

    __tablename__ = "layout_change"
    __table_args__ = (Index("ix_layout_change_layout_org", "layout", "org_id"),)

    layout: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    # {"fonts": {role: name}, "red_head": bool, "head_word": text}
    wishes: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    account_id: Mapped[int | None]
    actor_name: Mapped[str]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class PrintedSheet(HasPublicId, Base):
    """A form that was printed to be signed on paper; its code leads back to the record."""

    __tablename__ = "printed_sheet"
    __table_args__ = (Index("ix_printed_sheet_subject", "kind", "subject_id"),)

    # What a person types who cannot scan: eight characters without 0, O, 1, I, L.
    short_code: Mapped[str] = mapped_column(String(8), unique=True)
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    title: Mapped[str]
    # SHA-256 of what the paper says, as plain data.
    paper_sha256: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    printed_at: Mapped[datetime]
    account_id: Mapped[int | None]
    actor_name: Mapped[str]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")


class SheetScan(Voidable, Base):
    """A signed sheet that came back as a PDF or as photos; every sending is kept."""

    __tablename__ = "sheet_scan"
    __table_args__ = (UniqueConstraint("sheet_id", "version"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("printed_sheet.id"))
    version: Mapped[int]
    signed_by: Mapped[str]
    signed_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    # The PDF as it came; photos have only pages.
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    received_at: Mapped[datetime]
    account_id: Mapped[int]
    actor_name: Mapped[str]

    sheet: Mapped[PrintedSheet] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
    pages: Mapped[list["ScanPage"]] = relationship(
        order_by="ScanPage.position", lazy="raise_on_sql"
    )


class ScanPage(Base):
    """A picture of one page of a scan."""

    __tablename__ = "scan_page"
    __table_args__ = (UniqueConstraint("scan_id", "position"),)

    scan_id: Mapped[int] = mapped_column(ForeignKey("sheet_scan.id"))
    position: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")
