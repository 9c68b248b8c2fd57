"""What the two lists of accounts share: filters, page, workbook."""

from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, send_file
from sqlalchemy import ColumnElement

from drillreg.accounts.forms import read_filter
from drillreg.accounts.models import RoleAssignment
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
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.write import Cell, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UPPER_KINDS = ("county", "department", "town")
HEADER = (
    N_("Name"),
    N_("User name"),
    N_("Telephone"),
    N_("Role"),
    N_("Organisation"),
    N_("State"),
    N_("Last signed in"),
    N_("Second step"),
)


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
        "same_filter": {
            name: request.args[name]
            for name in ("role", "within", "state", "q")
            if request.args.get(name)
        },
    }


def workbook_of(reachable: ColumnElement[bool], scope: OrgScope) -> Response:
    """Return exactly the filtered accounts as a workbook, one row for each role."""
    now = clock.now()
    on = clock.local_date(now)
    found = all_accounts(reachable, _wanted(scope), on=on, now=now)
    held = roles_of(found, on=on)
    rows: list[list[Cell]] = []
    for account in found:
        state = state_of(account, now)
        of_account: list[RoleAssignment | None] = [*held.get(account.id, [])]
        for role in of_account or [None]:
            rows.append(
                [
                    account.person.name,
                    account.username,
                    account.person.phone,
                    pick(roles()[role.role].label) if role else None,
                    role.org.name if role else None,
                    translate(STATES[state]) if state else None,
                    account.last_signed_in_at,
                    translate(N_("Set up")) if account.totp_since else None,
                ]
            )
    title = translate(N_("Accounts"))
    data = xlsx_bytes(
        [(title, [translate(word) for word in HEADER], rows)], zone=ZoneInfo(settings().timezone)
    )
    response: Response = send_file(
        BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{title}-{on}.xlsx"
    )
    return response
