"""Attributes over time: the history of one organisation, setting one of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem, code_list
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.page import day as short_day
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.attribute_setting import Setting, set_attribute, setting_of
from drillreg.orgs.attributes import read_attribute, shown
from drillreg.orgs.history import attribute_spans
from drillreg.orgs.models import Org
from drillreg.orgs.queries import (
    OrgFilter,
    all_orgs,
    get_org,
    orgs_count,
    orgs_page,
    orgs_with_ids,
    places_to_choose,
)
from drillreg.orgs.routes.blueprint import bp
from drillreg.orgs.scope import current_scope, current_scope_for

PAGE = 50
USUAL = "fire_key_unit"


@bp.get("/<int:org_id>/attributes")
@requires(Permission.VIEW)
def attribute_history(org_id: int) -> str:
    """Show what was known of an organisation, and from when to when."""
    org = get_org(org_id, current_scope())
    spans = attribute_spans(org)
    items = [item for item in code_list("org_attribute") if item.code in spans]
    return render_template("orgs/attributes.html", org=org, items=items, spans=spans, shown=shown)


def _filter() -> OrgFilter:
    reader = FormReader(request.values)
    within = reader.integer("within", "", minimum=1)
    kind = reader.raw("kind")
    return OrgFilter(
        kind=kind if kind in code_list("org_kind").codes() else "",
        within=get_org(within, current_scope()) if within else None,
        words=reader.raw("words")[:80],
        kinds=tuple(_item().attributes["kinds"]),
    )


def _item() -> CodeItem:
    """Return the attribute that is asked for, else the one most often set for many."""
    known = code_list("org_attribute")
    asked = known.get(request.values.get("attribute", ""))
    return asked or next(item for item in known if item.code == USUAL)


def _offered(kind: str) -> list[tuple[str, str]]:
    """Return the attributes that fit a kind; without one, all of them."""
    return [
        (item.code, pick(item.label))
        for item in code_list("org_attribute")
        if not kind or not item.attributes["kinds"] or kind in item.attributes["kinds"]
    ]


@bp.get("/attributes")
@requires(Permission.EDIT_ORGS)
def many() -> str:
    """Choose an attribute and the organisations of a filtered list to set it for."""
    scope, wanted, item = current_scope_for(Permission.EDIT_ORGS), _filter(), _item()
    return render_template(
        "orgs/attributes_many.html",
        wanted=wanted,
        item=item,
        offered=_offered(wanted.kind),
        page=orgs_page(scope, wanted, cursor=request.args.get("after"), size=PAGE),
        total=orgs_count(scope, wanted),
        places=places_to_choose(scope, wanted.within),
        shown=shown,
        form=form_view(from_on=clock.today().isoformat()),
    )


@dataclass(frozen=True)
class ManyForm:
    """Which attribute gets which value from when; of these rows, or of the whole list."""

    item: CodeItem
    value: Any
    from_on: date
    whole_list: bool
    ids: tuple[int, ...]

    @classmethod
    def read(cls, fields: "MultiDict[str, str]") -> "ManyForm":
        """Return what was chosen, or raise FormErrors."""
        reader = FormReader(fields)
        item = code_list("org_attribute").get(reader.raw("attribute"))
        if item is None:
            raise FormErrors([FieldError("attribute", N_("Choose what is to be set."))])
        clear = reader.flag("clear")
        value = None if clear else read_attribute(reader, item, "value")
        if value is None and not clear and not reader.errors:
            reader.fail("value", N_("Give a value, or say that it is to be removed."))
        from_on = reader.date("from_on", translate(N_("In force from")), required=True)
        words = [word for word in fields.getlist("org") if word.isascii() and word.isdigit()]
        form = cls(
            item, value, from_on or date.max, reader.flag("whole_list"), tuple(map(int, words))
        )
        if not form.whole_list and not form.ids:
            reader.fail("org", N_("Tick the organisations, or take the whole list."))
        reader.finish()
        return form


def _chosen(form: ManyForm) -> Sequence[Org]:
    scope = current_scope_for(Permission.EDIT_ORGS)
    return all_orgs(scope, _filter()) if form.whole_list else orgs_with_ids(form.ids, scope)


def _setting(form: ManyForm) -> Setting:
    return setting_of(
        _chosen(form), form.item, form.value, from_on=form.from_on, today=clock.today()
    )


@bp.get("/attributes/check")
@requires(Permission.EDIT_ORGS)
@form_of(many)
def check_many() -> str:
    """Show for whom the attribute would change, and who is left out."""
    form = ManyForm.read(request.args)
    carried = [
        (n, v) for n, v in request.args.items(multi=True) if n not in {"csrf_token", "after"}
    ]
    return render_template(
        "orgs/attributes_check.html",
        setting=_setting(form),
        shown=shown,
        fields=carried,
        back=_list_address(request.args),
        day=short_day(form.from_on),
    )


@bp.post("/attributes")
@requires(Permission.EDIT_ORGS)
@form_of(many)
@writes
def set_many() -> ResponseReturnValue:
    """Set the attribute and show the list again."""
    form = ManyForm.read(request.form)
    count = set_attribute(_setting(form), actor=current_actor(), now=clock.now())
    params = {"label": pick(form.item.label), "count": count}
    flash(translate(N_("%(label)s was set for %(count)d organisations."), **params), "success")
    return see_other(_list_address(request.form))


def _list_address(fields: "MultiDict[str, str]") -> str:
    """Return the address of the list that a choice was made from."""
    kept: dict[str, Any] = {
        name: fields.get(name) or None for name in ("attribute", "kind", "within", "words")
    }
    return url_for(".many", **kept)
