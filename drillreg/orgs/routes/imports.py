"""Importing tables and boundaries: upload, look, apply in the background, undo."""

from typing import Any

from flask import current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, clean_name
from drillreg.files.web import send_stored
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_, translate
from drillreg.orgs.divisions import divisions_within
from drillreg.orgs.forms import BoundaryForm, TableForm
from drillreg.orgs.importers import Source
from drillreg.orgs.importing import (
    batches_of,
    find,
    get_batch,
    keep_preview,
    queue_import,
    undo_import,
)
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.routes.blueprint import bp
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may
from drillreg.work.models import ImportBatch

TITLES = {
    "divisions": N_("Import of divisions"),
    "organisations": N_("Import of organisations"),
    "boundaries": N_("Import of boundaries"),
}


def _owners() -> list[Org]:
    """Return the counties and towns for which the person may import."""
    return list(orgs_of_kinds(current_scope_for(Permission.EDIT_ORGS), ("county", "town")))


def _owner(org_id: int) -> Org:
    org = get_org(org_id, current_scope())
    ensure_may(Permission.EDIT_ORGS, org)
    return org


def _shifts() -> list[tuple[str, str]]:
    return [(shift.value, translate(shift.label)) for shift in ShiftedCrs]


@bp.get("/import")
@requires(Permission.EDIT_ORGS)
def imports() -> str:
    """Ask for a table of divisions or organisations."""
    owners = _owners()
    what = request.args.get("what", "divisions")
    return render_template(
        "orgs/import.html",
        form=form_view(owner_id=owners[0].id if owners else "", govern="1", what=what),
        owners=owners,
        kinds=code_list("org_kind").options(),
        shifts=_shifts(),
        earlier=batches_of(("divisions", "organisations"), current_scope()),
    )


@bp.post("/import")
@requires(Permission.EDIT_ORGS)
@form_of(imports)
@writes_itself
def upload() -> ResponseReturnValue:
    """Read a table and keep what was found; reading takes place outside any transaction."""
    form = TableForm.read(request.form)
    return _found(form.what, form.options(), _owner(form.owner_id), request.files.getlist("file"))


@bp.get("/boundaries")
@requires(Permission.EDIT_ORGS)
def boundaries() -> str:
    """Ask for a file of boundaries."""
    owners = _owners()
    top = owners[0].division if owners else None
    return render_template(
        "orgs/boundaries.html",
        form=form_view(owner_id=owners[0].id if owners else "", shift="wgs84"),
        owners=owners,
        shifts=_shifts(),
        divisions=divisions_within(top) if top else (),
        earlier=batches_of(("boundaries",), current_scope()),
    )


@bp.post("/boundaries")
@requires(Permission.EDIT_ORGS)
@form_of(boundaries)
@writes_itself
def upload_boundaries() -> ResponseReturnValue:
    """Read geodata and keep what was found; reading takes place outside any transaction."""
    form = BoundaryForm.read(request.form)
    owner = _owner(form.owner_id)
    return _found("boundaries", form.options(), owner, request.files.getlist("file"))


def _found(
    what: str, options: dict[str, Any], owner: Org, files: list[FileStorage]
) -> ResponseReturnValue:
    given = {clean_name(file.filename or ""): file.read() for file in files if file.filename}
    if not given:
        raise FormErrors([FieldError("file", N_("Choose a file."))])
    source = Source(given, options, owner)
    found = find(what, source)
    with unit_of_work():
        batch = keep_preview(what, source, found, actor=current_actor(), now=clock.now())
    return see_other(url_for(".show_import", public_id=batch.public_id))


def _own_batch(public_id: str) -> ImportBatch:
    batch = get_batch(public_id, current_scope())
    _owner(batch.org_id)
    return batch


@bp.get("/imports/<public_id>")
@requires(Permission.EDIT_ORGS)
def show_import(public_id: str) -> str:
    """Show what an import would do, or what it did."""
    batch = _own_batch(public_id)
    return render_template(
        "orgs/import_show.html",
        batch=batch,
        summary=batch.summary,
        title=translate(TITLES[batch.kind]),
        owner=get_org(batch.org_id, current_scope()),
        refused=g.get("refused_form"),
    )


@bp.get("/imports/<public_id>/outlines.geojson")
@requires(Permission.EDIT_ORGS)
def import_outlines(public_id: str) -> ResponseReturnValue:
    """Return the outlines of a boundary import for the map of its preview, WGS84."""
    found = _file(_own_batch(public_id).options.get("outlines_id"))
    return current_app.response_class(bytes_of(found), mimetype="application/geo+json")


@bp.get("/imports/<public_id>/problems.xlsx")
@requires(Permission.EDIT_ORGS)
def import_problems(public_id: str) -> ResponseReturnValue:
    """Hand out the bad rows of an import, each with its reason."""
    return send_stored(_file(_own_batch(public_id).problems_file_id))


def _file(file_id: int | None) -> StoredFile:
    found = db.session.get(StoredFile, file_id) if file_id else None
    if found is None:
        raise NotFound(N_("This import has no such file."))
    return found


@bp.post("/imports/<public_id>/apply")
@requires(Permission.EDIT_ORGS)
@form_of(show_import)
@writes
def apply_import(public_id: str) -> ResponseReturnValue:
    """Queue the writing of an import and show how far it is."""
    batch = _own_batch(public_id)
    item = queue_import(
        batch,
        title=f"{translate(TITLES[batch.kind])}: {batch.file_name}",
        url=url_for(".show_import", public_id=public_id),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for("work.show", public_id=item.public_id))


@bp.post("/imports/<public_id>/undo")
@requires(Permission.EDIT_ORGS)
@form_of(show_import)
@writes
def undo(public_id: str) -> ResponseReturnValue:
    """Hide everything again that an import brought in."""
    undo_import(_own_batch(public_id), actor=current_actor(), now=clock.now())
    flash(translate(N_("The import was undone.")), "success")
    return see_other(url_for(".show_import", public_id=public_id))
