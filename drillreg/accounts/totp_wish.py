"""Whether somebody must show a one-time code: by role, or because the office wants it of all."""

from drillreg.accounts.rules import totp_required
from drillreg.core.access import Actor
from drillreg.office.queries import setting
from drillreg.office.reading import path_of


def must_show_code(actor: Actor) -> bool:
    """Say whether a person must show a code besides the password where they act."""
    if totp_required(actor.roles):
        return True
    wanted = setting("accounts.totp-for-everybody", path_of(actor))
    return totp_required(actor.roles, of_everybody=wanted)
