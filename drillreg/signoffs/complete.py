"""When a step is complete: check list, opinions, votes; plain Python."""

from collections.abc import Collection, Mapping

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


def ensure_checked(answers: Mapping[str, str], points: Collection[str]) -> None:
    """Raise unless every point of the check list is answered with yes; a no is a return."""
    if any(answers.get(point) not in {"yes", "no"} for point in points):
        raise DomainError(N_("Answer every point of the check list."))
    if any(answers[point] == "no" for point in points):
        raise DomainError(N_("A point is not in order: return it with reasons."))


def ensure_consulted(*, asked: int, waiting: int, unsettled: int, required: bool) -> None:
    """Raise unless opinions were asked, are in or overdue, and each was dealt with.

    `waiting`: bodies that still have time; `unsettled`: opinions without "adopted, or why not".
    """
    if required and not asked:
        raise DomainError(N_("Ask at least one body for its opinion."))
    if waiting:
        raise DomainError(
            N_("Bodies that still have time to answer: %(count)d. Wait for them, or withdraw."),
            count=waiting,
        )
    if unsettled:
        raise DomainError(
            N_("Opinions of which it is not written what became of them: %(count)d"),
            count=unsettled,
        )


def ensure_experts(*, present: int, voted: int, least: int) -> None:
    """Raise unless enough experts were there and each of them gave a vote."""
    if present < max(least, 1):
        raise DomainError(
            N_("At least %(least)d experts must have been present."), least=max(least, 1)
        )
    if voted < present:
        raise DomainError(N_("Enter the vote of every expert who was present."))
