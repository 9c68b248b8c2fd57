"""Lists of grants: given in one's territory, received, and all an administrator looks after."""

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
from drillreg.accounts.reach.routes.blueprint import bp, grant_state, words
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
from drillreg.sheets.export import Column, send_table


def _filter() -> GrantFilter:
    reader = FormReader(request.args)
    return GrantFilter(
        state=reader.choice("state", "", [s.value for s in GrantState], required=False),
        kind=reader.choice("kind", "", code_list("grant_kind").codes(), required=False),
        words=reader.raw("words")[:80],
    )


def _list(way: str, whose: ColumnElement[bool]) -> str:
    wanted, today = _filter(), clock.today()
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
        **words(),
    )


def _export(whose: ColumnElement[bool], fmt: str) -> Response:
    rows = all_grants(whose, _filter(), current_scope(), today=clock.today())
    return send_table(N_("Grants"), EXPORT_COLUMNS, rows, fmt)


EXPORT_COLUMNS: tuple[Column[GrantRow], ...] = (
    Column(N_("What"), lambda row: row.title),
    Column(N_("Kind"), lambda row: code_label(row.grant.record_kind, "grant_kind")),
    Column(N_("Organisation"), lambda row: row.grant.owner.name),
    Column(N_("Granted to"), lambda row: row.holder),
    Column(N_("Permission"), lambda row: code_label(row.grant.permission, "permission")),
    Column(N_("Occasion"), lambda row: code_label(row.grant.reason_kind, "grant_reason")),
    Column(N_("Reason"), lambda row: row.grant.reason),
    Column(N_("Access from"), lambda row: row.grant.from_on),
    Column(N_("Access until"), lambda row: row.grant.until_on),
    Column(N_("State"), lambda row: translate(STATE_WORDS[grant_state(row)])),
    Column(N_("Given by"), lambda row: row.grant.given_by_name),
)


def _given() -> ColumnElement[bool]:
    return given_in(current_scope_for(Permission.GRANT_ACCESS))


def _supervised() -> ColumnElement[bool]:
    return given_in(current_scope_for(Permission.MANAGE_ACCOUNTS))


@bp.get("/reach/grants/")
@requires(Permission.GRANT_ACCESS)
def given() -> str:
    """List the grants of records in one's own territory."""
    return _list("given", _given())


@bp.get("/reach/grants/export.<any(xlsx, csv):fmt>")
@requires(Permission.GRANT_ACCESS)
def export_given(fmt: str) -> Response:
    """Hand out the filtered list of grants given."""
    return _export(_given(), fmt)


@bp.get("/reach/received/")
@requires(Permission.VIEW)
def received() -> str:
    """List what was granted to oneself or to where one has a role."""
    return _list("received", received_by(current_actor()))


@bp.get("/reach/received/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_received(fmt: str) -> Response:
    """Hand out the filtered list of grants received."""
    return _export(received_by(current_actor()), fmt)


@bp.get("/system/reach/grants/")
@requires(Permission.MANAGE_ACCOUNTS)
def supervised() -> str:
    """List the grants of the organisations whose accounts one manages; titles stay closed."""
    return _list("all", _supervised())


@bp.get("/system/reach/grants/export.<any(xlsx, csv):fmt>")
@requires(Permission.MANAGE_ACCOUNTS)
def export_all(fmt: str) -> Response:
    """Hand out the filtered list of grants to the security administrator."""
    return _export(_supervised(), fmt)
