"""Where an import begins: what there is to import, the template, the upload."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, signed_in
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.page import name_of
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes_itself
from drillreg.files.operations import clean_name
from drillreg.i18n import N_, current_locale, translate
from drillreg.imports.applying import preview_of
from drillreg.imports.blanks import blank_xlsx
from drillreg.imports.forms import read_options
from drillreg.imports.operations import keep_preview, keep_upload, queue_reading
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.queries import imports_page, mappings_of
from drillreg.imports.registry import kinds_for
from drillreg.imports.routes.blueprint import bp, kind_asked, scopes_of_imports, viewed_for
from drillreg.imports.rules import READ_AT_ONCE
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope_for, ensure_may
from drillreg.sheets.export import FORMATS, send_download
from drillreg.work.importers import Kind


@bp.get("/")
@signed_in
def index() -> str:
    """Show what can be imported, and the imports so far."""
    kinds = kinds_for(current_actor())
    return render_template(
        "imports/index.html",
        kinds=kinds,
        labels={kind.code: kind.label for kind in kinds},
        page=imports_page(scopes_of_imports(), cursor=request.args.get("after")),
    )


def _owners(kind: Kind) -> list[Org]:
    return list(orgs_of_kinds(current_scope_for(kind.permission), kind.owner_kinds))


@bp.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    """Ask for a file and what is to be said about it."""
    if not request.values.get("kind"):
        return redirect(url_for(".index"))
    kind = kind_asked(request.values.get("kind"))
    owners = _owners(kind)
    home = current_actor().org_id
    ids = {org.id for org in owners}
    chosen = home if home in ids else (owners[0].id if owners else "")
    defaults = {choice.name: choice.default for choice in kind.choices()}
    return render_template(
        "imports/new.html",
        kind=kind,
        form=form_view(org_id=chosen, **defaults),
        owners=[(org.id, ("　" if org.kind == "town" else "") + name_of(org)) for org in owners],
        fields=kind.fields(),
    )


@bp.get("/template.xlsx")
@signed_in
def template() -> ResponseReturnValue:
    """Hand out an empty table with the right headings."""
    kind = kind_asked(request.args.get("kind"))
    org_id = FormReader(request.args).integer("org_id", "", minimum=1)
    owner = get_org(org_id, current_scope_for(kind.permission)) if org_id else None
    data = blank_xlsx(kind, owner.id if owner else None)
    title = translate(N_("Template: %(kind)s"), kind=translate(kind.label))
    return send_download(data, FORMATS["xlsx"], f"{title}.xlsx")


def _uploaded() -> dict[str, bytes]:
    files = {clean_name(f.filename): f.read() for f in request.files.getlist("file") if f.filename}
    if not files:
        raise FormErrors([FieldError("file", N_("Choose a file."))])
    return files


@bp.post("/new")
@signed_in
@form_of(new)
@writes_itself
def upload() -> ResponseReturnValue:
    """Take a file and say what would come of it; it is read before anything is written."""
    kind = kind_asked(request.form.get("kind"))
    options = read_options(kind, request.form)
    org_id = FormReader(request.form).integer("org_id", "") or 0
    org = get_org(org_id, viewed_for(kind))
    ensure_may(kind.permission, org)
    files = _uploaded()
    found = None
    if sum(map(len, files.values())) <= READ_AT_ONCE:
        mappings = mappings_of(kind.code, org.id, current_actor())
        given = Upload(files, options, org.id, clock.today(), mappings=mappings)
        found = examine(kind, given)
    return see_other(_keep(kind, files, options, org.id, found))


def _keep(
    kind: Kind,
    files: dict[str, bytes],
    options: dict[str, object],
    org_id: int,
    found: Examined | None,
) -> str:
    """Keep the files, and what was found or the work of finding out; return where to go on."""
    actor, now = current_actor(), clock.now()
    preview = preview_of(kind, found) if found is not None else None
    db.session.rollback()
    with unit_of_work():
        batch = keep_upload(kind, files, options, org_id=org_id, actor=actor, now=now)
        url = url_for(".show", public_id=batch.public_id)
        if preview is None:
            item = queue_reading(batch, url=url, locale=current_locale(), actor=actor, now=now)
            return url_for("work.show", public_id=item.public_id)
        keep_preview(batch, preview, actor=actor, now=now)
    return url
