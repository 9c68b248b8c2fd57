"""Tables of stored files and of the versions that records keep of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Voidable


class StoredFile(HasPublicId, Base):
    """A file as it lies in the store; the feature that owns it decides who may read it."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None]
    org_id: Mapped[int | None] = mapped_column(index=True)
    # Photos only: capture time and place as read before the metadata was stripped.
    taken_at: Mapped[datetime | None]
    taken_lon: Mapped[float | None]
    taken_lat: Mapped[float | None]
    perceptual_hash: Mapped[str | None] = mapped_column(index=True)
    thumbnail_sha256: Mapped[str | None]


class FileVersion(Voidable, Base):
    """One version of a file in a named slot of a record; the newest that stands is shown."""

    __tablename__ = "file_version"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "slot", "number"),)

    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    slot: Mapped[str]
    number: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    note: Mapped[str | None]
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    # As it was then.
    name: Mapped[str]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
