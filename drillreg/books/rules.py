"""Rules of abridged plans, action cards and books."""

from collections.abc import Sequence

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

# What fits on one page in its small type.
MOST_ABRIDGED = 1600
# 国办发〔2024〕5号 §19 and GB/T 29639-2020 §8.6: a card is short enough to be carried and followed.
MOST_ACTIONS = 5
MOST_ACTION = 40
MOST_CARDS = 60
# A book beyond that is made department by department.
MOST_PLANS = 500
MOST_PAGES = 6000


def actions_of(text: str) -> list[str]:
    """Return the actions of a card, one a line, without empty lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def ensure_actions(text: str) -> None:
    """Raise unless a card names one to five actions that fit on it."""
    actions = actions_of(text)
    if not 1 <= len(actions) <= MOST_ACTIONS:
        raise DomainError(
            N_("A card names 1 to %(most)d first actions, one a line."), most=MOST_ACTIONS
        )
    if any(len(action) > MOST_ACTION for action in actions):
        raise DomainError(
            N_("An action on a card has at most %(most)d characters."), most=MOST_ACTION
        )


def ensure_room(cards: int) -> None:
    """Raise when a plan has as many cards as it can have."""
    if cards >= MOST_CARDS:
        raise DomainError(N_("A plan has at most %(most)d cards."), most=MOST_CARDS)


def ensure_book(plans: Sequence[object]) -> None:
    """Raise unless there is something to bind, and not too much."""
    if not plans:
        raise DomainError(N_("There is no plan in force here to put into a book."))
    if len(plans) > MOST_PLANS:
        raise DomainError(
            N_("There are %(count)d plans; a book holds at most %(most)d. Choose a part."),
            count=len(plans),
            most=MOST_PLANS,
        )


def ensure_pages(pages: int) -> None:
    """Raise when a book has become thicker than can be bound at once."""
    if pages > MOST_PAGES:
        raise DomainError(
            N_("The book has more than %(most)d pages. Choose a part."), most=MOST_PAGES
        )
