"""A sign-off as a page shows it: the line of stages, clocks in words, rounds, opinions, experts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import instant
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.signoffs.models import Consultation, ExpertPanel, SignOff, SignOffStage
from drillreg.signoffs.queries import (
    consultations_of,
    excluded_from,
    may_take,
    names_of_accounts,
    panels_of,
    route_stages,
    stage_rows,
)
from drillreg.signoffs.rules import (
    Manner,
    SignOffState,
    Stage,
    StageKind,
    StageState,
    may_skip,
)

STATE_WORDS = {
    SignOffState.OPEN: N_("With those who sign"),
    SignOffState.RETURNED: N_("Returned with reasons"),
    SignOffState.DONE: N_("Signed and issued"),
    SignOffState.WITHDRAWN: N_("Called back"),
}
STATE_COLOURS = {
    SignOffState.OPEN: "sky",
    SignOffState.RETURNED: "orange",
    SignOffState.DONE: "green",
    SignOffState.WITHDRAWN: "line",
}
STAGE_WORDS = {
    StageState.WAITING: N_("Not yet"),
    StageState.OPEN: N_("Being dealt with"),
    StageState.DONE: N_("Done"),
    StageState.SKIPPED: N_("Left out"),
    StageState.RETURNED: N_("Returned"),
    StageState.KEPT: N_("Stands from before"),
    StageState.CLOSED: N_("Ended with the return"),
}
STAGE_COLOURS = {
    StageState.OPEN: "sky",
    StageState.DONE: "green",
    StageState.RETURNED: "orange",
    StageState.WAITING: "line",
}
MANNER_WORDS = {
    Manner.ACCOUNT: N_("signed in"),
    Manner.PASSWORD: N_("signed in, password given again"),
    Manner.PAPER: N_("on paper"),
}
# How the line of stages shows them: what is not on it any more stands as done.
ON_LINE = {StageState.OPEN: "now", StageState.WAITING: "todo"}


@dataclass(frozen=True)
class Clock:
    """Working days left of a step, in words; `colour` of a tag."""

    text: str
    colour: str


def clock_of(due_on: date | None, left: int, today: date) -> Clock | None:
    """Return the clock of a step that is due on a day, with so many working days left."""
    if due_on is None:
        return None
    if due_on < today:
        late = translate(N_("%(count)d working days overdue"), count=max(-left, 1))
        return Clock(late, "red")
    if left <= 0:
        return Clock(translate(N_("due today")), "orange")
    colour = "orange" if left <= 1 else "sky"
    return Clock(translate(N_("%(count)d working days left"), count=left), colour)


@dataclass(frozen=True)
class StageView:
    """A stage of the present round, or of a round before, as a person sees it."""

    stage: Stage
    row: SignOffStage
    clock: Clock | None
    asked: str
    named: str
    may_take: bool
    is_excluded: bool
    may_skip: bool

    @property
    def title(self) -> str:
        """What the stage is called."""
        return pick({"zh": self.stage.zh, "en": self.stage.en})

    @property
    def body(self) -> str:
        """Who takes it by the rule, such as the meeting of the government."""
        return pick({"zh": self.stage.body_zh, "en": self.stage.body_en})

    @property
    def is_open(self) -> bool:
        """Whether its turn is now."""
        return self.row.state is StageState.OPEN

    @property
    def word(self) -> str:
        """How it stands."""
        return translate(STAGE_WORDS[self.row.state])

    @property
    def colour(self) -> str:
        """The colour of its tag."""
        return STAGE_COLOURS.get(self.row.state, "")

    @property
    def manner(self) -> str:
        """How it was shown who took the step; whose signature, where it was on paper."""
        if self.row.manner is None:
            return ""
        word = translate(MANNER_WORDS[self.row.manner])
        return f"{word}　{self.row.signed_by}" if self.row.signed_by else word

    @property
    def line(self) -> dict[str, str]:
        """The stage as `ui.steps` takes it."""
        small = f"{self.row.done_by_name}　{instant(self.row.done_at)}" if self.row.done_at else ""
        if self.row.state is StageState.WAITING:
            small = self.named
        if self.is_open and self.clock:
            small = self.clock.text
        return {
            "title": self.title,
            "text": self.word,
            "small": small,
            "state": ON_LINE.get(self.row.state, "done"),
        }


@dataclass(frozen=True)
class Shown:
    """A sign-off with its rounds, the newest first; opinions and experts by stage row."""

    sign_off: SignOff
    rounds: Sequence[tuple[int, Sequence[StageView]]]
    opinions: Sequence[Consultation]
    panels: dict[int, ExpertPanel]

    @property
    def now(self) -> Sequence[StageView]:
        """The stages of the present round."""
        return self.rounds[0][1]

    @property
    def open(self) -> list[StageView]:
        """The stages whose turn is now."""
        return [view for view in self.now if view.is_open]

    def view(self, key: str) -> StageView | None:
        """Return the present view of a stage, or None."""
        return next((view for view in self.now if view.stage.key == key), None)

    def opinions_of(self, view: StageView) -> list[Consultation]:
        """Return who was asked at a stage in its round."""
        return [each for each in self.opinions if each.stage_id == view.row.id]

    def panel_of(self, view: StageView) -> ExpertPanel | None:
        """Return the meeting of experts at a stage in its round."""
        return self.panels.get(view.row.id)

    def title_of(self, key: str | None) -> str:
        """Return what a stage is called."""
        return next((view.title for view in self.now if view.stage.key == key), "")


def shown(sign_off: SignOff, actor: Actor, today: date) -> Shown:
    """Return a sign-off as a person sees it; its record was read in scope."""
    rows = stage_rows(sign_off)
    stages = {stage.key: stage for stage in route_stages(sign_off)}
    names = _names_of([row for row in rows if row.state is StageState.OPEN], today)
    named = names_of_accounts({row.assigned_id for row in rows if row.assigned_id})
    calendar = calendar_of(sign_off.org)
    urgent = sign_off.urgent_reason is not None
    views: dict[int, list[StageView]] = {}
    for row in rows:
        stage, is_open = stages[row.key], row.state is StageState.OPEN
        left = calendar.working_days_between(today, row.due_on) if row.due_on else 0
        barred = excluded_from(stage, sign_off, rows) if is_open else frozenset[int]()
        views.setdefault(row.round, []).append(
            StageView(
                stage,
                row,
                clock_of(row.due_on, left, today) if is_open else None,
                _joined(names.get((row.asked_org_id or 0, row.permission), {}), barred),
                named.get(row.assigned_id or 0, ""),
                is_open and may_take(stage, row, actor, today),
                bool(barred & actor.account_ids),
                is_open and may_skip(stage, urgent=urgent),
            )
        )
    gathered = [row.id for row in rows if stages[row.key].kind in {StageKind.CONSULT}]
    met = [row.id for row in rows if stages[row.key].kind in {StageKind.EXPERTS}]
    return Shown(
        sign_off,
        sorted(views.items(), reverse=True),
        consultations_of(gathered),
        panels_of(met),
    )


def _joined(names: Mapping[int, str], barred: Collection[int]) -> str:
    found = [name for account_id, name in names.items() if account_id not in barred]
    return "、".join(dict.fromkeys(found))


def _names_of(rows: Sequence[SignOffStage], today: date) -> dict[tuple[int, str], dict[int, str]]:
    """Return by organisation and permission the people, by account, whom a step waits for."""
    found: dict[tuple[int, str], dict[int, str]] = {}
    ids = sorted({row.asked_org_id for row in rows if row.asked_org_id is not None})
    held = db.session.execute(
        select(RoleAssignment.org_id, RoleAssignment.role, Account)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(
            RoleAssignment.org_id.in_(ids),
            RoleAssignment.from_on <= today,
            RoleAssignment.to_on.is_(None) | (RoleAssignment.to_on > today),
            Account.disabled_at.is_(None),
        )
        .order_by(RoleAssignment.org_id, Account.id)
    ).all()
    for permission in {row.permission for row in rows}:
        for org_id, role, account in held:
            if Permission(permission) in roles()[role].territory:
                found.setdefault((org_id, permission), {})[account.id] = account.person.name
    return found
