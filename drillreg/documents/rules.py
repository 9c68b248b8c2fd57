"""How document numbers read and what may become of them; what may come back by a sheet's code."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

NUMBER, YEAR = "{number}", "{year}"
TEMPLATE_LENGTH = 60
LARGEST_NUMBER = 99_999
# Without 0 and O, 1 and I and L: a code is read from paper and typed.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
MOST_PHOTOS = 20


class NumberState(StrEnum):
    """What became of a number."""

    RESERVED = "reserved"
    USED = "used"
    VOID = "void"


NUMBER_WORDS = {
    NumberState.RESERVED: N_("Reserved"),
    NumberState.USED: N_("Used"),
    NumberState.VOID: N_("Void"),
}
NUMBER_COLOURS = {
    NumberState.RESERVED: "sky",
    NumberState.USED: "green",
    NumberState.VOID: "",
}


# Numbers


def number_text(template: str, *, year: int, number: int) -> str:
    """Return a document number from a template such as "青应急报〔{year}〕{number}号"."""
    return template.replace(YEAR, str(year)).replace(NUMBER, str(number))


def ensure_template(template: str) -> None:
    """Refuse a template in which the number or the year has no place exactly once."""
    if template.count(NUMBER) != 1 or template.count(YEAR) > 1:
        raise DomainError(N_("A number series needs one place for the number."))
    if len(template) > TEMPLATE_LENGTH or not template.isprintable():
        raise DomainError(N_("The pattern of a number has at most 60 characters on one line."))


def gaps(first: int, last: int, taken: Iterable[int]) -> list[tuple[int, int]]:
    """Return the runs of numbers from `first` to `last` that no record holds."""
    found: list[tuple[int, int]] = []
    expected = first
    for number in sorted({n for n in taken if first <= n <= last} | {last + 1}):
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    return found


def gap_text(runs: Sequence[tuple[int, int]]) -> str:
    """Write runs of numbers: 3, 7–9."""
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def ensure_first_number(first: int, *, last: int, has_numbers: bool) -> None:
    """Refuse to move the start of a series that has given out numbers."""
    if has_numbers:
        raise DomainError(
            N_("Numbers up to %(last)d are given out: the start cannot change now."), last=last
        )
    if not 1 <= first <= LARGEST_NUMBER:
        raise DomainError(N_("The first number lies between 1 and 99,999."))


def ensure_reserved(state: NumberState) -> None:
    """Refuse to use a number that is not kept free."""
    if state is not NumberState.RESERVED:
        raise DomainError(N_("This number is not reserved any more."))


def ensure_voidable(state: NumberState, *, is_carried: bool) -> None:
    """Refuse to void a number that a record of this system carries, or one that is void."""
    if state is NumberState.VOID:
        raise DomainError(N_("This number is void already."))
    if is_carried:
        raise DomainError(N_("A document here carries this number. Withdraw the document instead."))


def ensure_not_taken(text: str, *, is_taken: bool) -> None:
    """Refuse to enter a number twice."""
    if is_taken:
        raise DomainError(N_("The number %(text)s is entered already."), text=text)


def ensure_in_year(day: date, year: int) -> None:
    """Refuse a paper whose date lies in another year than its number."""
    if day.year != year:
        raise DomainError(N_("A paper of this series is dated in %(year)d."), year=year)


# Printed sheets


def code_typed(text: str) -> str:
    """Return what a person typed as a code, in capitals without blanks and dashes."""
    return re.sub(r"[\s\-–—]", "", text).upper()


def code_shown(code: str) -> str:
    """Write a code in two halves, as it is printed."""
    return f"{code[:4]}-{code[4:]}"


def ensure_signed_between(signed_on: date, *, printed_on: date, today: date) -> None:
    """Refuse a signature from before the sheet was printed or from after today."""
    if signed_on < printed_on:
        raise DomainError(
            N_("The sheet was printed on %(day)s, after that signature."), day=printed_on
        )
    if signed_on > today:
        raise DomainError(N_("The day of the signature is still to come."))


def ensure_not_struck(*, is_struck: bool) -> None:
    """Refuse to strike a scan twice."""
    if is_struck:
        raise DomainError(N_("This scan is struck already."))


def ensure_pages(pdfs: int, photos: int, others: int) -> None:
    """Refuse a scan that is neither one PDF nor some photos."""
    if others:
        raise DomainError(
            N_("A signed sheet comes back as one PDF or as photos (JPEG, PNG, WebP).")
        )
    if not pdfs and not photos:
        raise DomainError(N_("Choose the scanned PDF or the photos of the signed sheet."))
    if pdfs > 1 or (pdfs and photos):
        raise DomainError(N_("Send one PDF, or photos, not both together."))
    if photos > MOST_PHOTOS:
        raise DomainError(N_("At most %(most)d photos belong to one sheet."), most=MOST_PHOTOS)
