"""What can go wrong with a job, each with a sentence for the person."""

from typing import Any

from drillreg.core.errors import DomainError


class Refused(DomainError):  # noqa: N818 - reads better where tasks raise it
    """A task will not take this input; the sentence and plain parameters reach the caller."""


class SandboxRefused(Refused):
    """A refusal as it comes back from the child."""


class SandboxTimeout(DomainError):  # noqa: N818
    """The job ran out of its seconds and was stopped."""


class SandboxCrashed(DomainError):  # noqa: N818
    """The job ended without an answer; `detail` is for the log, never for the page."""

    def __init__(self, message: str, *, detail: str = "", **params: Any) -> None:
        super().__init__(message, **params)
        self.detail = detail


class SandboxUnavailable(DomainError):  # noqa: N818
    """This machine cannot shut the child in as the settings ask."""

    status = 503
