"""What the two lists of accounts share: filters, page, export."""

from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy import ColumnElement

from drillreg.accounts.forms import read_filter
from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.registry import (
    STATES,
    AccountFilter,
    accounts_page,
    all_accounts,
    count_accounts,
    roles_of,
    state_of,
)
from drillreg.accounts.rules import roles
from drillreg.core import clock
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.export import Column, send_table

UPPER_KINDS = ("county", "department", "town")


def _wanted(scope: OrgScope) -> AccountFilter:
    text = request.args.get("within", "")
    within: Org | None = None
    if text:
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise NotFound(N_("There is no such organisation."))
        within = get_org(int(text), scope)
    return read_filter(request.args, within)


def list_of(reachable: ColumnElement[bool], scope: OrgScope) -> dict[str, Any]:
    """Return what a list page shows: rows, their roles, the total and the choices of the filter."""
    now, wanted = clock.now(), _wanted(scope)
    on = clock.local_date(now)
    page = accounts_page(reachable, wanted, on=on, now=now, cursor=request.args.get("after"))
    return {
        "page": page,
        "held": roles_of(page.rows, on=on),
        "total": count_accounts(reachable, wanted, on=on, now=now),
        "state_of": lambda account: state_of(account, now),
        "places": [(org.id, name_of(org)) for org in orgs_of_kinds(scope, UPPER_KINDS)],
        "role_options": [(code, pick(role.label)) for code, role in roles().items()],
        "state_options": [(code, translate(word)) for code, word in STATES.items()],
    }


Held = tuple[Account, RoleAssignment | None]


def send_accounts(reachable: ColumnElement[bool], scope: OrgScope, fmt: str) -> Response:
    """Hand out exactly the filtered accounts, one row for each role."""
    now = clock.now()
    on = clock.local_date(now)
    found = all_accounts(reachable, _wanted(scope), on=on, now=now)
    held = roles_of(found, on=on)
    nothing: list[RoleAssignment | None] = [None]
    rows = [(each, role) for each in found for role in held.get(each.id) or nothing]
    return send_table(N_("Accounts"), export_columns(now), rows, fmt)


def export_columns(now: datetime) -> list[Column[Held]]:
    """Return the columns of the exported list; the state is that of `now`."""

    def state(row: Held) -> str | None:
        found = state_of(row[0], now)
        return translate(STATES[found]) if found else None

    return [
        Column(N_("Name"), lambda row: row[0].person.name),
        Column(N_("User name"), lambda row: row[0].username),
        Column(N_("Telephone"), lambda row: row[0].person.phone),
        Column(N_("Role"), lambda row: pick(roles()[row[1].role].label) if row[1] else None),
        Column(N_("Organisation"), lambda row: row[1].org.name if row[1] else None),
        Column(N_("State"), state),
        Column(N_("Last signed in"), lambda row: row[0].last_signed_in_at),
        Column(
            N_("Second step"), lambda row: translate(N_("Set up")) if row[0].totp_since else None
        ),
    ]
