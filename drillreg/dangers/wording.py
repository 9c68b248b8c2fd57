"""Words and colours of how a danger stands, and the four stations of the strip."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from drillreg.core.page import day
from drillreg.dangers.models import Danger, DangerRound
from drillreg.dangers.periods import ReturnKind
from drillreg.dangers.rules import (
    Moment,
    Outcome,
    RoundKind,
    Stage,
    Standing,
    TransferState,
    standing_of,
)
from drillreg.i18n import N_, translate

STANDING_WORDS = {
    Standing.DRAFT: N_("Draft to confirm"),
    Standing.REGISTERED: N_("Registered, no order yet"),
    Standing.ASSIGNED: N_("Being put right"),
    Standing.SECOND: N_("Returned, second round"),
    Standing.LATE: N_("Past its deadline"),
    Standing.REPORTED: N_("Reported, to be verified"),
    Standing.CLOSED: N_("Struck off"),
    Standing.DISCARDED: N_("Discarded"),
    Standing.MERGED: N_("Merged into another"),
}
STANDING_COLOURS = {
    Standing.DRAFT: "yellow",
    Standing.REGISTERED: "sky",
    Standing.ASSIGNED: "sky",
    Standing.SECOND: "orange",
    Standing.LATE: "red",
    Standing.REPORTED: "yellow",
    Standing.CLOSED: "green",
    Standing.DISCARDED: "",
    Standing.MERGED: "",
}
ROUND_WORDS = {
    RoundKind.OWN: N_("Own deadline"),
    RoundKind.ORDER: N_("Order"),
    RoundKind.NOTICE: N_("Notice of supervision"),
}
MOMENT_WORDS = {
    Moment.BEFORE: N_("Before"),
    Moment.AFTER: N_("After"),
    Moment.REVIEW: N_("At the verification"),
}
OUTCOME_WORDS = {Outcome.PASSED: N_("Passed"), Outcome.RETURNED: N_("Not passed, returned")}
TRANSFER_WORDS = {
    TransferState.SENT: N_("Waiting for an answer"),
    TransferState.ACCEPTED: N_("Transfer accepted"),
    TransferState.RETURNED: N_("Returned"),
}
RETURN_WORDS = {
    ReturnKind.QUARTER: N_("Quarterly return"),
    ReturnKind.YEAR: N_("Yearly return"),
}

# What every template about dangers is given.
WORDS: dict[str, Any] = {
    "standing_words": STANDING_WORDS,
    "standing_colours": STANDING_COLOURS,
    "round_words": ROUND_WORDS,
    "moment_words": MOMENT_WORDS,
    "outcome_words": OUTCOME_WORDS,
    "transfer_words": TRANSFER_WORDS,
    "return_words": RETURN_WORDS,
}


def standing(danger: Danger, today: date) -> Standing:
    """Say how a danger stands on a day."""
    return standing_of(danger.stage, danger.due_on, danger.round_number, today)


def days_late(danger: Danger, today: date) -> int:
    """Return by how many days a danger is, or was, reported after its deadline; 0 in time."""
    if danger.due_on is None or danger.stage in {Stage.DISCARDED, Stage.MERGED, Stage.DRAFT}:
        return 0
    end = danger.fixed_on if danger.stage in {Stage.REPORTED, Stage.CLOSED} else today
    return max(((end or today) - danger.due_on).days, 0)


def strip(danger: Danger, rounds: list[DangerRound]) -> list[Mapping[str, Any]]:
    """Return 犯必究、究必果、果必报、报必实 of a danger: each with its day and who did it."""
    last = rounds[-1] if rounds else None
    passed = next((each for each in rounds if each.outcome is Outcome.PASSED), None)
    found: list[Mapping[str, Any]] = [
        _station(N_("Found"), danger.found_on, danger.finder, is_done=True),
    ]
    if danger.on_spot and not rounds:
        found += [
            _station(N_("Handled"), danger.fixed_on, danger.fixed_by_name, is_done=True),
            _station(N_("Reported"), danger.fixed_on, danger.fixed_by_name, is_done=True),
            _station(N_("Verified by others"), None, None, is_done=False),
        ]
        return found
    first = rounds[0] if rounds else None
    found += [
        _station(
            N_("Handled"),
            first.issued_on if first else None,
            first.issued_by_name if first else None,
            is_done=first is not None,
        ),
        _station(
            N_("Reported"),
            last.reported_on if last else None,
            last.reported_by_name if last else None,
            is_done=last is not None and last.reported_on is not None,
        ),
        _station(
            N_("Verified by others"),
            passed.reviewed_on if passed else None,
            passed.reviewed_by_name if passed else None,
            is_done=passed is not None,
        ),
    ]
    return found


def _station(label: str, on: date | None, name: str | None, *, is_done: bool) -> Mapping[str, Any]:
    text = "　".join(part for part in (day(on), name or "") if part)
    return {
        "label": translate(label),
        "text": text or translate(N_("not done yet")),
        "state": "done" if is_done else "open",
    }
