"""Reading the form of a grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.accounts.reach.rules import GrantText, grantable, reasons_for
from drillreg.core.access import Permission
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate


@dataclass(frozen=True)
class GrantForm:
    """A grant as typed: to whom (an organisation's name or a user name) and what."""

    holder_org: str
    holder_account: str
    text: GrantText

    @classmethod
    def read(cls, fields: Mapping[str, str], *, kind: str, today: date) -> "GrantForm":
        """Return what was typed, or raise FormErrors."""
        form = FormReader(fields)
        org = form.text("holder_org", translate(N_("Organisation")), max_length=120)
        account = form.text("holder_account", translate(N_("User name")), max_length=80)
        if bool(org) == bool(account):
            form.fail("holder_org", N_("Give either an organisation or a user name."))
        permission = form.choice("permission", translate(N_("Permission")), grantable(kind))
        reason_kind = form.choice("reason_kind", translate(N_("Occasion")), reasons_for(kind))
        reason = form.text("reason", translate(N_("Reason")), required=True, max_length=300)
        from_on = form.date("from_on", translate(N_("Access from")))
        until_on = form.date("until_on", translate(N_("Access until")))
        open_reason = form.text(
            "open_reason", translate(N_("Why without a last day")), max_length=300
        )
        form.finish()
        text = GrantText(
            Permission(permission),
            reason_kind,
            reason,
            from_on or today,
            until_on,
            None if until_on else open_reason or None,
        )
        return cls(org, account, text)


def read_reason(fields: Mapping[str, str]) -> str:
    """Return why a grant is revoked, or raise FormErrors."""
    form = FormReader(fields)
    reason = form.text("reason", translate(N_("Reason")), required=True, max_length=300)
    form.finish()
    return reason
