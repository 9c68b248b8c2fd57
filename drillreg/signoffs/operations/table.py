"""A sign-off taken in hand for one act: locked, with its stages and the rows of its round."""

from datetime import date

from drillreg.core.access import Actor
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_
from drillreg.signoffs.models import SignOffStage
from drillreg.signoffs.queries import (
    excluded_from,
    lock_sign_off,
    may_take,
    route_stages,
    stage_rows,
)
from drillreg.signoffs.rules import (
    AlreadyTaken,
    SignOffState,
    Stage,
    StageState,
    ensure_open,
    ensure_others,
)


class Table:
    """A sign-off locked for one act: its stages of the present round with their rows."""

    def __init__(self, sign_off_id: int) -> None:
        self.sign_off = lock_sign_off(sign_off_id)
        self.stages = route_stages(self.sign_off)
        self.all_rows = stage_rows(self.sign_off, to_change=True)
        self.rows = {row.key: row for row in self.all_rows if row.round == self.sign_off.round}

    def stage(self, key: str) -> Stage:
        """Return a stage of the route, or raise."""
        found = next((stage for stage in self.stages if stage.key == key), None)
        if found is None:
            raise DomainError(N_("There is no such step."))
        return found

    def open_row(self, key: str) -> SignOffStage:
        """Return the row of a stage whose turn it is; raise where it is not, or not any more."""
        if self.sign_off.state in {SignOffState.DONE, SignOffState.WITHDRAWN}:
            raise AlreadyTaken(N_("This sign-off is over. Look at it again."))
        row = self.rows.get(self.stage(key).key)
        if row is None:
            raise DomainError(N_("It is not the turn of this step."))
        ensure_open(row.state, row.done_by_name or "")
        return row

    def states(self) -> dict[str, StageState]:
        """Return the states of the present round by stage."""
        return {key: row.state for key, row in self.rows.items()}

    def others_than(self, stage: Stage) -> frozenset[int]:
        """Return the accounts that may not take a stage."""
        return excluded_from(stage, self.sign_off, self.all_rows)


def ensure_may_take(table: Table, key: str, actor: Actor, today: date) -> SignOffStage:
    """Return the open row of a stage that the person may take in person, or raise."""
    row, stage = table.open_row(key), table.stage(key)
    if not may_take(stage, row, actor, today):
        raise NotAllowed(N_("This step is for somebody else."))
    ensure_others(table.others_than(stage), actor.account_ids)
    return row
