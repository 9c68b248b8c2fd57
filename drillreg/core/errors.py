"""Errors a person can cause and a person can understand."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.i18n import N_


class DomainError(Exception):
    """A rule said no; `message` is a translatable sentence for the user."""

    status = 422

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class NotFound(DomainError):
    """Nothing there, or nothing this person may see."""

    status = 404


class NotAllowed(DomainError):
    """The person may not do this."""

    status = 403


class Busy(DomainError):
    """The machine has its hands full; the same request works a little later."""

    status = 503


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form."""

    field: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class FormErrors(DomainError):
    """Several fields need correcting; the page is shown again with what the person typed."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(N_("Some entries need correcting."))
        self.errors = tuple(errors)


class Stale(DomainError):
    """Somebody else saved first; `theirs` and `yours` map a field's label to its text."""

    status = 409

    def __init__(self, theirs: dict[str, str], yours: dict[str, str]) -> None:
        super().__init__(N_("Somebody else changed this record while you were editing it."))
        self.theirs = theirs
        self.yours = yours


class SignInNeeded(DomainError):
    """Nobody is signed in; a page leads to the sign-in form."""

    status = 401
