"""Pages of teams, supplies and shelters: one set of views, bound to each of the three nouns."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.audit.queries import acts_on
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.masking import masked_phone
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, is_htmx, see_other, writes
from drillreg.geo.shift import LABELS, ShiftedCrs
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds, places_to_choose
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may, may_here
from drillreg.resources.forms import STATES, ResourceForm, read_filter, read_reason
from drillreg.resources.nouns import NOUNS, AnyResource, Noun
from drillreg.resources.operations import (
    check_resource,
    create_resource,
    edit_resource,
    reveal_phone,
    text_of,
    void_resource,
)
from drillreg.resources.queries import (
    DEFAULT_SORT,
    all_resources,
    get_resource,
    kept_among,
    resources_count,
    resources_on_map,
    resources_page,
    sorts_of,
)
from drillreg.resources.rules import Expiry, expiry, is_check_due
from drillreg.sheets.answer import xlsx_answer

bp = Blueprint("resources", __name__)

STATE_WORDS = {
    Expiry.EXPIRED: N_("Expired"),
    Expiry.SOON: N_("Expires within two months"),
    "unchecked": N_("Not looked at for half a year"),
}


def _tabs(noun: Noun) -> list[dict[str, Any]]:
    return [
        {
            "label": translate(each.title),
            "url": url_for(f"resources.{each.slug}"),
            "active": each is noun,
        }
        for each in NOUNS
    ]


def _places() -> list[tuple[int, str]]:
    found = places_to_choose(current_scope(), None)
    depth = min((org.path.count("/") for org in found), default=0)
    return [(org.id, "　" * (org.path.count("/") - depth) + name_of(org)) for org in found]


def _shown(noun: Noun) -> dict[str, Any]:
    today = clock.today()
    return {
        "noun": noun,
        "text_of": text_of,
        "expiry": lambda found: expiry(getattr(found, "expires_on", None), today),
        "check_due": lambda found: is_check_due(found.checked_on, today),
        "masked": masked_phone,
        "today": today,
    }


@requires(Permission.VIEW)
def index(noun: Noun) -> str:
    """List the resources of one kind in reach beside their map."""
    scope, today = current_scope(), clock.today()
    wanted = read_filter(noun, request.args, scope)
    sort = request.args.get("sort", DEFAULT_SORT)
    page = resources_page(
        noun, wanted, scope, today=today, sort=sort, cursor=request.args.get("after")
    )
    keep = current_scope_for(Permission.KEEP_CONTACTS)
    return render_template(
        "resources/index.html",
        page=page,
        total=resources_count(noun, wanted, scope, today=today),
        wanted=wanted,
        sort=sort if sort in sorts_of(noun) else DEFAULT_SORT,
        tabs=_tabs(noun),
        places=_places(),
        kinds=code_list(noun.kinds).options(),
        states=[(code, translate(STATE_WORDS[code])) for code in STATES[noun.code]],
        columns=[field for field in noun.fields if field.code in noun.shown],
        kept=kept_among([each.org_id for each in page.rows], keep),
        may_keep=current_actor().may(Permission.KEEP_CONTACTS),
        **_shown(noun),
    )


@requires(Permission.VIEW)
def export(noun: Noun) -> ResponseReturnValue:
    """Hand out the filtered list; numbers stay hidden where one does not keep the contacts."""
    scope, today = current_scope(), clock.today()
    found = all_resources(noun, read_filter(noun, request.args, scope), scope, today=today)
    keep = current_scope_for(Permission.KEEP_CONTACTS)
    kept = kept_among([each.org_id for each in found], keep)
    header = [translate(N_("Organisation")), *(field.word for field in noun.fields)]
    header += [translate(N_("Longitude")), translate(N_("Latitude")), translate(N_("Checked on"))]
    rows = (_cells(noun, each, plain=each.org_id in kept) for each in found)
    return xlsx_answer(translate(noun.title), header, rows, today=today)


def _cells(noun: Noun, found: AnyResource, *, plain: bool) -> list[Any]:
    cells: list[Any] = [found.org.name]
    for field in noun.fields:
        value = getattr(found, field.code)
        if field.is_personal and not plain:
            value = masked_phone(value)
        elif field.type == "choice":
            value = code_label(value, field.list)
        cells.append(value)
    return [*cells, found.lon, found.lat, found.checked_on]


@requires(Permission.VIEW)
def features(noun: Noun) -> ResponseReturnValue:
    """Return the filtered list as points of a map."""
    scope, today = current_scope(), clock.today()
    found = resources_on_map(noun, read_filter(noun, request.args, scope), scope, today=today)
    body = {"type": "FeatureCollection", "features": [_feature(noun, each) for each in found]}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


def _feature(noun: Noun, found: AnyResource) -> dict[str, Any]:
    size = next(field for field in noun.fields if field.code == noun.shown[0])
    lines = [
        f"{code_label(found.kind, noun.kinds)}　{name_of(found.org)}",
        f"{size.word} {text_of(size, getattr(found, size.code))}",
    ]
    return {
        "type": "Feature",
        "geometry": {
            "type": "Point",
            "coordinates": [round(found.lon or 0.0, 6), round(found.lat or 0.0, 6)],
        },
        "properties": {
            "id": found.id,
            "sign": "unit",
            "name": found.name,
            "lines": lines,
            "url": url_for(f"resources.{noun.slug}_show", resource_id=found.id),
        },
    }


@requires(Permission.VIEW)
def show(noun: Noun, resource_id: int) -> str:
    """Show a resource with its position and what was done with it."""
    found = get_resource(noun, resource_id, current_scope())
    keeps = may_here(Permission.KEEP_CONTACTS, found.org)
    return render_template(
        "resources/show.html",
        found=found,
        plain=keeps,
        may_keep=keeps and found.voided_at is None,
        acts=acts_on(noun.code, found.id, at_most=20),
        **_shown(noun),
    )


def _owners() -> list[tuple[int, str]]:
    found = orgs_of_kinds(
        current_scope_for(Permission.KEEP_CONTACTS), code_list("org_kind").codes()
    )
    return [(org.id, name_of(org)) for org in found]


def _form_context(noun: Noun) -> dict[str, Any]:
    return {
        "noun": noun,
        "owners": _owners(),
        "shifts": [(s.value, translate(LABELS[s])) for s in ShiftedCrs],
    }


@requires(Permission.KEEP_CONTACTS)
def new(noun: Noun) -> str:
    """Ask for a new resource."""
    form = form_view(
        org_id=request.args.get("org") or current_actor().org_id or "",
        shift=ShiftedCrs.WGS84.value,
    )
    return render_template("resources/form.html", found=None, form=form, **_form_context(noun))


def _owner(org_id: int) -> Org:
    org = get_org(org_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, org)
    return org


@requires(Permission.KEEP_CONTACTS)
@form_of(new)
@writes
def create(noun: Noun) -> ResponseReturnValue:
    """Enter a resource."""
    form = ResourceForm.read(noun, request.form)
    org = _owner(form.org_id)
    found = create_resource(noun, org, form.values, actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s was entered."), name=found.name), "success")
    return _to(noun, found.id)


def _to(noun: Noun, resource_id: int) -> ResponseReturnValue:
    return see_other(url_for(f"resources.{noun.slug}_show", resource_id=resource_id))


def _kept(noun: Noun, resource_id: int) -> AnyResource:
    found = get_resource(noun, resource_id, current_scope())
    ensure_may(Permission.KEEP_CONTACTS, found.org)
    return found


@requires(Permission.KEEP_CONTACTS)
def edit(noun: Noun, resource_id: int) -> str:
    """Show the form of a resource."""
    found = _kept(noun, resource_id)
    values = {field.code: getattr(found, field.code) for field in noun.fields}
    for field in noun.fields:
        if field.type == "number" and values[field.code] is not None:
            values[field.code] = f"{values[field.code]:g}"
    for name in ("lon", "lat"):
        value = getattr(found, name)
        values[name] = "" if value is None else f"{value:.7f}"
    form = form_view(
        **values,
        org_id=found.org_id,
        row_version=found.row_version,
        shift=ShiftedCrs.WGS84.value,
    )
    return render_template("resources/form.html", found=found, form=form, **_form_context(noun))


@requires(Permission.KEEP_CONTACTS)
@form_of(edit)
@writes
def save(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Change a resource."""
    found = _kept(noun, resource_id)
    form = ResourceForm.read(noun, request.form)
    edit_resource(
        noun,
        found,
        _owner(form.org_id),
        form.values,
        row_version=form.row_version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The changes were saved.")), "success")
    return _to(noun, resource_id)


@requires(Permission.KEEP_CONTACTS)
@writes
def check(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Note that somebody looked at a resource today."""
    found = _kept(noun, resource_id)
    check_resource(noun, found, on=clock.today(), actor=current_actor(), now=clock.now())
    flash(translate(N_("%(name)s was noted as checked today."), name=found.name), "success")
    return _to(noun, resource_id)


@requires(Permission.KEEP_CONTACTS)
def voiding(noun: Noun, resource_id: int) -> str:
    """Ask why a resource is struck out."""
    found = _kept(noun, resource_id)
    return render_template("resources/void.html", noun=noun, found=found, form=form_view())


@requires(Permission.KEEP_CONTACTS)
@form_of(voiding)
@writes
def void(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Strike a resource out."""
    found = _kept(noun, resource_id)
    reason = read_reason(request.form)
    void_resource(noun, found, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("It was struck out. It can still be read here.")), "success")
    return _to(noun, resource_id)


@requires(Permission.VIEW)
@writes
def reveal(noun: Noun, resource_id: int) -> ResponseReturnValue:
    """Show a hidden number to somebody who needs it, and record who looked."""
    found = get_resource(noun, resource_id, current_scope())
    reveal_phone(noun, found, actor=current_actor(), now=clock.now())
    template = "resources/_revealed.html" if is_htmx() else "resources/revealed.html"
    return render_template(template, noun=noun, found=found)


def _bound(view: Callable[..., ResponseReturnValue], noun: Noun) -> Callable[..., Any]:
    """Return a view for one noun; the marks of the view stay on it."""

    @wraps(view)
    def of_noun(**values: Any) -> ResponseReturnValue:
        return view(noun, **values)

    return of_noun


# Address below the noun, method, what the endpoint is called behind the noun, and the view.
ROUTES: tuple[tuple[str, str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("", "GET", "", index),
    ("export.xlsx", "GET", "_export", export),
    ("map.geojson", "GET", "_map", features),
    ("new", "GET", "_new", new),
    ("new", "POST", "_create", create),
    ("<int:resource_id>", "GET", "_show", show),
    ("<int:resource_id>/edit", "GET", "_edit", edit),
    ("<int:resource_id>/edit", "POST", "_save", save),
    ("<int:resource_id>/check", "POST", "_check", check),
    ("<int:resource_id>/void", "GET", "_voiding", voiding),
    ("<int:resource_id>/void", "POST", "_void", void),
    ("<int:resource_id>/reveal", "POST", "_reveal", reveal),
)

for _noun in NOUNS:
    for _path, _method, _name, _view in ROUTES:
        bp.add_url_rule(
            f"/{_noun.slug}/{_path}",
            f"{_noun.slug}{_name}",
            _bound(_view, _noun),
            methods=[_method],
        )
