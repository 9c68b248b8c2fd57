"""The steps of one import: header row, columns, preview and choice, result."""

from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.operations import bytes_of
from drillreg.files.web import send_stored
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.imports.applying import examine_batch, preview_of
from drillreg.imports.forms import read_columns, read_decision, read_header
from drillreg.imports.operations import (
    change_options,
    keep_preview,
    queue_import,
    queue_reading,
    remember_mapping,
    undo_import,
    uses_of,
)
from drillreg.imports.queries import applied_before, file_or_404, files_of, size_of, work_of
from drillreg.imports.routes.blueprint import bp, own_batch
from drillreg.imports.rules import READ_AT_ONCE, decision_of, ensure_open
from drillreg.imports.summary import NOTHING
from drillreg.orgs.models import Org
from drillreg.work.importers import TABLES, Kind
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState


def _context(batch: ImportBatch, kind: Kind, org: Org) -> dict[str, Any]:
    """Return what every page of one import shows."""
    found = {**NOTHING, **batch.summary}
    return {
        "batch": batch,
        "kind": kind,
        "org": org,
        "found": found,
        "fields": {each.code: each for each in kind.fields()},
        "is_table": bool(found["top"]) and set(kind.takes) & set(TABLES),
        "state": str(batch.state),
    }


@bp.get("/<public_id>")
@signed_in
def show(public_id: str) -> ResponseReturnValue:
    """Show what an import would do, or what it did."""
    batch, kind, org = own_batch(public_id)
    context = _context(batch, kind, org)
    waits = batch.state is ImportState.PREVIEW
    if waits and context["found"]["missing"] and "refused_form" not in g:
        return redirect(url_for(".columns", public_id=public_id))
    before = applied_before(batch) if waits else None
    return render_template(
        "imports/show.html",
        **context,
        form=form_view(),
        decision=decision_of(batch.options),
        before=before,
        blocked=before is not None and kind.once,
        work=work_of(batch) if waits else None,
        uses=uses_of(batch, kind) if batch.state is ImportState.APPLIED else 0,
        home=kind.home(batch),
        label_of=lambda code: (
            pick(context["fields"][code].label) if code in context["fields"] else code
        ),
    )


@bp.get("/<public_id>/header")
@signed_in
def header(public_id: str) -> str:
    """Show the rows around the header, so that another one can be chosen."""
    batch, kind, org = own_batch(public_id)
    context = _context(batch, kind, org)
    found = context["found"]
    form = form_view(
        sheet=found["sheet"], header_row=found["header_row"], two_rows=found["depth"] == 2
    )
    return render_template("imports/header.html", **context, form=form)


@bp.post("/<public_id>/header")
@signed_in
@form_of(header)
@writes_itself
def choose_header(public_id: str) -> ResponseReturnValue:
    """Read the table again with the header row as chosen."""
    batch, _, _ = own_batch(public_id)
    options = read_header(request.form, batch.summary.get("sheets", []))
    again = "header" if options["sheet"] != batch.summary.get("sheet", "") else "show"
    return _again(public_id, options, next_page=again)


@bp.get("/<public_id>/columns")
@signed_in
def columns(public_id: str) -> str:
    """Show which column is taken for what."""
    batch, kind, org = own_batch(public_id)
    context = _context(batch, kind, org)
    mapped = {f"field_{at}": code for code, at in context["found"]["columns"].items()}
    options = [
        (each.code, f"{pick(each.label)}{' *' if each.required else ''}")
        for each in kind.fields()
        if not (context["found"]["has_shapes"] and each.type == "degrees")
    ]
    return render_template(
        "imports/columns.html",
        **context,
        form=form_view(**mapped),
        options=options,
        missing=[pick(context["fields"][code].label) for code in context["found"]["missing"]],
    )


@bp.post("/<public_id>/columns")
@signed_in
@form_of(columns)
@writes_itself
def map_columns(public_id: str) -> ResponseReturnValue:
    """Plan an import again with the columns as a person mapped them, and remember them."""
    batch, kind, _ = own_batch(public_id)
    mapped = read_columns(kind, request.form, batch.summary.get("header", []))
    return _again(public_id, {"columns": mapped}, next_page="show", remember=True)


@bp.post("/<public_id>/rows")
@signed_in
@form_of(show)
@writes_itself
def choose_rows(public_id: str) -> ResponseReturnValue:
    """Plan an import again without the rows that are left out."""
    own_batch(public_id)
    return _again(public_id, read_decision(request.form), next_page="show")


def _again(
    public_id: str, options: dict[str, Any], *, next_page: str, remember: bool = False
) -> ResponseReturnValue:
    """Read an import once more with other choices: at once, or in the background when large."""
    batch, kind, _ = own_batch(public_id)
    ensure_open(batch.state)
    actor, now, url = current_actor(), clock.now(), url_for(".show", public_id=public_id)
    if size_of(batch) > READ_AT_ONCE:
        with unit_of_work():
            batch, _, _ = own_batch(public_id)
            change_options(batch, options)
            item = queue_reading(batch, url=url, locale=current_locale(), actor=actor, now=now)
            return see_other(url_for("work.show", public_id=item.public_id))
    wanted = ImportBatch(kind=batch.kind, org_id=batch.org_id, options={**batch.options, **options})
    found = examine_batch(wanted, in_background=False, actor=actor, files=files_of(batch))
    preview = preview_of(kind, found)
    with unit_of_work():
        batch, _, _ = own_batch(public_id)
        change_options(batch, options)
        keep_preview(batch, preview, actor=actor, now=now)
        if remember:
            remember_mapping(batch, actor=actor, now=now)
    return see_other(url_for(f".{next_page}", public_id=public_id))


@bp.post("/<public_id>/apply")
@signed_in
@form_of(show)
@writes
def apply(public_id: str) -> ResponseReturnValue:
    """Queue the writing of an import and show how far it is."""
    batch, _, _ = own_batch(public_id)
    if work_of(batch) is not None:
        raise DomainError(N_("This import is being worked on already."))
    item = queue_import(
        batch,
        url=url_for(".show", public_id=public_id),
        locale=current_locale(),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for("work.show", public_id=item.public_id))


@bp.post("/<public_id>/undo")
@signed_in
@form_of(show)
@writes
def undo(public_id: str) -> ResponseReturnValue:
    """Take back everything that an import did."""
    batch, _, _ = own_batch(public_id)
    undo_import(batch, actor=current_actor(), now=clock.now(), today=clock.today())
    flash(translate(N_("The import was undone. Nothing of it is shown any more.")), "success")
    return see_other(url_for(".show", public_id=public_id))


@bp.get("/<public_id>/explained.xlsx")
@signed_in
def explained(public_id: str) -> ResponseReturnValue:
    """Hand out the rows that do not come in, each with its reason."""
    batch, _, _ = own_batch(public_id)
    return send_stored(file_or_404(batch.problems_file_id))


@bp.get("/<public_id>/map.geojson")
@signed_in
def on_map(public_id: str) -> ResponseReturnValue:
    """Return what lies where, for the map of the preview, WGS84."""
    batch, _, _ = own_batch(public_id)
    found = file_or_404(batch.options.get("outlines_id"))
    return current_app.response_class(bytes_of(found), mimetype="application/geo+json")
