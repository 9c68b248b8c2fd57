"""Compiled books: ask for one, see one's own."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.books.forms import BookForm
from drillreg.books.operations import ask_for_book
from drillreg.books.queries import my_books, plans_to_bind
from drillreg.books.routes.blueprint import bp
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds, top_orgs
from drillreg.orgs.scope import current_scope
from drillreg.plans.rules import Secrecy

# Organisations that are offered; any other comes by the link on its plans.
NODES = ("county", "department", "town")


def _org() -> Org:
    """Return the organisation of the address or the form, else one's own or the first in reach."""
    scope = current_scope()
    text = request.values.get("org", "")
    if text:
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise NotFound(N_("There is no such organisation."))
        return get_org(int(text), scope)
    home = current_actor().org_id
    if home is not None:
        try:
            return get_org(home, scope)
        except NotFound:
            pass
    top = next(iter(top_orgs(scope)), None)
    if top is None:
        raise NotFound(N_("There is no such organisation."))
    return top


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """Ask which plans to bind, and list the books one has asked for."""
    scope, org = current_scope(), _org()
    rows = plans_to_bind(scope, org, own=False, internal=True, today=clock.today())
    nodes = list(orgs_of_kinds(scope, NODES))
    if org.id not in {each.id for each in nodes}:
        nodes.insert(0, org)
    return render_template(
        "books/index.html",
        org=org,
        nodes=[(each.id, name_of(each)) for each in nodes],
        count=len(rows),
        own_count=sum(row.org.id == org.id for row in rows),
        internal_count=sum(row.plan.secrecy is Secrecy.INTERNAL for row in rows),
        form=form_view(title=f"{org.name}应急预案汇编", internal="1"),
        books=my_books(current_actor()),
    )


@bp.post("/")
@requires(Permission.VIEW)
@form_of(index)
@writes
def compile_now() -> ResponseReturnValue:
    """Queue a book; what it holds is settled by what the asker reaches now."""
    org = _org()
    form = BookForm.read(request.form, org_name=org.name)
    item = ask_for_book(
        org=org,
        scope=current_scope(),
        own=form.own,
        internal=form.internal,
        title=form.title,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    return see_other(url_for("work.show", public_id=item.public_id))
