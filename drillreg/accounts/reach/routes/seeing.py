"""Who can see a record, and why."""

from dataclasses import replace

from flask import Response, render_template, request

from drillreg.accounts.reach.operations import ensure_may_grant
from drillreg.accounts.reach.queries import (
    grants_on,
    may_read,
    title_for,
)
from drillreg.accounts.reach.routes.blueprint import bp, words
from drillreg.accounts.reach.rules import rights_on
from drillreg.accounts.reach.seeing import Seer, people_count, seers_of
from drillreg.accounts.reach.wording import (
    WHY_WORDS,
    permissions_words,
    reason_words,
)
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import OrgFilter, orgs_count, orgs_page
from drillreg.orgs.records import Described, describe_record
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.sheets.export import Column, send_table


def _show(kind: str, record: Described, export: str, *, may_grant: bool) -> str:
    scope, today = current_scope(), clock.today()
    seers = _seers(kind, record)
    rights = rights_on(kind)
    return render_template(
        "accounts/reach/show.html",
        kind=kind,
        record=record,
        title=title_for(kind, record, scope),
        may_read=may_read(kind, record, scope),
        may_grant=may_grant,
        seers=seers,
        people=people_count(seers),
        rights=[(right.value, code_label(right, "permission")) for right in rights],
        grants=grants_on(kind, record, scope, today),
        export=export,
        why_words=WHY_WORDS,
        reason_words=reason_words,
        permissions_words=permissions_words,
        dated=code_list("grant_kind").get(kind),
        today=today,
        **words(),
    )


def _seers(kind: str, record: Described) -> list[Seer]:
    """Return who can do something with a record; with a permission chosen, who can do just that."""
    found = seers_of(kind, record, clock.today())
    asked = FormReader(request.args).choice("right", "", rights_on(kind), required=False)
    if not asked:
        return found
    return [
        replace(each, permissions=(Permission(asked),))
        for each in found
        if asked in each.permissions
    ]


def _export_seers(kind: str, record: Described, fmt: str) -> Response:
    return send_table(N_("Who can see it"), EXPORT_COLUMNS, _seers(kind, record), fmt)


EXPORT_COLUMNS: tuple[Column[Seer], ...] = (
    Column(N_("Person"), lambda seer: seer.account.person.name),
    Column(N_("User name"), lambda seer: seer.account.username),
    Column(N_("Organisation"), lambda seer: name_of(seer.reason.org)),
    Column(N_("Ground"), lambda seer: translate(WHY_WORDS[seer.reason.why])),
    Column(N_("Permission"), lambda seer: permissions_words(seer.permissions)),
    Column(N_("Reason"), lambda seer: reason_words(seer.reason)),
)


def _own(kind: str, record_id: int) -> Described:
    record = describe_record(kind, record_id)
    ensure_may_grant(kind, record, current_actor(), clock.today())
    return record


def _managed(kind: str, record_id: int) -> Described:
    record = describe_record(kind, record_id)
    if not current_scope_for(Permission.MANAGE_ACCOUNTS).includes(record.org):
        raise NotFound(N_("There is no such record."))
    return record


@bp.get("/reach/<kind>/<int:record_id>")
@requires(Permission.GRANT_ACCESS)
def show(kind: str, record_id: int) -> str:
    """Show who can see a record of one's territory, and why."""
    record = _own(kind, record_id)
    return _show(kind, record, "reach.export_seers", may_grant=True)


@bp.get("/reach/<kind>/<int:record_id>/export.<any(xlsx, csv):fmt>")
@requires(Permission.GRANT_ACCESS)
def export_seers(kind: str, record_id: int, fmt: str) -> Response:
    """Hand out who can see a record."""
    return _export_seers(kind, _own(kind, record_id), fmt)


@bp.get("/system/reach/<kind>/<int:record_id>")
@requires(Permission.MANAGE_ACCOUNTS)
def inspect(kind: str, record_id: int) -> str:
    """Show the security administrator who can see a record; its title stays closed."""
    record = _managed(kind, record_id)
    return _show(kind, record, "reach.export_inspected", may_grant=False)


@bp.get("/system/reach/<kind>/<int:record_id>/export.<any(xlsx, csv):fmt>")
@requires(Permission.MANAGE_ACCOUNTS)
def export_inspected(kind: str, record_id: int, fmt: str) -> Response:
    """Hand out who can see a record to the security administrator."""
    return _export_seers(kind, _managed(kind, record_id), fmt)


@bp.get("/system/reach/")
@requires(Permission.MANAGE_ACCOUNTS)
def index() -> str:
    """Let the security administrator choose an organisation whose reach is asked about."""
    scope = current_scope_for(Permission.MANAGE_ACCOUNTS)
    wanted = OrgFilter(words=request.args.get("words", "").strip()[:80])
    return render_template(
        "accounts/reach/index.html",
        page=orgs_page(scope, wanted, cursor=request.args.get("after")),
        total=orgs_count(scope, wanted),
        words=wanted.words,
    )
