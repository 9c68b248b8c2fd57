"""The papers of staff: slips for new accounts, and the sheet of a hand-over."""

from collections.abc import Sequence

from drillreg.accounts.rules import roles
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.codes import code_list
from drillreg.documents.paper import Paper
from drillreg.documents.staff_papers import (
    AccountSlip,
    Handover,
    HandoverItem,
    account_slips,
    handover_sheet,
)
from drillreg.staff.models import Departure
from drillreg.staff.slips import Open


def slips_paper(found: Sequence[Open]) -> Paper:
    """Return slips to print and cut; papers are Chinese whoever prints them."""
    address = settings().public_url
    return account_slips(
        [
            AccountSlip(
                name=each.slip.account.person.name,
                org=each.slip.org.name,
                role=roles()[each.slip.role].label["zh"],
                username=each.slip.account.username,
                password=each.password,
                valid_until=clock.local(each.slip.ends_at),
                address=address,
            )
            for each in found
        ]
    )


def handover_paper(departure: Departure) -> Paper:
    """Return the sheet of a hand-over, from what was noted when it took place."""
    labels = {item.code: item.label["zh"] for item in code_list("holding")}
    successor = departure.successor
    return handover_sheet(
        Handover(
            org=departure.org_name,
            leaver=departure.account.person.name,
            leaver_post="",
            taker=successor.person.name if successor else "",
            taker_post="",
            handed_on=departure.left_on,
            reason=departure.reason,
            items=[
                HandoverItem(labels[kind], text, "", note="移交" if passed else "终止或退回单位")
                for kind, text, passed in departure.items
                if kind != "session"
            ],
        )
    )
