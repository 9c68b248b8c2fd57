"""Telling who filed what became of it: recorded under a number, or returned with the whole list."""

from datetime import date, datetime

from drillreg.accounts.queries import accounts_with
from drillreg.core.access import Actor, Permission
from drillreg.filings.models import Filing
from drillreg.i18n import N_
from drillreg.notices.operations import notify


def tell_recorded(filing: Filing, *, actor: Actor, now: datetime, today: date) -> None:
    """Tell who filed the number of the record."""
    message = N_("%(title)s is recorded by %(office)s as %(number)s")
    _tell(filing, "filing-recorded", message, actor, now, today, number=filing.number or "")


def tell_returned(filing: Filing, *, actor: Actor, now: datetime, today: date) -> None:
    """Tell who filed that it was returned, with everything that is missing (88号令 §28)."""
    message = N_("%(office)s returned the filing of %(title)s once. Missing: %(items)s")
    items = "、".join(str(item) for item in filing.missing)
    _tell(filing, "filing-returned", message, actor, now, today, items=items)


def _tell(
    filing: Filing,
    kind: str,
    message: str,
    actor: Actor,
    now: datetime,
    today: date,
    **params: str,
) -> None:
    there = {account.id for account in accounts_with(Permission.EDIT_PLANS, filing.org, on=today)}
    office = filing.recipient.name if filing.recipient else filing.recipient_name
    notify(
        sorted((there | {filing.sent_by_id}) - actor.account_ids),
        occasion=f"filing:{filing.id}:{kind}",
        kind=kind,
        message=message,
        params={"title": filing.plan.title, "office": office, **params},
        url=f"/filings/{filing.id}",
        due_on=None,
        now=now,
    )
