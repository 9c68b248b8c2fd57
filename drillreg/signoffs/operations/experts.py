"""Entering a meeting of experts: when, where, who was there, how they voted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.files.models import StoredFile
from drillreg.i18n import N_
from drillreg.signoffs.complete import ensure_experts
from drillreg.signoffs.models import Expert, ExpertPanel
from drillreg.signoffs.operations.table import Table
from drillreg.signoffs.operations.trail import log_act
from drillreg.signoffs.queries import panels_of
from drillreg.signoffs.rules import StageKind


@dataclass(frozen=True)
class ExpertText:
    """An expert as typed."""

    name: str
    unit: str
    present: bool
    vote: str | None
    opinion: str | None


@dataclass(frozen=True)
class PanelText:
    """A meeting of experts as typed."""

    held_on: date
    place: str
    conclusion: str
    experts: Sequence[ExpertText]


def enter_panel(
    table: Table,
    key: str,
    text: PanelText,
    *,
    file: StoredFile | None,
    actor: Actor,
    today: date,
    now: datetime,
) -> ExpertPanel:
    """Keep the meeting of a stage, or correct it while the stage is open."""
    row, stage = table.open_row(key), table.stage(key)
    if stage.kind is not StageKind.EXPERTS:
        raise DomainError(N_("No experts meet at this step."))
    if text.held_on > today:
        raise DomainError(N_("The meeting lies in the future."))
    panel = panels_of([row.id]).get(row.id)
    if panel is None:
        panel = ExpertPanel(stage_id=row.id, rows=[])
        db.session.add(panel)
    panel.held_on, panel.place = text.held_on, text.place
    panel.conclusion, panel.entered_by_name = text.conclusion or None, actor.name
    if file is not None:
        panel.file_id = file.id
    _enter_experts(panel, text.experts, actor, now)
    db.session.flush()
    log_act(
        "sign-panel",
        table.sign_off,
        actor,
        now,
        remark=text.conclusion,
        experts=[f"{each.name} {each.vote or ''}".strip() for each in text.experts],
    )
    return panel


def _enter_experts(
    panel: ExpertPanel, experts: Sequence[ExpertText], actor: Actor, now: datetime
) -> None:
    """Write the experts row by row; rows that are left over are struck out."""
    for at, each in enumerate(experts):
        if at == len(panel.rows):
            panel.rows.append(Expert(position=at))
        row = panel.rows[at]
        row.name, row.unit, row.present = each.name, each.unit, each.present
        row.vote, row.opinion, row.voided_at = each.vote, each.opinion, None
    for row in panel.rows[len(experts) :]:
        row.voided_at, row.voided_by_id, row.void_reason = now, actor.account_id, "corrected"


def ensure_panel(stage_row_id: int, least: int) -> None:
    """Raise unless the meeting of a stage is entered with enough experts and all their votes."""
    panel = panels_of([stage_row_id]).get(stage_row_id)
    present = [each for each in panel.experts if each.present] if panel else []
    ensure_experts(
        present=len(present), voted=sum(each.vote is not None for each in present), least=least
    )
