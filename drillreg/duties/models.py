"""Tables of duties: decisions of a county, waivers, results and their counts, closed periods."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Voidable
from drillreg.duties.states import State
from drillreg.duties.terms import DisputeAnswer, Ground
from drillreg.evidence.rules import Grade
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org

# As many levels of the tree have a column of their own; further down subtrees are small.
LEVELS = 4

# Results stand in the way of nothing: they are worked out anew after each change.
CACHE = {"cache": True}


class RuleDecision(Voidable, Base):
    """What a county decided about a rule, from a day on; `body` is the whole rule as it then reads.

    It holds until the next decision about the same rule.
    """

    __tablename__ = "rule_decision"
    __table_args__ = (Index("ix_rule_decision_owner_rule", "owner_id", "rule", "from_on"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    rule: Mapped[str]
    from_on: Mapped[date]
    body: Mapped[dict[str, Any]]
    # The document it stands in, or why.
    reason: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int]
    decided_by_name: Mapped[str]

    owner: Mapped[Org] = relationship(lazy="raise_on_sql")


class DutyWaiver(Voidable, Base):
    """Somebody need not do a thing for a time: why, by whom, until when; `key` 0: all of a rule."""

    __tablename__ = "duty_waiver"

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    rule: Mapped[str]
    key: Mapped[int] = mapped_column(default=0)
    event_type: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str]
    given_at: Mapped[datetime]
    given_by_id: Mapped[int]
    given_by_name: Mapped[str]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class DutyDispute(Base):
    """What an organisation says against a result, and what the level above answered."""

    __tablename__ = "duty_dispute"
    __table_args__ = (
        Index("ix_duty_dispute_org_rule", "org_id", "rule"),
        # One at a time: two who say it at once say it once.
        Index(
            "uq_duty_dispute_open",
            "org_id",
            "rule",
            "key",
            "event_type",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    rule: Mapped[str]
    key: Mapped[int] = mapped_column(default=0)
    event_type: Mapped[str] = mapped_column(default="")
    ground: Mapped[Ground]
    says: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[int]
    raised_by_name: Mapped[str]
    # Who answers, and until when.
    above_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    due_on: Mapped[date]
    answer: Mapped[DisputeAnswer | None]
    answer_reason: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
    answered_by_name: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    above: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[above_id])
    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class DutyTouch(Base):
    """Something happened at an organisation, or below a path, that its duties were not told yet."""

    __tablename__ = "duty_touch"

    org_id: Mapped[int | None] = mapped_column(index=True)
    below: Mapped[str | None]
    at: Mapped[datetime]


class DutyOrg(Base):
    """When the duties of an organisation were evaluated, and until when that holds.

    `stale_since`: an evaluation failed then; what stands is the last one that worked.
    `nodes`: where in the tree its results are counted. `holds`: until when what each rule says
    holds, while nothing else changes; `shipped`: the sum of the rule files it was said by.
    """

    __tablename__ = "duty_org"
    __table_args__ = ({"info": CACHE},)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), unique=True)
    evaluated_at: Mapped[datetime]
    evaluated_on: Mapped[date]
    valid_until: Mapped[date | None] = mapped_column(index=True)
    nodes: Mapped[list[Any]]
    holds: Mapped[dict[str, Any] | None]
    shipped: Mapped[str | None]
    stale_since: Mapped[datetime | None] = mapped_column(index=True)


class DutyState(Base):
    """How one duty stands: three dates say how it reads on any day until it is evaluated again."""

    __tablename__ = "duty_state"
    __table_args__ = (
        UniqueConstraint("org_id", "rule", "key", "event_type"),
        Index("ix_duty_state_due", "due_on", "id"),
        *(Index(f"ix_duty_state_at{n}", f"at{n}", "due_on", "id") for n in range(1, LEVELS + 1)),
        {"info": CACHE},
    )

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    rule: Mapped[str]
    key: Mapped[int]
    event_type: Mapped[str]
    owed: Mapped[str]
    rule_from: Mapped[date]
    decision_id: Mapped[int | None]
    good_until: Mapped[date | None]
    due_on: Mapped[date]
    waived_until: Mapped[date | None]
    grade: Mapped[str | None]
    have: Mapped[int]
    need: Mapped[int]
    proofs: Mapped[list[Any]]
    period_first: Mapped[date | None]
    period_last: Mapped[date | None]
    since: Mapped[date | None]
    late_days: Mapped[int]
    at1: Mapped[int | None]
    at2: Mapped[int | None]
    at3: Mapped[int | None]
    at4: Mapped[int | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class DutyCount(Base):
    """How many results at and below a node have the same dates; rows add up.

    Written by adding rows (`n` may be negative), so that writers never wait for each other; a job
    puts them together.
    """

    __tablename__ = "duty_count"
    __table_args__ = (Index("ix_duty_count_node", "node_id", "id"),)

    node_id: Mapped[int]
    rule: Mapped[str]
    owed: Mapped[str]
    event_type: Mapped[str]
    grade: Mapped[str | None]
    good_until: Mapped[date | None]
    due_on: Mapped[date]
    waived_until: Mapped[date | None]
    n: Mapped[int]


class DutyPeriod(Base):
    """How a period ended as it was known when it was closed; what came in later stands beside."""

    __tablename__ = "duty_period"
    __table_args__ = (
        UniqueConstraint("org_id", "rule", "key", "event_type", "first_on"),
        Index("ix_duty_period_rule_first", "rule", "first_on", "state"),
    )

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    rule: Mapped[str]
    key: Mapped[int]
    event_type: Mapped[str]
    owed: Mapped[str]
    rule_from: Mapped[date]
    decision_id: Mapped[int | None]
    first_on: Mapped[date]
    last_on: Mapped[date]
    closed_on: Mapped[date]
    state: Mapped[State]
    have: Mapped[int]
    need: Mapped[int]
    grade: Mapped[Grade | None]
    proofs: Mapped[list[Any]]
    recorded_at: Mapped[datetime]
    late_proofs: Mapped[list[Any]]
    late_days: Mapped[int]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
