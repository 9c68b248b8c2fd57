"""Tree, list and record of organisations."""

from datetime import date

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import CodeItem, code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import render_page_or_part
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.i18n import N_, pick
from drillreg.orgs.attributes import attributes_for, cell_of, shown
from drillreg.orgs.divisions import boundaries_directly_below, boundary_or_none, names_of
from drillreg.orgs.history import story_of
from drillreg.orgs.models import Org
from drillreg.orgs.oversights import SUPERVISING_KINDS, supervised_counts
from drillreg.orgs.past import org_that_left, versions_before
from drillreg.orgs.queries import (
    OrgFilter,
    aliases_of,
    all_orgs,
    ancestors_of,
    children_of,
    counts_below,
    counts_by_kind,
    get_org,
    orgs_count,
    orgs_of_kinds,
    orgs_page,
    oversights_of,
)
from drillreg.orgs.routes.blueprint import bp
from drillreg.orgs.rules import GOVERNMENT_KINDS
from drillreg.orgs.scope import current_scope, current_scope_for, may_here
from drillreg.orgs.tree import tree
from drillreg.sheets.export import Column, send_table

OUTLINE_TOLERANCE_M = 30.0


def _filter() -> OrgFilter:
    reader = FormReader(request.args)
    within = reader.integer("within", "", minimum=1)
    kind = reader.raw("kind")
    return OrgFilter(
        kind=kind if kind in code_list("org_kind").codes() else "",
        within=get_org(within, current_scope()) if within else None,
        words=reader.raw("words")[:80],
        closed=reader.flag("closed"),
    )


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """Show the tree, and the list of what lies in the chosen part of it."""
    scope, wanted = current_scope(), _filter()
    return render_page_or_part(
        "orgs/index.html",
        "orgs/_list.html",
        wanted=wanted,
        tree=tree(scope, wanted.within),
        found=orgs_page(scope, wanted, cursor=request.args.get("after")),
        total=orgs_count(scope, wanted),
        places=orgs_of_kinds(scope, ("county", "town")),
        kinds=counts_by_kind(scope),
        may_edit=bool(current_scope_for(Permission.EDIT_ORGS).paths),
    )


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly the filtered list."""
    return send_table(
        N_("Organisations"), export_columns(), all_orgs(current_scope(), _filter()), fmt
    )


def export_columns() -> list[Column[Org]]:
    """Return the columns of the exported list, the attributes of the code list last."""
    return [
        Column(N_("Organisation name"), lambda org: org.name),
        Column(N_("Kind"), lambda org: code_label(org.kind, "org_kind")),
        Column(N_("Stands below"), lambda org: org.parent.name if org.parent else None),
        Column(N_("Code"), lambda org: org.code),
        Column(N_("Division"), lambda org: org.division.name if org.division else None),
        Column(N_("Division code"), lambda org: org.division.code if org.division else None),
        Column(N_("Duty phone"), lambda org: org.duty_phone),
        Column(N_("Longitude"), lambda org: org.lon),
        Column(N_("Latitude"), lambda org: org.lat),
        Column(N_("Opened on"), lambda org: org.opened_on),
        Column(N_("Closed on"), lambda org: org.closed_on),
        *(_attribute_column(item) for item in code_list("org_attribute")),
    ]


def _attribute_column(item: CodeItem) -> Column[Org]:
    return Column(pick(item.label), lambda org: cell_of(item, org.attributes.get(item.code)))


@bp.get("/<int:org_id>")
@requires(Permission.VIEW)
def show(org_id: int) -> str:
    """Show an organisation: facts, supervision, what stands below it, what it was."""
    scope = current_scope()
    try:
        org = get_org(org_id, scope)
    except NotFound:
        return _show_past(*org_that_left(org_id, scope))
    children = children_of(org, scope)
    may_edit = may_here(Permission.EDIT_ORGS, org)
    owns_division = org.kind in GOVERNMENT_KINDS.values()
    return render_template(
        "orgs/show.html",
        org=org,
        above=[(each, scope.includes(each)) for each in ancestors_of(org)],
        children=children,
        counts=counts_below([child.id for child in children], scope) if children else {},
        oversights=oversights_of(org),
        overseers=orgs_of_kinds(scope, ("department", "outside")) if may_edit else (),
        story=story_of(org),
        supervises=supervised_counts(org, scope, day=clock.today())
        if org.kind in SUPERVISING_KINDS
        else {},
        aliases=aliases_of(org),
        division_names=names_of(org.division) if org.division and owns_division else (),
        boundary=boundary_or_none(org.division_id) if owns_division else None,
        attributes=attributes_for(org.kind),
        shown=shown,
        may_edit=may_edit and org.closed_on is None,
        may_reopen=may_edit and org.closed_on is not None and org.parent_id is not None,
        form=form_view(from_on=clock.today().isoformat()),
        today=clock.today(),
    )


def _show_past(org: Org, left_on: date) -> str:
    """Show what an organisation was until it left: nothing of today, no contacts."""
    return render_template(
        "orgs/past.html", org=org, left_on=left_on, versions=versions_before(org, left_on)
    )


@bp.get("/<int:org_id>/boundary.geojson")
@requires(Permission.VIEW)
def boundary(org_id: int) -> ResponseReturnValue:
    """Return the outline of an organisation's division and of the divisions inside, WGS84."""
    org = get_org(org_id, current_scope())
    found = boundary_or_none(org.division_id)
    if found is None:
        raise NotFound(N_("This division has no boundary yet."))
    rows = [
        OutFeature(each.id, each.wkb, {"name": each.division.name, "outer": False})
        for each in boundaries_directly_below(found.division_id)
    ]
    rows.append(OutFeature(found.id, found.wkb, {"name": found.division.name, "outer": True}))
    return current_app.response_class(
        geojson_bytes(rows, OUTLINE_TOLERANCE_M), mimetype="application/geo+json"
    )
