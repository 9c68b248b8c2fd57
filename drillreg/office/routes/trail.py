"""The audit trail as the auditor reads it: filters, old and new values, export, verification."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from drillreg.audit.checking import WORK_KIND, read_anchor
from drillreg.audit.queries import TrailFilter, trail_count, trail_page, trail_rows
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.core.web import see_other, writes
from drillreg.i18n import N_, translate
from drillreg.office.queries import names_of_orgs, orgs_named, reaches_everything
from drillreg.office.routes.blueprint import bp
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, current_scope_for
from drillreg.sheets.export import Column, send_table
from drillreg.work.operations import enqueue
from drillreg.work.queries import latest_of_kind

MOST_EXPORTED = 100_000
# Long sums say nothing to a reader; their beginning is enough to compare by eye.
DIGEST = re.compile(r"[0-9a-f]{32,}")


def _scope() -> OrgScope:
    return current_scope_for(Permission.READ_AUDIT)


def _filter() -> TrailFilter:
    """Return what the address asks for; who reads one county of several sees its acts alone."""
    reader, scope = FormReader(request.args), _scope()
    org = reader.text("org", "", max_length=80)
    until = reader.date("until", "")
    return TrailFilter(
        orgs=None if reaches_everything(scope) else _ids(scope),
        within=orgs_named(org, scope) if org else None,
        who=reader.text("who", "", max_length=80),
        action=reader.choice("action", "", code_list("audit_action").codes(), required=False),
        subject_kind=reader.choice(
            "subject", "", code_list("audit_subject").codes(), required=False
        ),
        subject_id=reader.integer("id", "", minimum=1),
        address=reader.text("address", "", max_length=45),
        since=_midnight(reader.date("since", "")),
        before=_midnight(until + timedelta(days=1)) if until else None,
    )


def _ids(scope: OrgScope) -> Select[int]:
    return select(Org.id).where(scope.allows())


def _midnight(day: date | None) -> datetime | None:
    return clock.from_local(datetime.combine(day, time())) if day else None


@bp.get("/audit/")
@requires(Permission.READ_AUDIT)
def trail() -> str:
    """List what was done, newest first, and when the trail was last verified."""
    wanted = _filter()
    page = trail_page(wanted, cursor=request.args.get("after"))
    checks = latest_of_kind(WORK_KIND, at_most=5)
    return render_template(
        "office/trail.html",
        page=page,
        total=trail_count(wanted),
        wanted=wanted,
        orgs=names_of_orgs({row.org_id for row, _ in page.rows if row.org_id}),
        last=next((item for item in checks if item.result), None),
        waiting=next((item for item in checks if item.state in {"queued", "running"}), None),
        value_text=value_text,
    )


def value_text(value: Any) -> str:
    """Write an old or new value of a change as one line."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return translate(N_("Yes")) if value else translate(N_("No"))
    if isinstance(value, list):
        return "、".join(value_text(each) for each in value)
    if isinstance(value, dict):
        return "；".join(f"{key} {value_text(each)}" for key, each in value.items())
    text = str(value)
    return f"{text[:10]}…" if DIGEST.fullmatch(text) else text


@bp.get("/audit/export.<any(xlsx, csv):fmt>")
@requires(Permission.READ_AUDIT)
def export_trail(fmt: str) -> ResponseReturnValue:
    """Hand out exactly the filtered acts."""
    found = trail_rows(_filter(), at_most=MOST_EXPORTED + 1)
    if len(found) > MOST_EXPORTED:
        raise DomainError(
            N_("These are more than %(most)d acts. Narrow the dates first."), most=MOST_EXPORTED
        )
    orgs = names_of_orgs({row.org_id for row, _ in found if row.org_id})
    return send_table(N_("Audit trail"), export_columns(orgs), found, fmt)


def export_columns(orgs: dict[int, str]) -> list[Column[Any]]:
    """Return the columns of the exported trail: of each act its row and its values."""
    return [
        Column(N_("When"), lambda act: act[0].at),
        Column(N_("Who"), lambda act: act[0].actor_name),
        Column(N_("Did what"), lambda act: code_label(act[0].action, "audit_action")),
        Column(N_("To what"), lambda act: code_label(act[0].subject_kind, "audit_subject")),
        Column(N_("Number"), lambda act: act[0].subject_id),
        Column(N_("Organisation"), lambda act: orgs.get(act[0].org_id or 0, "")),
        Column(N_("From where"), lambda act: act[0].address),
        Column(N_("Details"), lambda act: value_text(act[0].detail)),
        Column(N_("Old and new values"), lambda act: _changes(act[1])),
        Column(N_("Sealed as"), lambda act: act[0].seq),
    ]


def _changes(value: Any) -> str:
    changes = value.changes if value is not None and value.changes else {}
    return "；".join(f"{key}：{_change(change)}" for key, change in changes.items())


def _change(change: Any) -> str:
    if isinstance(change, list) and len(change) == 2:
        return f"{value_text(change[0])} → {value_text(change[1])}"
    return value_text(change)


@bp.post("/audit/verify")
@requires(Permission.READ_AUDIT)
@writes
def verify_trail() -> ResponseReturnValue:
    """Have the whole chain checked in the background, against an anchor kept elsewhere if given."""
    given = FormReader(request.form).text("anchor", "", max_length=100)
    read_anchor(given)
    last = next((item for item in latest_of_kind(WORK_KIND) if item.result), None)
    anchor = given or (last.result["anchor"] if last and last.result else "")
    actor = current_actor()
    enqueue(
        WORK_KIND,
        {"anchor": anchor},
        title=translate(N_("Verification of the audit trail")),
        actor=actor,
        org_id=actor.org_id,
        now=clock.now(),
    )
    flash(translate(N_("The trail is being verified. The result appears here.")), "success")
    return see_other(url_for(".trail"))
