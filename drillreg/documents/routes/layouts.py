"""Pages of layouts: what there is, how it looks, what an office wants otherwise."""

from dataclasses import replace

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.forms import FONT_WORDS, read_wishes
from drillreg.documents.layouts import Layout, all_versions, layout_of, layouts, with_wishes
from drillreg.documents.operations.layouts import change_layout
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import changes_of, wishes_for
from drillreg.documents.routes.blueprint import DOCX, bp, download, offices, org_of_address
from drillreg.documents.samples import sample_of
from drillreg.documents.word import word_of
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import OrgScope, current_scope_for


def _scope() -> OrgScope:
    return current_scope_for(Permission.MANAGE_SYSTEM)


def _layout(name: str) -> Layout:
    if name not in all_versions():
        raise NotFound(N_("There is no such layout."))
    return layout_of(name)


def _owner() -> Org:
    """Return the office whose papers the page is about: the one asked for, else the topmost."""
    scope = _scope()
    chosen = org_of_address(scope)
    if chosen is not None:
        return chosen
    found = orgs_of_kinds(scope, ("county", "department", "town"))
    if not found:
        raise NotFound(N_("There is no organisation yet: the layouts are used as they are."))
    return found[0]


@bp.get("/system/layouts/")
@requires(Permission.MANAGE_SYSTEM)
def layouts_index() -> str:
    """List the layouts with their source."""
    return render_template("documents/layouts.html", layouts=layouts())


@bp.get("/system/layouts/<name>")
@requires(Permission.MANAGE_SYSTEM)
def layout(name: str) -> str:
    """Show a layout: its measures, a sample, and what an office wants otherwise."""
    found, owner, scope = _layout(name), _owner(), _scope()
    wishes = wishes_for(name, owner)
    fonts = {f"font_{role}": wishes.fonts.get(role, "") for role in FONT_WORDS}
    return render_template(
        "documents/layout.html",
        layout=found,
        owner=owner,
        offices=offices(scope),
        changes=changes_of(name, scope),
        font_words=FONT_WORDS,
        form=form_view(
            red_head="1" if wishes.red_head else "", head_word=wishes.head_word, **fonts
        ),
    )


@bp.post("/system/layouts/<name>")
@requires(Permission.MANAGE_SYSTEM)
@form_of(layout)
@writes
def save_layout(name: str) -> ResponseReturnValue:
    """Keep what an office wants of a layout; papers that are frozen stay as they are."""
    found, owner = _layout(name), get_org(_owner().id, _scope())
    wishes = read_wishes(request.form, has_head=found.red_head is not None)
    change_layout(
        name,
        owner,
        wishes,
        before=wishes_for(name, owner),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("Papers printed from now on look like this.")), "success")
    return see_other(url_for(".layout", name=name, org=owner.id))


@bp.get("/system/layouts/<name>/sample.<ending>")
@requires(Permission.MANAGE_SYSTEM)
def sample(name: str, ending: str) -> Response:
    """Print the sample of a layout as the chosen office wants it."""
    found, owner = _layout(name), _owner()
    wanted = with_wishes(found, wishes_for(name, owner))
    paper = sample_of(name)
    if paper.red_head:
        paper = replace(paper, issuers=[owner.name, *paper.issuers[1:]])
    db.session.rollback()  # nothing is held open while the child prints
    title = f"{pick(found.label)}.{ending}"
    if ending == "pdf":
        data = print_paper(paper, layout=wanted).pdf
        return download(data, title, "application/pdf", shown=True)
    if ending != "docx":
        raise NotFound(N_("A sample is there as PDF and as Word file."))
    return download(word_of(paper, layout=wanted), title, DOCX)
