"""The register of divisions: the list and one of them, with what it was called and part of."""

from flask import Response, render_template, request

from drillreg.core.access import Permission, requires
from drillreg.core.errors import NotAllowed
from drillreg.core.reading import FormReader
from drillreg.core.web import render_page_or_part
from drillreg.i18n import N_, translate
from drillreg.orgs.division_changes import children_of_division, units_in
from drillreg.orgs.division_register import (
    DivisionFilter,
    all_divisions,
    divisions_count,
    divisions_of_level,
    divisions_page,
    ensure_governed,
    get_division,
    governments_of,
    has_boundary,
    names_by_id,
    outlines_of,
)
from drillreg.orgs.divisions import names_of
from drillreg.orgs.models import Division
from drillreg.orgs.routes.blueprint import bp
from drillreg.orgs.rules import DivisionLevel
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.sheets.export import Column, send_table

LEVEL_WORDS = {
    DivisionLevel.COUNTY: N_("County"),
    DivisionLevel.TOWN: N_("Town or subdistrict"),
    DivisionLevel.VILLAGE: N_("Village or community"),
    DivisionLevel.GRID: N_("Grid"),
}


def level_options() -> list[tuple[str, str]]:
    """Return the levels for a choice field."""
    return [(level.value, translate(word)) for level, word in LEVEL_WORDS.items()]


def may_change(division: Division) -> bool:
    """Say whether the person may change a division."""
    try:
        ensure_governed(division, current_scope_for(Permission.EDIT_ORGS))
    except NotAllowed:
        return False
    return division.closed_on is None


def _filter() -> DivisionFilter:
    reader = FormReader(request.args)
    within = reader.integer("within", "", minimum=1)
    level = reader.raw("level")
    return DivisionFilter(
        level=level if level in set(DivisionLevel) else "",
        within=get_division(within, current_scope()) if within else None,
        words=reader.raw("words")[:80],
        closed=reader.flag("closed"),
    )


@bp.get("/divisions/")
@requires(Permission.VIEW)
def divisions() -> str:
    """Show the divisions in reach, filtered, by code."""
    scope, wanted = current_scope(), _filter()
    page = divisions_page(scope, wanted, cursor=request.args.get("after"))
    ids = [division.id for division in page.rows]
    return render_page_or_part(
        "orgs/divisions.html",
        "orgs/_divisions.html",
        wanted=wanted,
        found=page,
        total=divisions_count(scope, wanted),
        levels=level_options(),
        words=LEVEL_WORDS,
        towns=divisions_of_level(scope, DivisionLevel.TOWN),
        outlined=has_boundary(ids),
        governments=governments_of(ids, scope),
    )


EXPORT_COLUMNS: tuple[Column[Division], ...] = (
    Column(N_("Division code"), lambda each: each.code),
    Column(N_("Division name"), lambda each: each.name),
    Column(N_("Level"), lambda each: translate(LEVEL_WORDS[each.level])),
    Column(N_("Part of"), lambda each: each.parent.name if each.parent else None),
    Column(N_("Closed on"), lambda each: each.closed_on),
)


@bp.get("/divisions.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export_divisions(fmt: str) -> Response:
    """Hand out exactly the filtered divisions."""
    found = all_divisions(current_scope(), _filter())
    return send_table(N_("Divisions"), EXPORT_COLUMNS, found, fmt)


@bp.get("/divisions/<int:division_id>")
@requires(Permission.VIEW)
def show_division(division_id: int) -> str:
    """Show a division: what it is, was called and part of, its outlines, what lies in it."""
    scope = current_scope()
    division = get_division(division_id, scope)
    names = names_of(division)
    related = [division.merged_into_id, division.split_from_id]
    return render_template(
        "orgs/division.html",
        division=division,
        words=LEVEL_WORDS,
        names=names,
        known=names_by_id([*(row.parent_id for row in names), *related]),
        outlines=outlines_of(division),
        children=children_of_division(division),
        units=units_in(division, scope),
        government=governments_of([division.id], scope).get(division.id),
        may_edit=may_change(division),
    )
