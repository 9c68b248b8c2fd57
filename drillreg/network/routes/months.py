"""Editing a month of a roster: the table, filling it, a workbook, publishing."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.i18n import N_, pick, translate
from drillreg.network.duties import WEEK, Cells, names_in, positions
from drillreg.network.forms.rosters import MonthForm, cell_name, filled
from drillreg.network.operations.rosters import publish, save_month
from drillreg.network.queries.contacts import posts_of
from drillreg.network.queries.rosters import cells_of, duties_of
from drillreg.network.routes.blueprints import roster_bp as bp
from drillreg.network.routes.book import kept_org
from drillreg.network.routes.rosters import Sheet, month_context, month_url, sheet_of
from drillreg.network.tables import read_workbook
from drillreg.workdays.months import first_of


def _sheet(org_id: int) -> Sheet:
    return sheet_of(kept_org(org_id), request.values.get("m", ""))


def _table(sheet: Sheet, cells: Cells, done: str = "") -> str:
    values: dict[str, Any] = {
        cell_name(day, position): text for (day, position), text in cells.items()
    }
    version = sheet.month.row_version if sheet.month else 0
    form = form_view(**values, row_version=version)
    typed = {
        (day.on, each.code): str(form.value(cell_name(day.on, each.code)))
        for day in sheet.days({})
        for each in positions()
    }
    holders = [post.person.name for post in posts_of(sheet.org, on=clock.today())]
    lately = _names_lately(sheet)
    return render_template(
        "network/month_edit.html",
        days=sheet.days(typed),
        form=form,
        done=translate(done) if done else "",
        cell_name=cell_name,
        people=list(dict.fromkeys([*holders, *lately])),
        rota=lately or holders,
        position_options=[(each.code, pick(each.label)) for each in positions()],
        **month_context(sheet),
    )


def _names_lately(sheet: Sheet) -> list[str]:
    """Return who stood on the roster of this month and the weeks before it."""
    before = cells_of(duties_of(sheet.org, sheet.first - 5 * WEEK, sheet.last))
    return list(dict.fromkeys(name for text in before.values() for name in names_in(text)))


@bp.get("/roster/<int:org_id>/edit")
@requires(Permission.KEEP_CONTACTS)
def edit(org_id: int) -> str:
    """Show the table of a month to type in, filled as asked; nothing is saved yet."""
    sheet = _sheet(org_id)
    before = cells_of(duties_of(sheet.org, sheet.first - WEEK, sheet.first))
    cells, done = filled(request.args, before | sheet.cells, sheet.first, sheet.calendar)
    return _table(sheet, cells, done)


@bp.post("/roster/<int:org_id>/edit")
@requires(Permission.KEEP_CONTACTS)
@form_of(edit)
@writes
def save(org_id: int) -> ResponseReturnValue:
    """Save the table of a month."""
    org = kept_org(org_id)
    first = first_of(request.values.get("m", ""), clock.today())
    form = MonthForm.read(request.form, first)
    save_month(
        org,
        first,
        form.cells,
        row_version=form.row_version,
        agreed=form.agreed,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The roster was saved.")), "success")
    return see_other(month_url(org_id, first))


@bp.post("/roster/<int:org_id>/read")
@requires(Permission.KEEP_CONTACTS)
@writes_itself
@form_of(edit)
def read_file(org_id: int) -> ResponseReturnValue:
    """Read a workbook into the table; nothing is saved before somebody looked at it."""
    sheet = _sheet(org_id)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise FormErrors([FieldError("file", N_("Choose a file."))])
    cells = {**sheet.cells, **read_workbook(upload.read(), sheet.first)}
    return _table(sheet, cells, N_("The table was read. Look at it, then save."))


@bp.post("/roster/<int:org_id>/publish")
@requires(Permission.KEEP_CONTACTS)
@writes
def publish_now(org_id: int) -> ResponseReturnValue:
    """Make the roster of a month known."""
    org = kept_org(org_id)
    first = first_of(request.values.get("m", ""), clock.today())
    publish(org, first, actor=current_actor(), now=clock.now())
    flash(translate(N_("The roster is published. Changes now need a reason.")), "success")
    return see_other(month_url(org_id, first))
