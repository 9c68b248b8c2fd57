"""Importing a ledger: upload, preview, columns, apply in the background, undo."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.models import StoredFile
from drillreg.files.web import send_stored
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.hazards.forms import read_options
from drillreg.hazards.imports import (
    ImportPlan,
    applied_before,
    checks_on,
    ensure_appliable,
    file_of,
    get_batch,
    keep_import,
    keep_plan,
    plan_import,
    problems_xlsx,
    recent_batches,
    reference_of,
    undo_import,
)
from drillreg.hazards.ledgers import Options, packed, read_ledger
from drillreg.hazards.routes.blueprint import bp
from drillreg.hazards.rules import IMPORT_WORK, READ_WORK
from drillreg.i18n import N_, current_locale, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.operations import enqueue

# Larger files are read in the background: nobody waits on the page for them.
READ_AT_ONCE = 3 * 1024 * 1024
OWNER_KINDS = ("county", "town", "village")


def _choices() -> dict[str, Any]:
    return {
        "levels": code_list("risk_level").options(),
        "shifts": [(s.value, translate(LABELS[s])) for s in ShiftedCrs],
    }


@bp.get("/hazards/import")
@requires(Permission.EDIT_HAZARDS)
def start_import() -> str:
    """Ask for the file of a ledger."""
    scope = current_scope_for(Permission.EDIT_HAZARDS)
    owners = orgs_of_kinds(scope, OWNER_KINDS)
    home = current_actor().org_id
    form = form_view(org_id=home or "", shift=ShiftedCrs.WGS84.value, default_level="yellow")
    return render_template(
        "hazards/import.html",
        form=form,
        owners=[(org.id, name_of(org)) for org in owners],
        batches=recent_batches(scope),
        **_choices(),
    )


def _upload() -> tuple[str, bytes]:
    files = {f.filename: f.read() for f in request.files.getlist("file") if f.filename}
    if not files:
        raise FormErrors([FieldError("file", N_("Choose a file."))])
    return packed(files)


def _owner() -> Org:
    org_id = FormReader(request.form).integer("org_id", "")
    org = get_org(org_id or 0, current_scope())
    ensure_may(Permission.EDIT_HAZARDS, org)
    return org


@bp.post("/hazards/import")
@requires(Permission.EDIT_HAZARDS)
@writes_itself
@form_of(start_import)
def upload() -> ResponseReturnValue:
    """Take a file and plan its import; the file is read before anything is written."""
    name, data = _upload()
    options = read_options(request.form)
    within = _owner()
    plan = None
    if len(data) <= READ_AT_ONCE:
        reference = reference_of(within)
        ledger = read_ledger(name, data, options, reference=reference, in_background=False)
        plan = plan_import(ledger, options, within=within)
    return see_other(_keep(name, data, options, within.id, plan))


def _keep(name: str, data: bytes, options: Options, org_id: int, plan: ImportPlan | None) -> str:
    """Keep the file, and the plan or the work of making one; return where to go on."""
    actor, now = current_actor(), clock.now()
    explained = problems_xlsx(plan) if plan is not None else None
    with unit_of_work():
        within = get_org(org_id, current_scope())
        batch = keep_import(
            name=name, data=data, options=options, within=within, actor=actor, now=now
        )
        if plan is None:
            item = _enqueue(READ_WORK, N_("Reading %(name)s"), batch)
            return url_for("work.show", public_id=item.public_id)
        keep_plan(batch, plan, options, problems=explained, actor=actor, now=now)
        return url_for(".show_import", public_id=batch.public_id)


def _enqueue(kind: str, title: str, batch: ImportBatch) -> WorkItem:
    return enqueue(
        kind,
        {
            "batch_id": batch.id,
            "locale": current_locale(),
            "url": url_for(".show_import", public_id=batch.public_id),
        },
        title=translate(title, name=batch.file_name),
        actor=current_actor(),
        org_id=batch.org_id,
        now=clock.now(),
    )


def _batch(public_id: str) -> ImportBatch:
    return get_batch(public_id, current_scope_for(Permission.EDIT_HAZARDS))


@bp.get("/hazards/import/<public_id>")
@requires(Permission.EDIT_HAZARDS)
def show_import(public_id: str) -> str:
    """Show what an import would do, or has done."""
    batch = _batch(public_id)
    columns = batch.summary.get("columns", {})
    defaults = {f"column_{name}": at for name, at in columns.items()}
    options = {key: batch.options[key] for key in ("shift", "crs", "default_level")}
    before = applied_before(batch.digest or "", batch.org_id)
    return render_template(
        "hazards/import_show.html",
        batch=batch,
        found=batch.summary,
        org=db.session.get_one(Org, batch.org_id),
        form=form_view(**defaults, **options),
        fields=code_list("site_column"),
        before=before if before is not None and before.id != batch.id else None,
        checks=checks_on(batch) if batch.state == "applied" else 0,
        **_choices(),
    )


@bp.post("/hazards/import/<public_id>/columns")
@requires(Permission.EDIT_HAZARDS)
@writes_itself
@form_of(show_import)
def map_columns(public_id: str) -> ResponseReturnValue:
    """Plan an import again with the columns and choices as changed by the person."""
    batch = _batch(public_id)
    options = read_options(request.form, batch.summary.get("header", []))
    within = get_org(batch.org_id, current_scope())
    name, data = file_of(batch)
    if len(data) > READ_AT_ONCE:
        return see_other(_read_again(public_id, options))
    ledger = read_ledger(name, data, options, reference=reference_of(within), in_background=False)
    _keep_again(public_id, plan_import(ledger, options, within=within), options)
    return see_other(url_for(".show_import", public_id=public_id))


def _keep_again(public_id: str, plan: ImportPlan, options: Options) -> None:
    explained, now = problems_xlsx(plan), clock.now()
    with unit_of_work():
        batch = _batch(public_id)
        keep_plan(batch, plan, options, problems=explained, actor=current_actor(), now=now)


def _read_again(public_id: str, options: Options) -> str:
    with unit_of_work():
        batch = _batch(public_id)
        batch.options = {**batch.options, **options.as_dict()}
        item = _enqueue(READ_WORK, N_("Reading %(name)s"), batch)
        return url_for("work.show", public_id=item.public_id)


@bp.post("/hazards/import/<public_id>/apply")
@requires(Permission.EDIT_HAZARDS)
@form_of(show_import)
@writes
def apply(public_id: str) -> ResponseReturnValue:
    """Queue the import as background work."""
    batch = _batch(public_id)
    ensure_may(Permission.EDIT_HAZARDS, get_org(batch.org_id, current_scope()))
    ensure_appliable(batch)
    item = _enqueue(IMPORT_WORK, N_("Importing %(name)s"), batch)
    return see_other(url_for("work.show", public_id=item.public_id))


@bp.post("/hazards/import/<public_id>/undo")
@requires(Permission.EDIT_HAZARDS)
@form_of(show_import)
@writes
def undo(public_id: str) -> ResponseReturnValue:
    """Make the sites of an import invisible again."""
    batch = _batch(public_id)
    ensure_may(Permission.EDIT_HAZARDS, get_org(batch.org_id, current_scope()))
    undo_import(batch, actor=current_actor(), now=clock.now())
    flash(translate(N_("The import was undone. None of its sites is shown any more.")), "success")
    return see_other(url_for(".show_import", public_id=public_id))


@bp.get("/hazards/import/<public_id>/problems.xlsx")
@requires(Permission.EDIT_HAZARDS)
def problems(public_id: str) -> ResponseReturnValue:
    """Hand out the rows that did not come in, each with its reason."""
    batch = _batch(public_id)
    found = db.session.get(StoredFile, batch.problems_file_id or 0)
    if found is None:
        raise NotFound(N_("Every row of this import came in; there is nothing to explain."))
    return send_stored(found)
