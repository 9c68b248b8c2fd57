"""Table of the step log; rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class Step(Base):
    """One step somebody took with a record; names are kept as they were then."""

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_subject", "subject_kind", "subject_id", "id"),
        Index("ix_step_org_code", "org_id", "code", "id"),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    # The organisation the record belongs to, for the history on its page.
    org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    code: Mapped[str]
    at: Mapped[datetime]
    # Without an account the system itself did it.
    account_id: Mapped[int | None]
    name: Mapped[str]
    # For whom a deputy did it; `name` says both then.
    for_account_id: Mapped[int | None]
    for_name: Mapped[str | None]
    decision: Mapped[str | None]
    remark: Mapped[str | None]
    # To whom the record went, where it went to somebody.
    to_account_id: Mapped[int | None]
    to_org_id: Mapped[int | None]
    to_name: Mapped[str | None]


def _refuse(mapper: Any, connection: Connection, step: Step) -> None:
    raise RuntimeError("a step was taken: it can neither be changed nor removed")


event.listen(Step, "before_update", _refuse)
event.listen(Step, "before_delete", _refuse)
