"""Lists of grants: given in one's territory, received, and all an administrator looks after."""

from typing import Any

from flask import Response, render_template, request, url_for
from sqlalchemy import ColumnElement

from drillreg.accounts.reach.queries import (
    GrantFilter,
    GrantRow,
    all_grants,
    count_grants,
    given_in,
    grants_page,
    received_by,
)
from drillreg.accounts.reach.routes.blueprint import bp, grant_state, words, workbook
from drillreg.accounts.reach.rules import GrantState
from drillreg.accounts.reach.wording import (
    STATE_WORDS,
)
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.sheets.write import Cell

LIST_HEADER = (
    N_("What"),
    N_("Kind"),
    N_("Organisation"),
    N_("Granted to"),
    N_("Permission"),
    N_("Occasion"),
    N_("Reason"),
    N_("Access from"),
    N_("Access until"),
    N_("State"),
    N_("Given by"),
)


def _filter() -> GrantFilter:
    reader = FormReader(request.args)
    return GrantFilter(
        state=reader.choice("state", "", [s.value for s in GrantState], required=False),
        kind=reader.choice("kind", "", code_list("grant_kind").codes(), required=False),
        words=reader.raw("words")[:80],
    )


def _list(way: str, whose: ColumnElement[bool]) -> str:
    wanted, today = _filter(), clock.today()
    carried: dict[str, Any] = {
        name: request.args[name] for name in ("state", "kind", "words") if request.args.get(name)
    }
    ways = [
        ("given", N_("Given"), "reach.given", Permission.GRANT_ACCESS),
        ("received", N_("Received"), "reach.received", Permission.VIEW),
        ("all", N_("All grants"), "reach.supervised", Permission.MANAGE_ACCOUNTS),
    ]
    return render_template(
        "accounts/reach/grants.html",
        page=grants_page(
            whose, wanted, current_scope(), today=today, cursor=request.args.get("after")
        ),
        total=count_grants(whose, wanted, today=today),
        chosen=wanted,
        way=way,
        tabs=[
            {"label": translate(label), "url": url_for(endpoint), "active": code == way}
            for code, label, endpoint, permission in ways
            if current_actor().may(permission)
        ],
        export_url=url_for(f".export_{way}", **carried),
        **words(),
    )


def _export(whose: ColumnElement[bool]) -> Response:
    rows = all_grants(whose, _filter(), current_scope(), today=clock.today())
    title = translate(N_("Grants"))
    return workbook(title, LIST_HEADER, [_cells(row) for row in rows], "grants")


def _cells(row: GrantRow) -> list[Cell]:
    grant = row.grant
    return [
        row.title,
        code_label(grant.record_kind, "grant_kind"),
        grant.owner.name,
        row.holder,
        code_label(grant.permission, "permission"),
        code_label(grant.reason_kind, "grant_reason"),
        grant.reason,
        grant.from_on,
        grant.until_on,
        translate(STATE_WORDS[grant_state(row)]),
        grant.given_by_name,
    ]


def _given() -> ColumnElement[bool]:
    return given_in(current_scope_for(Permission.GRANT_ACCESS))


def _supervised() -> ColumnElement[bool]:
    return given_in(current_scope_for(Permission.MANAGE_ACCOUNTS))


@bp.get("/reach/grants/")
@requires(Permission.GRANT_ACCESS)
def given() -> str:
    """List the grants of records in one's own territory."""
    return _list("given", _given())


@bp.get("/reach/grants/export.xlsx")
@requires(Permission.GRANT_ACCESS)
def export_given() -> Response:
    """Hand out the filtered list of grants given."""
    return _export(_given())


@bp.get("/reach/received/")
@requires(Permission.VIEW)
def received() -> str:
    """List what was granted to oneself or to where one has a role."""
    return _list("received", received_by(current_actor()))


@bp.get("/reach/received/export.xlsx")
@requires(Permission.VIEW)
def export_received() -> Response:
    """Hand out the filtered list of grants received."""
    return _export(received_by(current_actor()))


@bp.get("/system/reach/grants/")
@requires(Permission.MANAGE_ACCOUNTS)
def supervised() -> str:
    """List the grants of the organisations whose accounts one manages; titles stay closed."""
    return _list("all", _supervised())


@bp.get("/system/reach/grants/export.xlsx")
@requires(Permission.MANAGE_ACCOUNTS)
def export_all() -> Response:
    """Hand out the filtered list of grants to the security administrator."""
    return _export(_supervised())
