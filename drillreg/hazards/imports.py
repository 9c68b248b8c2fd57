"""Importing a ledger of sites: plan it, keep the plan, apply it in chunks, undo it by a flag."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError, NotFound
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, store
from drillreg.geo import morton
from drillreg.geo.shapes import kind_of
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.ledgers import (
    Ledger,
    Options,
    digest_of,
    options_of,
    positions_wgs84,
    read_rows,
)
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.operations import let_numbers_go
from drillreg.hazards.rows import DayOrder, Reading, Refusal, Remark, SiteRow
from drillreg.hazards.rules import IMPORT_KIND, level_rank, number_after
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.places import divisions_at, governments_above
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.write import xlsx_bytes
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

CHUNK = 2000
ATTRIBUTES_KEPT = 30
MOST_GROUPS = 40

Step = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Placed:
    """A row with the division it lies in, the organisation it goes to and its number there."""

    row: SiteRow
    division_id: int
    org_id: int
    number: str


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do: rows that come in and the refused ones with their reasons."""

    ledger: Ledger
    reading: Reading
    placed: list[Placed]
    refusals: list[Refusal]

    @property
    def total(self) -> int:
        """Return how many rows the file has, readable or not."""
        return len(self.placed) + len(self.refusals)

    def remarks(self) -> Iterator[tuple[int, Remark]]:
        """Yield what was noted about rows that come in, with the place of the row."""
        for each in self.placed:
            for remark in each.row.remarks:
                yield each.row.at, remark


def reference_of(org: Org) -> bytes | None:
    """Return the outline (WKB, WGS84) of an organisation's division, for hints about a file."""
    return db.session.scalar(
        select(DivisionBoundary.wkb)
        .where(
            DivisionBoundary.division_id == org.division_id,
            DivisionBoundary.to_on.is_(None),
            is_imported(DivisionBoundary),
        )
        .order_by(DivisionBoundary.id.desc())
        .limit(1)
    )


# Planning


def plan_import(ledger: Ledger, options: Options, *, within: Org) -> ImportPlan:
    """Return what importing a file into an organisation's territory would do; writes nothing."""
    reading, rows, refusals = read_rows(ledger, options)
    lons, lats = positions_wgs84(rows, ledger, options)
    rows = [replace(row, lon=x, lat=y) for row, x, y in zip(rows, lons, lats, strict=True)]
    found = divisions_at(lons, lats)
    governments = governments_above(found)
    names = _names_of(found)
    taken, last = _numbers_of({org.id for org in governments.values()})
    placed: list[Placed] = []
    for row, division_id in zip(rows, found, strict=True):
        org = governments.get(division_id) if division_id is not None else None
        if division_id is None or org is None or not covers(within.path, org.path):
            refusals.append(_misplaced(row, names.get(division_id or 0, ""), org, within))
        elif (org.id, row.number) in taken:
            refusals.append(_duplicate(row, org, taken[org.id, row.number]))
        else:
            number = row.number or _free_number(org.id, taken, last)
            taken[org.id, number] = row.at
            placed.append(Placed(row, division_id, org.id, number))
    return ImportPlan(ledger, reading, placed, sorted(refusals, key=lambda each: each.at))


STANDING = -1  # the number is that of a site which is there already, not of a row of this file


