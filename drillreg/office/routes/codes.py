"""The code lists: what is shipped, and what a county makes of it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import shipped_list, shipped_names
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.office.forms import read_words
from drillreg.office.models import CodeOrder
from drillreg.office.operations import add_code, change_code, move_code, reset_code, show_code
from drillreg.office.queries import (
    changed_counts,
    code_history,
    entries_of,
    get_list,
    list_at,
)
from drillreg.office.routes.blueprint import bp, chosen_owner, owners_for
from drillreg.orgs.models import Org


def _owner() -> Org:
    return chosen_owner(owners_for(Permission.MANAGE_SYSTEM, only_counties=True))


@bp.get("/codes")
@requires(Permission.MANAGE_SYSTEM)
def codes() -> str:
    """List all code lists: what an office may change first, what the program counts on last."""
    owner = _owner()
    lists = [shipped_list(name) for name in shipped_names()]
    return render_template(
        "office/codes.html",
        owner=owner,
        owners=owners_for(Permission.MANAGE_SYSTEM, only_counties=True),
        lists=sorted(lists, key=lambda each: (not each.extend, not each.rename)),
        changed=changed_counts(owner),
    )


@bp.get("/codes/<name>")
@requires(Permission.MANAGE_SYSTEM)
def code_entries(name: str) -> str:
    """Show the entries of a list as people of the county see them."""
    owner, shipped = _owner(), get_list(name)
    return render_template(
        "office/code_list.html",
        owner=owner,
        shipped=shipped,
        items=[item for item in list_at(name, owner) if _is_theirs(item.code, name, owner)],
        changed=entries_of(name, owner),
        history=code_history(name, owner),
        is_order=lambda row: isinstance(row, CodeOrder),
    )


def _is_theirs(code: str, name: str, owner: Org) -> bool:
    return get_list(name).get(code) is not None or code in entries_of(name, owner)


@bp.get("/codes/<name>/new")
@requires(Permission.MANAGE_SYSTEM)
def new_code(name: str) -> str:
    """Ask for an entry of the county's own."""
    return render_template(
        "office/code_new.html", owner=_owner(), shipped=get_list(name), form=form_view()
    )


@bp.post("/codes/<name>/new")
@requires(Permission.MANAGE_SYSTEM)
@form_of(new_code)
@writes
def create_code(name: str) -> ResponseReturnValue:
    """Add an entry of the county's own."""
    owner, shipped = _owner(), get_list(name)
    words = read_words(shipped, request.form)
    add_code(shipped, words, owner=owner, actor=current_actor(), now=clock.now())
    flash(translate(N_("“%(name)s” was added."), name=words.zh), "success")
    return see_other(url_for(".code_entries", name=name, org=owner.id))


@bp.get("/codes/<name>/<code>")
@requires(Permission.MANAGE_SYSTEM)
def edit_code(name: str, code: str) -> str:
    """Ask how an entry shall be worded here."""
    owner, shipped = _owner(), get_list(name)
    item = list_at(name, owner).get(code)
    if item is None or not _is_theirs(code, name, owner):
        raise NotFound(N_("This list has no such entry."))
    return render_template(
        "office/code_edit.html",
        owner=owner,
        shipped=shipped,
        item=item,
        original=shipped.get(code),
        form=form_view(zh=item.label["zh"], en=item.label["en"], gb_code=item.gb_code),
    )


@bp.post("/codes/<name>/<code>")
@requires(Permission.MANAGE_SYSTEM)
@form_of(edit_code)
@writes
def save_code(name: str, code: str) -> ResponseReturnValue:
    """Word an entry otherwise."""
    owner, shipped = _owner(), get_list(name)
    words = read_words(shipped, request.form)
    change_code(shipped, code, words, owner=owner, actor=current_actor(), now=clock.now())
    flash(translate(N_("“%(name)s” was saved."), name=words.zh), "success")
    return see_other(url_for(".code_entries", name=name, org=owner.id))


@bp.post("/codes/<name>/<code>/<act>")
@requires(Permission.MANAGE_SYSTEM)
@writes
def act_on_code(name: str, code: str, act: str) -> ResponseReturnValue:
    """Hide or show an entry, move it up or down, or let the shipped words count again."""
    owner, shipped, actor, now = _owner(), get_list(name), current_actor(), clock.now()
    match act:
        case "hide" | "show":
            show_code(shipped, code, hidden=act == "hide", owner=owner, actor=actor, now=now)
        case "up" | "down":
            step = -1 if act == "up" else 1
            move_code(shipped, code, step=step, owner=owner, actor=actor, now=now)
        case "reset":
            reset_code(shipped, code, owner=owner, actor=actor, now=now)
        case _:
            raise NotFound(N_("There is nothing at this address."))
    return see_other(url_for(".code_entries", name=name, org=owner.id, _anchor=f"c-{code}"))
