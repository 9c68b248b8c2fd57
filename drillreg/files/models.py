"""Table of stored files."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, HasPublicId


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
