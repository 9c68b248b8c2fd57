"""What pages of records show about reach: to whom they are opened, and who can see them."""

from functools import partial
from typing import Any

from flask import render_template

from drillreg.accounts.reach.queries import holders_of
from drillreg.accounts.reach.wording import until_words
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.orgs.models import Org
from drillreg.orgs.scope import WHOLE_ORG, current_scope_for


def _panel(kind: str, record: Any) -> str:
    """Show the grants of a record to those who may give them, with the way to who can see it."""
    org: Org = record if kind == WHOLE_ORG else record.org
    if not current_scope_for(Permission.GRANT_ACCESS).includes(org):
        return ""
    grants = holders_of(kind, record.id, clock.today())
    return render_template(
        "accounts/reach/_panel.html",
        kind=kind,
        record=record,
        grants=grants,
        until_words=until_words,
    )


grants_of_org = partial(_panel, WHOLE_ORG)
grants_of_plan = partial(_panel, "plan")
grants_of_site = partial(_panel, "site")
grants_of_drill = partial(_panel, "drill")
grants_of_report = partial(_panel, "report")
grants_of_danger = partial(_panel, "danger")
