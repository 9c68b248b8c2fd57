"""What may stand here of a classified plan: one neutral line, and its public abridged version."""

import re
from datetime import date

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.plans.rules import Secrecy

MARKING = re.compile(r"绝密|机密|秘密")
LINE_ONLY = N_(
    "This line only says that a classified plan exists. Its text, papers and approval stay where"
    " classified papers are kept."
)


def ensure_neutral(*texts: str) -> None:
    """Raise when the line that stands for a classified plan says what it is marked as."""
    if any(MARKING.search(text) for text in texts):
        raise DomainError(N_("Give this line a neutral title, without any marking of secrecy."))


def ensure_holds_text(secrecy: Secrecy) -> None:
    """Raise for the line of a classified plan: it has no text, draft or sign-off here."""
    if secrecy is Secrecy.LINE:
        raise DomainError(LINE_ONLY)


def ensure_line_stays(before: Secrecy, after: Secrecy) -> None:
    """Raise when a plan with a text is to become a line, or a line a plan with a text."""
    if before is not after and Secrecy.LINE in {before, after}:
        raise DomainError(
            N_("A plan whose text is here cannot become a line, nor a line a plan: register anew.")
        )


def ensure_line_dates(issued_on: date | None, today: date) -> None:
    """Raise when the date that somebody copied from the paper lies in the future."""
    if issued_on is not None and issued_on > today:
        raise DomainError(N_("The date of issue cannot lie in the future."))
