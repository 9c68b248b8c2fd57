"""What the wizard remembers of its senders."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class ImportMapping(Base):
    """How the columns of a table were taken the last time somebody sent one with its headings."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("org_id", "kind", "fingerprint"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    kind: Mapped[str]
    fingerprint: Mapped[str]
    # Place of the column by field.
    columns: Mapped[dict[str, Any]]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    account_name: Mapped[str]
    used_at: Mapped[datetime]
