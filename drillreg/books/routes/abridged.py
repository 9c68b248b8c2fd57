"""The abridged plan: read, edit, print on one page."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.books.composing import abridged_paper, proposed_abridged, small_layout
from drillreg.books.forms import read_abridged
from drillreg.books.operations import save_abridged
from drillreg.books.queries import abridged_of, shown_version
from drillreg.books.routes.blueprint import (
    bp,
    end_read,
    pdf_response,
    plan_address,
    plan_to_change,
    plan_to_read,
)
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.markdown import to_html
from drillreg.documents.pdf import print_paper
from drillreg.files.operations import clean_name
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import may_on
from drillreg.plans.scope import PLAN

# Type grows smaller until the text stands on one page.
SIZES = ((34, 39, 12.0), (40, 44, 10.5), (46, 52, 9.0))


@bp.get("/plans/<int:plan_id>/abridged")
@requires(Permission.VIEW)
def abridged(plan_id: int) -> str:
    """Show the abridged plan, or what is proposed for it."""
    plan = plan_to_read(plan_id)
    kept, version = abridged_of(plan), shown_version(plan)
    return render_template(
        "books/abridged.html",
        plan=plan,
        kept=kept,
        version=version,
        text=to_html(kept.body if kept else proposed_abridged(version)),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
    )


@bp.get("/plans/<int:plan_id>/abridged/edit")
@requires(Permission.EDIT_PLANS)
def abridged_edit(plan_id: int) -> str:
    """Show the text to be edited."""
    plan = plan_to_change(plan_id)
    kept = abridged_of(plan)
    form = form_view(
        body=kept.body if kept else proposed_abridged(shown_version(plan)),
        row_version=kept.row_version if kept else 0,
    )
    return render_template("books/abridged_edit.html", plan=plan, form=form)


@bp.post("/plans/<int:plan_id>/abridged/edit")
@requires(Permission.EDIT_PLANS)
@form_of(abridged_edit)
@writes
def abridged_save(plan_id: int) -> ResponseReturnValue:
    """Keep the text."""
    plan = plan_to_change(plan_id)
    body = read_abridged(request.form, abridged_of(plan))
    save_abridged(plan=plan, body=body, actor=current_actor(), now=clock.now())
    flash(translate(N_("The abridged plan is kept.")), "success")
    return see_other(url_for(".abridged", plan_id=plan.id))


@bp.get("/plans/<int:plan_id>/abridged.pdf")
@requires(Permission.VIEW)
def abridged_pdf(plan_id: int) -> ResponseReturnValue:
    """Print the abridged plan on one page."""
    plan = plan_to_read(plan_id)
    kept = abridged_of(plan)
    body = kept.body if kept else proposed_abridged(shown_version(plan))
    paper, name = abridged_paper(plan, body, plan_address(plan)), clean_name(f"{plan.title}简本")
    layouts = [small_layout(plan, lines=n, chars=c, points=p) for n, c, p in SIZES]
    end_read()
    for layout in layouts:
        printed = print_paper(paper, layout=layout)
        if printed.pages == 1:
            break
    return pdf_response(printed.pdf, name)