def _names_of(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({each for each in ids if each is not None})
    found = db.session.execute(
        select(Division.id, Division.name).where(Division.id.in_(wanted)).order_by(Division.id)
    )
    return {row.id: row.name for row in found}


def _numbers_of(org_ids: set[int]) -> tuple[dict[tuple[int, str], int], dict[int, str]]:
    """Return the numbers that stand at these organisations, and the newest one of each."""
    found = db.session.execute(
        select(HazardSite.org_id, HazardSite.number)
        .where(HazardSite.org_id.in_(sorted(org_ids)), is_imported(HazardSite))
        .order_by(HazardSite.id)
    ).all()
    pairs = [(int(row.org_id), str(row.number)) for row in found]
    return dict.fromkeys(pairs, STANDING), dict(pairs)


def _free_number(org_id: int, taken: Mapping[tuple[int, str], int], last: dict[int, str]) -> str:
    number = number_after(last.get(org_id, ""))
    while (org_id, number) in taken:
        number = number_after(number)
    last[org_id] = number
    return number


def _misplaced(row: SiteRow, place: str, org: Org | None, within: Org) -> Refusal:
    if not place:
        return Refusal(row.at, N_("The position lies in no boundary known here."))
    if org is None:
        return Refusal(
            row.at,
            N_("The position lies in %(place)s, which has no organisation here."),
            {"place": place},
        )
    return Refusal(
        row.at,
        N_("The position lies in %(place)s, outside %(org)s."),
        {"place": place, "org": within.name},
    )


def _duplicate(row: SiteRow, org: Org, before: int) -> Refusal:
    params = {"number": row.number, "org": org.name}
    if before == STANDING:
        return Refusal(row.at, N_("%(org)s has a site with the number %(number)s already."), params)
    return Refusal(
        row.at, N_("The number %(number)s stands in this file twice for %(org)s."), params
    )


# What the person sees of a plan


def _grouped(sentences: Iterable[Refusal | Remark]) -> list[dict[str, Any]]:
    """Return sentences with how often each occurs, the most frequent first."""
    counts: Counter[tuple[str, tuple[tuple[str, Any], ...]]] = Counter(
        (each.message, tuple(sorted(each.params.items()))) for each in sentences
    )
    return [
        {"message": message, "params": dict(params), "count": count}
        for (message, params), count in counts.most_common(MOST_GROUPS)
    ]


def summary_of(plan: ImportPlan) -> dict[str, Any]:
    """Return what the preview page shows, as plain data."""
    ledger = plan.ledger
    return {
        "rows": plan.total,
        "good": len(plan.placed),
        "refused": len(plan.refusals),
        "header": ledger.header,
        "has_shapes": ledger.has_shapes,
        "columns": dict(plan.reading.columns),
        "sample": [[cell[:60] for cell in row] for row in ledger.rows[:5]],
        "reasons": _grouped(plan.refusals),
        "remarks": _grouped([remark for _, remark in plan.remarks()]),
        "file_remarks": _grouped(ledger.remarks),
        "dates": plan.reading.day_order.value
        if plan.reading.day_order is not DayOrder.UNPROVEN
        else "",
        "source_crs": ledger.source_crs,
        "encoding": ledger.encoding,
    }


def problems_xlsx(plan: ImportPlan) -> bytes | None:
    """Return the refused rows, and those with a remark, as they were, with the reason last.

    None when there is nothing to explain. Call it outside a transaction: it takes seconds for
    tens of thousands of rows.
    """
    if not plan.refusals and next(plan.remarks(), None) is None:
        return None
    ledger = plan.ledger
    header = [translate(N_("Row in the file")), *ledger.header, translate(N_("Explanation"))]
    refused = (_problem(ledger, each.at, each.message, each.params) for each in plan.refusals)
    noted = (_problem(ledger, at, each.message, each.params) for at, each in plan.remarks())
    return xlsx_bytes(
        [
            (translate(N_("Not imported")), header, refused),
            (translate(N_("Imported with a remark")), header, noted),
        ]
    )


def _problem(
    ledger: Ledger, at: int, message: str, params: Mapping[str, Any]
) -> list[str | int | None]:
    reason = translate(message, **params)
    if at < 0:  # a shape that could not be read: nothing of its row is known
        return [-at, *([None] * len(ledger.header)), reason]
    return [ledger.numbers[at], *ledger.rows[at], reason]


# Keeping, applying, undoing


def get_batch(public_id: str, scope: OrgScope) -> ImportBatch:
    """Return an import of sites, or raise NotFound when its organisation is out of scope."""
    found = db.session.scalar(
        select(ImportBatch)
        .join(Org, Org.id == ImportBatch.org_id)
        .where(ImportBatch.public_id == public_id, ImportBatch.kind == IMPORT_KIND, scope.allows())
    )
    if found is None:
        raise NotFound(N_("There is no such import."))
    return found


def recent_batches(scope: OrgScope, *, at_most: int = 10) -> Sequence[ImportBatch]:
    """Return the last imports of sites in scope, newest first."""
    return db.session.scalars(
        select(ImportBatch)
        .join(Org, Org.id == ImportBatch.org_id)
        .where(ImportBatch.kind == IMPORT_KIND, scope.allows())
        .order_by(ImportBatch.id.desc())
        .limit(at_most)
    ).all()


def applied_before(digest: str, org_id: int) -> ImportBatch | None:
    """Return the import that stands of the same file into the same organisation, or None."""
    return db.session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.kind == IMPORT_KIND,
            ImportBatch.digest == digest,
            ImportBatch.org_id == org_id,
            ImportBatch.state == ImportState.APPLIED,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def keep_import(
    *, name: str, data: bytes, options: Options, within: Org, actor: Actor | None, now: datetime
) -> ImportBatch:
    """Keep an uploaded file and what was chosen about it; nothing of it is visible yet."""
    stored = store(data, name=name, org_id=within.id, actor=actor, now=now)
    batch = ImportBatch(
        kind=IMPORT_KIND,
        file_id=stored.id,
        file_name=stored.name,
        org_id=within.id,
        account_id=actor.account_id if actor else None,
        created_at=now,
        summary={},
        options=options.as_dict(),
        digest=digest_of(data),
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def keep_plan(
    batch: ImportBatch,
    plan: ImportPlan,
    options: Options,
    *,
    problems: bytes | None,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Keep what a plan found: the preview, and the explained rows as a file (xlsx)."""
    _ensure_open(batch)
    batch.options = {**batch.options, **options.as_dict()}
    batch.summary = summary_of(plan)
    batch.problems_file_id = None
    if problems is not None:
        batch.problems_file_id = store(
            problems, name=f"{batch.file_name}.xlsx", org_id=batch.org_id, actor=actor, now=now
        ).id


def _ensure_open(batch: ImportBatch) -> None:
    if batch.state is not ImportState.PREVIEW:
        raise DomainError(N_("This import was applied already."))


def file_of(batch: ImportBatch) -> tuple[str, bytes]:
    """Return name and bytes of the imported file."""
    found = db.session.get_one(StoredFile, batch.file_id)
    return found.name, bytes_of(found)


def ensure_appliable(batch: ImportBatch) -> None:
    """Raise unless an import is still open, brings something, and was not applied before."""
    _ensure_open(batch)
    if not batch.summary.get("good"):
        raise DomainError(N_("No row of this file can be imported."))
    before = applied_before(batch.digest or "", batch.org_id)
    if before is not None:
        raise DomainError(
            N_("This file was imported before (%(name)s). Nothing was added."),
            name=before.file_name,
        )


def apply_import(
    batch_id: int,
    plan: ImportPlan,
    *,
    attempt: int,
    problems: bytes | None,
    actor: Actor | None,
    now: datetime,
    step: Step,
) -> None:
    """Write the sites of a plan in chunks, each in a transaction, then show them all at once.

    Runs outside any transaction. Safe to repeat: rows that an earlier attempt left are removed
    first, and an attempt that was taken over stops at its next chunk.
    """
    with unit_of_work():
        _take_over(batch_id, attempt)
        let_numbers_go({each.org_id for each in plan.placed}, except_import=batch_id)
    total, options = len(plan.placed), _options_of(batch_id)
    for start in range(0, total, CHUNK):
        chunk = plan.placed[start : start + CHUNK]
        with unit_of_work():
            _ensure_mine(batch_id, attempt)
            db.session.execute(insert(HazardSite), _values(chunk, plan, options, batch_id, now))
        step(min(start + CHUNK, total), total)
    with unit_of_work():
        batch = _ensure_mine(batch_id, attempt)
        keep_plan(batch, plan, options, problems=problems, actor=actor, now=now)
        _show(batch, plan, actor, now)


def drop_import(batch_id: int, *, attempt: int) -> None:
    """Remove what a stopped import has written; nobody has seen any of it."""
    _ensure_mine(batch_id, attempt)
    db.session.execute(delete(HazardSite).where(HazardSite.import_id == batch_id))


def _options_of(batch_id: int) -> Options:
    return options_of(db.session.get_one(ImportBatch, batch_id).options)


def _take_over(batch_id: int, attempt: int) -> None:
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True)
    ensure_appliable(batch)
    batch.options = {**batch.options, "attempt": attempt}
    db.session.execute(delete(HazardSite).where(HazardSite.import_id == batch_id))


def _ensure_mine(batch_id: int, attempt: int) -> ImportBatch:
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    _ensure_open(batch)
    if batch.options.get("attempt") != attempt:
        raise DomainError(N_("Another run of this import has taken over."))
    return batch


def _values(
    chunk: Sequence[Placed], plan: ImportPlan, options: Options, batch_id: int, now: datetime
) -> list[dict[str, Any]]:
    codes = morton.encode_many([p.row.lon for p in chunk], [p.row.lat for p in chunk]).tolist()
    labels = {code: item.label["zh"] for item in plan.reading.kinds for code in [item.code]}
    names = _names_of(each.division_id for each in chunk)
    spare = _spare_columns(plan)
    ledger = plan.ledger
    crs = ledger.source_crs if options.shift is ShiftedCrs.WGS84 else options.shift.value
    return [
        {
            "org_id": each.org_id,
            "division_id": each.division_id,
            "number": each.number,
            "number_taken": each.number,
            "outside_number": each.row.outside_number or None,
            "name": each.row.name or f"{names[each.division_id]}{labels[each.row.kind]}",
            "kind": each.row.kind,
            "level": each.row.level,
            "level_rank": level_rank(each.row.level),
            "address": each.row.address or None,
            "lon": each.row.lon,
            "lat": each.row.lat,
            "morton": code,
            "wkb": _shape(ledger, each.row.at),
            "source_crs": crs,
            "responsible_name": each.row.responsible_name or None,
            "responsible_phone": each.row.responsible_phone or None,
            "threatened_people": each.row.threatened_people,
            "threatened_households": each.row.threatened_households,
            "threatened_what": each.row.threatened_what or None,
            "attributes": _attributes(ledger, each.row.at, spare),
            "found_on": each.row.found_on,
            "created_at": now,
            "changed_at": now,
            "import_id": batch_id,
        }
        for each, code in zip(chunk, codes, strict=True)
    ]


def _shape(ledger: Ledger, at: int) -> bytes | None:
    """Return a line or area as it is; a point lies in the columns already."""
    if not ledger.has_shapes or kind_of(ledger.wkbs[at]) == "Point":
        return None
    return ledger.wkbs[at]


def _spare_columns(plan: ImportPlan) -> list[int]:
    used = set(plan.reading.columns.values())
    return [at for at, title in enumerate(plan.ledger.header) if at not in used and title][
        :ATTRIBUTES_KEPT
    ]


def _attributes(ledger: Ledger, at: int, columns: Sequence[int]) -> dict[str, str]:
    row = ledger.rows[at]
    return {ledger.header[c][:60]: row[c][:300] for c in columns if c < len(row) and row[c]}


def _show(batch: ImportBatch, plan: ImportPlan, actor: Actor | None, now: datetime) -> None:
    """Turn the flag that makes the rows visible, and write the one row of the trail."""
    db.session.execute(
        update(HazardSite)
        .where(HazardSite.import_id == batch.id, HazardSite.number_taken.is_(None))
        .values(number_taken=HazardSite.number)
        .execution_options(synchronize_session=False)
    )
    batch.state, batch.applied_at = ImportState.APPLIED, now
    record(
        "hazards-imported",
        subject_kind="import",
        subject_id=batch.id,
        org_id=batch.org_id,
        actor=actor,
        now=now,
        file=batch.file_name,
        digest=batch.digest,
        imported=len(plan.placed),
        refused=len(plan.refusals),
    )


def checks_on(batch: ImportBatch) -> int:
    """Return how many checks were logged at the sites of an import."""
    found = db.session.scalar(
        select(func.count())
        .select_from(HazardCheck)
        .join(HazardCheck.site)
        .where(HazardSite.import_id == batch.id)
    )
    return found or 0


def undo_import(batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """Make every site of an import invisible again; refused once somebody has checked one."""
    if batch.state is not ImportState.APPLIED:
        raise DomainError(N_("Only an import that was applied can be undone."))
    if checks := checks_on(batch):
        raise DomainError(
            N_(
                "%(count)d checks were logged at these sites since."
                " Strike out single sites instead."
            ),
            count=checks,
        )
    batch.state, batch.undone_at = ImportState.UNDONE, now
    record(
        "hazards-import-undone",
        subject_kind="import",
        subject_id=batch.id,
        org_id=batch.org_id,
        actor=actor,
        now=now,
        digest=batch.digest,
    )
