"""What an author writes into a report, as plain values on their way to the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ActionText:
    """A corrective action as written; `id` is None for a new one."""

    id: int | None
    text: str
    org_id: int
    person_name: str
    due_on: date


@dataclass(frozen=True)
class FindingText:
    """A finding as written, with its actions or the reason why none is needed."""

    id: int | None
    text: str
    cause: str = ""
    no_action_reason: str = ""
    actions: Sequence[ActionText] = field(default=())


@dataclass(frozen=True)
class ReportText:
    """Everything an author may write."""

    title: str
    addressee: str
    copies_to: str
    summary: str
    strengths: str
    findings: Sequence[FindingText]
