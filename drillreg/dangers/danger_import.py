"""Importing ledgers of dangers, as units and towns keep them in tables."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import delete, exists, func, select

from drillreg.core.access import Permission
from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.dangers import proving
from drillreg.dangers.danger_rows import DangerRow, Ledger
from drillreg.dangers.models import Danger, DangerRound
from drillreg.dangers.operations.trail import SUBJECT, next_number, register_keeper
from drillreg.dangers.rules import (
    OPEN_STAGES,
    DangerLevel,
    Outcome,
    RoundKind,
    Stage,
    raise_date,
)
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import withdraw_evidence
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.orgs.models import Org
from drillreg.orgs.naming import OrgNames
from drillreg.steps.models import Step
from drillreg.work.importers import (
    Act,
    Entry,
    Field,
    Kind,
    Note,
    Plan,
    Sentence,
    Source,
    chunks,
    fields_of,
)
from drillreg.work.models import ImportBatch

STEP = 250
MOST_ROWS = 5000
UNDONE = "import undone"
# What a row can change of a danger that stands.
CHANGEABLE = ("what", "place", "category", "level")
STANDS = N_("%(org)s has a danger with the number %(number)s already.")
SETTLED = N_("The danger %(number)s is struck off already and is not changed.")
TWICE = N_("The number %(number)s stands in this file twice for %(org)s.")
IN_LEDGER = N_("The same danger found on the same day stands in the ledger already.")


class DangerImport(Kind):
    """Ledgers of hidden dangers with what became of each."""

    code = "dangers"
    label = N_("Hidden dangers")
    about = N_(
        "A ledger of dangers that were found: what, where, by whom it has to be put right, until"
        " when, and what became of it. A unit imports its own; teams of it may stand there by name."
    )
    permission = Permission.REPORT_DANGERS
    owner_kinds = (
        *("county", "town", "village", "department", "school", "kindergarten"),
        *("hospital", "enterprise", "site"),
    )
    shown = (
        N_("What is wrong"),
        N_("Organisation to put it right"),
        N_("Level"),
        N_("Found on"),
        N_("Deadline"),
        N_("Struck off on"),
    )
    once = True
    changes_records = True
    in_use = N_("%(count)d of these dangers were worked on since. Discard single ones instead.")

    def fields(self) -> Sequence[Field]:
        """Return what a ledger of dangers can say."""
        return fields_of("danger_column")

    def plan(self, source: Source) -> Plan:
        """Say which dangers would come in; nothing is written."""
        if source.owner_id is None:
            raise DomainError(N_("Say below which organisation the list belongs."))
        if len(source.grid.rows) > MOST_ROWS:
            message = N_("A ledger of dangers can have %(most)d rows at most. Split it.")
            raise DomainError(message, most=MOST_ROWS)
        read = Ledger(source, db.session.get_one(Org, source.owner_id)).read()
        standing = Standing({row.org.id for row in read.rows})
        entries = []
        for row in read.rows:
            problem, entry = standing.entry(row)
            if entry is not None:
                entries.append(entry)
            elif problem is not None:
                read.problems.append(Note(row.at, *problem))
        kept = {entry.at for entry in entries if entry.act is not Act.SAME}
        open_ = sum(e.act is Act.NEW and e.data.closed_on is None for e in entries)
        return Plan(
            entries=entries,
            problems=sorted(read.problems, key=lambda note: note.at),
            remarks=[note for note in read.remarks if note.at in kept],
            figures=[(translate(N_("Still to be put right")), open_)],
        )

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return the first facts of a danger."""
        if entry.act is Act.NEW:
            row: DangerRow = entry.data
            values = (row.what, row.org.name, row.level, row.found_on, row.due_on, row.closed_on)
        else:
            danger = db.session.get_one(Danger, entry.subject_id)
            level = entry.data.get("level", danger.level)
            what, org = entry.data.get("what", danger.what), db.session.get_one(Org, danger.org_id)
            values = (what, org.name, level, danger.found_on, danger.due_on, danger.closed_on)
        what, org_name, level, *days = values
        words = (what[:80], org_name, code_label(level, "danger_level"))
        return (*words, *("" if day is None else day.isoformat() for day in days))

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return chunks of new dangers."""
        return chunks([entry.data for entry in entries], STEP)

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write a chunk of dangers that no page shows yet, each with the round it went through."""
        for row in step:
            danger = _danger(batch, row, now)
            db.session.add(danger)
            db.session.flush()
            if row.due_on is not None or row.closed_on is not None:
                db.session.add(_round(danger, row, batch, now, today))

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Let the dangers stand as the ledger says, with their evidence; open ones get a number."""
        found = db.session.scalars(
            select(Danger)
            .where(Danger.import_id == batch.id, Danger.stage == Stage.INCOMING)
            .order_by(Danger.id)
        ).all()
        orgs = {org.id: org for org in db.session.scalars(_orgs_of(found))}
        for danger in found:
            danger.stage = _stage(danger)
            proving.prove_found(danger, has_photo=False, now=now)
            if danger.closed_on is not None:
                proving.prove_step(
                    proving.REMOVED,
                    danger,
                    on=danger.closed_on,
                    grade=Grade.SELF_REPORTED,
                    now=now,
                    level=danger.level.value,
                )
            elif danger.number is None:
                danger.number = next_number(
                    "danger",
                    "隐患",
                    issuer=register_keeper(orgs[danger.org_id]),
                    subject=(SUBJECT, danger.id),
                    title=danger.what,
                    actor=None,
                    now=now,
                    today=today,
                )

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Take the dangers off every page, and their evidence back."""
        mine = select(Danger.id).where(Danger.import_id == batch.id)
        for kind in (proving.FOUND, proving.REMOVED):
            these = (Evidence.subject_kind == SUBJECT) & Evidence.subject_id.in_(mine)
            withdraw_evidence(kind, these, reason=UNDONE, actor=None, now=now)
        for danger in db.session.scalars(select(Danger).where(Danger.import_id == batch.id)):
            danger.stage = Stage.INCOMING

    def drop(self, batch: ImportBatch) -> None:
        """Remove the dangers of an import that nobody has seen."""
        mine = select(Danger.id).where(Danger.import_id == batch.id)
        db.session.execute(delete(DangerRound).where(DangerRound.danger_id.in_(mine)))
        db.session.execute(delete(Danger).where(Danger.import_id == batch.id))

    def current(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return what stands of some dangers."""
        found = db.session.scalars(select(Danger).where(Danger.id.in_(ids)))
        return {danger.id: _facts(danger) for danger in found}

    def change(
        self, values: Mapping[int, Mapping[str, Any]], *, now: datetime, today: date
    ) -> None:
        """Set facts of dangers, and what evidence says of their level."""
        for danger in db.session.scalars(select(Danger).where(Danger.id.in_(list(values)))):
            said = values[danger.id]
            for name, value in said.items():
                setattr(danger, name, DangerLevel(value) if name == "level" else value)
            if "level" in said:
                db.session.flush()
                proving.restate_level(danger)

    def uses(self, batch: ImportBatch) -> int:
        """Return how many of the dangers somebody has acted on."""
        acted = exists().where(Step.subject_kind == SUBJECT, Step.subject_id == Danger.id)
        statement = select(func.count()).where(Danger.import_id == batch.id, acted)
        return db.session.scalar(statement) or 0

    def home(self, batch: ImportBatch) -> str:
        """Return the list of dangers of the organisation."""
        return url_for("dangers.index", within=batch.org_id or None)

    def offered(self, owner_id: int) -> Mapping[str, Sequence[str]]:
        """Offer the organisations and the words of code lists."""
        names = OrgNames(db.session.get_one(Org, owner_id), code_list("org_kind").codes())
        lists = {"category": "danger_category", "level": "danger_level", "source": "danger_source"}
        words = {
            field: [word for _, word in code_list(name).options()] for field, name in lists.items()
        }
        return {"org": [org.name for org in names.by_id.values()], **words}


class Standing:
    """The dangers that stand at some organisations, to know rows of them again."""

    def __init__(self, org_ids: set[int]) -> None:
        found = db.session.scalars(
            select(Danger).where(Danger.org_id.in_(sorted(org_ids)), Danger.stage != Stage.INCOMING)
        ).all()
        self.by_number = {(each.org_id, each.number): each for each in found if each.number}
        self.by_text = {(each.org_id, each.found_on, each.what): each for each in found}
        self.seen: set[tuple[int, str]] = set()

    def entry(self, row: DangerRow) -> tuple[Sentence | None, Entry | None]:
        """Return what a row would do, or why it does nothing."""
        known = None
        if row.number:
            key = (row.org.id, row.number)
            said = {"number": row.number, "org": row.org.name}
            if key in self.seen:
                return (TWICE, said), None
            self.seen.add(key)
            known = self.by_number.get(key)
            if known is not None and known.stage not in OPEN_STAGES and _changes(known, row):
                return (SETTLED, said), None
            if known is not None:
                changes = _changes(known, row)
                data = {name: value for name, (_, value) in changes.items()}
                act = Act.CHANGE if changes else Act.SAME
                return None, Entry(row.at, data, act, known.id, changes, (STANDS, said))
        if (row.org.id, row.found_on, row.what) in self.by_text:
            return (IN_LEDGER, {}), None
        return None, Entry(row.at, row)


def _facts(danger: Danger) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value := getattr(danger, name), DangerLevel) else value
        for name in CHANGEABLE
    }


def _changes(danger: Danger, row: DangerRow) -> dict[str, tuple[Any, Any]]:
    """Return what a row would change; an empty cell changes nothing."""
    new = {"what": row.what, "place": row.place, "category": row.category, "level": row.level.value}
    old = _facts(danger)
    return {name: (old[name], value) for name, value in new.items() if value and old[name] != value}


def _orgs_of(dangers: Sequence[Danger]) -> Any:
    return select(Org).where(Org.id.in_(sorted({danger.org_id for danger in dangers})))


def _stage(danger: Danger) -> Stage:
    if danger.closed_on is not None:
        return Stage.CLOSED
    return Stage.ASSIGNED if danger.round_number else Stage.REGISTERED


def _danger(batch: ImportBatch, row: DangerRow, now: datetime) -> Danger:
    return Danger(
        client_id=f"import-{batch.id}-{row.at}",
        body_hash="",
        import_id=batch.id,
        stage=Stage.INCOMING,
        org_id=row.org.id,
        number=row.number,
        what=row.what,
        place=row.place,
        category=row.category,
        level=row.level,
        source=row.source,
        finder=row.finder,
        found_on=row.found_on,
        due_on=row.due_on,
        round_number=1 if row.due_on or row.closed_on else 0,
        fixed_on=row.closed_on,
        closed_on=row.closed_on,
        closed_by_name=row.reviewer if row.closed_on else None,
        attributes=dict(row.said),
        entered_at=now,
        entered_by_id=batch.account_id or 0,
        entered_by_name=row.finder,
        entered_by_org_id=batch.org_id,
    )


def _round(
    danger: Danger, row: DangerRow, batch: ImportBatch, now: datetime, today: date
) -> DangerRound:
    """Return the round that a ledger tells of: ordered, and put right where it says so."""
    is_over = row.closed_on is not None
    # What was late before it came in rises from today on, not at once through all levels.
    due_on = max(row.due_on, today) if row.due_on else None
    return DangerRound(
        danger_id=danger.id,
        number=1,
        kind=RoundKind.OWN,
        issuer_org_id=row.org.id,
        to_org_id=row.org.id,
        requirement=row.measure,
        issued_on=row.found_on,
        issued_at=now,
        issued_by_id=batch.account_id or 0,
        issued_by_name=row.finder,
        due_on=row.due_on,
        raise_on=None if is_over else raise_date(due_on, setting("dangers.raise-days", row.org), 0),
        reported_on=row.closed_on,
        reported_at=now if is_over else None,
        reported_by_name=next(iter(row.said.values()), None) if is_over else None,
        outcome=Outcome.PASSED if is_over else None,
        reviewed_on=row.closed_on,
        reviewed_by_name=row.reviewer if is_over else None,
        review=row.result if is_over else None,
    )
