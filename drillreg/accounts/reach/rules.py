"""Rules of grants: what can be granted of which record, why, from when until when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_


class GrantState(StrEnum):
    """How a grant stands on a day."""

    LIVE = "live"
    COMING = "coming"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class GrantText:
    """What is granted, why and for how long; `until_on` None with a reason for no end."""

    permission: Permission
    reason_kind: str
    reason: str
    from_on: date
    until_on: date | None
    open_reason: str | None


def grantable(kind: str) -> tuple[Permission, ...]:
    """Return what can be granted of a kind of record."""
    item = code_list("grant_kind").get(kind)
    return tuple(map(Permission, item.attributes["permissions"])) if item else ()


def rights_on(kind: str) -> tuple[Permission, ...]:
    """Return what somebody can be allowed to do with a kind of record, viewing first."""
    item = code_list("grant_kind").get(kind)
    return tuple(map(Permission, item.attributes["rights"])) if item else ()


def reasons_for(kind: str) -> tuple[str, ...]:
    """Return the codes of the reasons that are good for a kind of record."""
    return tuple(
        item.code for item in code_list("grant_reason") if kind in item.attributes["kinds"]
    )


def ensure_fits(kind: str, text: GrantText, today: date) -> None:
    """Raise unless a grant fits the kind of record and its dates fit each other and today."""
    if text.permission not in grantable(kind):
        raise DomainError(N_("This cannot be granted of such a record."))
    if text.reason_kind not in reasons_for(kind):
        raise FormErrors([FieldError("reason_kind", N_("This reason is not for such a record."))])
    if text.until_on is None and not text.open_reason:
        raise FormErrors(
            [FieldError("until_on", N_("Give the last day or say why there is none."))]
        )
    if text.until_on is not None and text.until_on < max(text.from_on, today):
        raise FormErrors(
            [FieldError("until_on", N_("The last day lies before the first day or before today."))]
        )


def state_of(*, from_on: date, until_on: date | None, revoked: bool, today: date) -> GrantState:
    """Say how a grant stands on a day."""
    if revoked:
        return GrantState.REVOKED
    if until_on is not None and until_on < today:
        return GrantState.ENDED
    return GrantState.COMING if from_on > today else GrantState.LIVE
