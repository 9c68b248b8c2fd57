"""Rules of an import that need no database: what is remembered, counted, left out."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.sheets.columns import joined_header, normal_form
from drillreg.work.importers import Act, Entry, Note, Plan
from drillreg.work.rules import ImportState

READ_WORK = "imports.read"
APPLY_WORK = "imports.apply"
# Larger files are read in the background: nobody waits on the page for them.
READ_AT_ONCE = 3 * 1024 * 1024

ROW_HEADING = N_("Row in the file")
WHY_HEADING = N_("Explanation")
# How the row headings of a workbook of explained rows read, in either language.
ROW_WORDS = frozenset({"文件中的行号", "Row in the file"})
WHY_WORDS = frozenset({"说明", "Explanation"})
EXAMPLE_MARKS = ("示例：", "示例:", "Example: ")
SKIP, UPDATE = "skip", "update"
LEFT_OUT = N_("Left out by choice.")


def fingerprint(header: Sequence[str]) -> str:
    """Return what tells tables of one make from others: the headings in their order."""
    text = "\n".join(normal_form(title) for title in header).strip()
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def known_header(top: Sequence[Sequence[str]], known: Iterable[str]) -> tuple[int, int, str] | None:
    """Return row (from 1), depth and fingerprint of a header that is remembered, or None."""
    wanted = set(known)
    for at, row in enumerate(top):
        if (found := fingerprint(row)) in wanted:
            return at + 1, 1, found
        if at and (found := fingerprint(joined_header(top[at - 1], row))) in wanted:
            return at + 1, 2, found
    return None


def is_example(row: Sequence[str]) -> bool:
    """Say whether a row is the example of a template."""
    return any(cell.startswith(EXAMPLE_MARKS) for cell in row)


def digest_of(hashes: Sequence[str]) -> str:
    """Return the SHA-256 (hex) by which the same files are known when they come again."""
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()


def group_key(message: str) -> str:
    """Return a short name for a sentence, by which a form speaks of its rows."""
    return hashlib.sha256(message.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Decision:
    """What the person chose about rows: records that stand, groups and single rows left out."""

    update: bool = False
    groups: frozenset[str] = frozenset()
    rows: frozenset[int] = frozenset()


def decision_of(options: Mapping[str, Any]) -> Decision:
    """Return the decision kept with an import."""
    return Decision(
        update=options.get("existing") == UPDATE,
        groups=frozenset(options.get("without", ())),
        rows=frozenset(options.get("without_rows", ())),
    )


@dataclass(frozen=True)
class Chosen:
    """What is written of a plan, what is explained instead, and what stands as it would be."""

    entries: list[Entry]
    explained: list[Note]
    remarks: list[Note]
    same: int
    left_out: int

    def count(self, act: Act) -> int:
        """Return how many rows do this."""
        return sum(entry.act is act for entry in self.entries)


Orphans = Callable[[Sequence[Entry], Sequence[Entry]], list[Note]]


def choose(
    plan: Plan,
    decision: Decision,
    numbers: Sequence[int],
    orphans: Orphans = lambda kept, left: [],
) -> Chosen:
    """Return what of a plan is written; every other row is explained or stands already.

    `orphans` says which rows cannot come in without those that were left out.
    """
    out = {note.at for note in plan.remarks if group_key(note.message) in decision.groups}
    if decision.rows:
        out |= {at for at, number in enumerate(numbers) if number in decision.rows}
    entries: list[Entry] = []
    left: list[Entry] = []
    explained = list(plan.problems)
    same = 0
    for entry in plan.entries:
        if entry.act is Act.SAME:
            same += 1
        elif entry.act is Act.CHANGE and not decision.update:
            message, params = entry.standing
            explained.append(Note(entry.at, message, dict(params)))
        elif entry.at in out:
            left.append(entry)
        else:
            entries.append(entry)
    remarks = list(plan.remarks)
    if left:
        lost = {note.at: note for note in orphans(entries, left)}
        explained += [*(Note(entry.at, LEFT_OUT) for entry in left), *lost.values()]
        entries = [entry for entry in entries if entry.at not in lost]
        taken = {entry.at for entry in entries}
        remarks = [note for note in remarks if note.at in taken]
    # Shapes that could not be read stand behind the rows, in their own order.
    explained.sort(key=lambda note: (note.at < 0, abs(note.at)))
    return Chosen(entries, explained, remarks, same, len(left))


def grouped(notes: Iterable[Note]) -> list[tuple[str, list[Note]]]:
    """Return sentences with the rows they are about, the most frequent first."""
    groups: dict[str, list[Note]] = {}
    for note in notes:
        groups.setdefault(note.message, []).append(note)
    return sorted(groups.items(), key=lambda pair: -len(pair[1]))


def examples_of(notes: Sequence[Note], most: int) -> list[tuple[Note, int]]:
    """Return the different forms of one sentence with how often each stands, frequent first."""
    counts = Counter((note.column, tuple(sorted(note.params.items()))) for note in notes)
    first = {(note.column, tuple(sorted(note.params.items()))): note for note in reversed(notes)}
    return [(first[key], count) for key, count in counts.most_common(most)]


def ensure_open(state: ImportState) -> None:
    """Raise unless an import still waits for its choice."""
    if state is ImportState.UNDONE:
        raise DomainError(N_("This import was undone. Upload the file again."))
    if state is not ImportState.PREVIEW:
        raise DomainError(N_("This import was applied already."))


def ensure_applied(state: ImportState) -> None:
    """Raise unless an import is in force."""
    if state is not ImportState.APPLIED:
        raise DomainError(N_("Only an import that was applied can be undone."))
