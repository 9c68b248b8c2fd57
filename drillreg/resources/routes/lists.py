"""Lists of resources: page, workbook, points of the map."""

import json
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.masking import masked_phone
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.resources.features import feature_of
from drillreg.resources.forms import STATES, read_filter
from drillreg.resources.nouns import NOUNS, AnyResource, Noun
from drillreg.resources.queries import (
    DEFAULT_SORT,
    all_resources,
    resources_count,
    resources_on_map,
    resources_page,
    sorts_of,
)
from drillreg.resources.routes.wording import shown_of
from drillreg.resources.rules import Expiry
from drillreg.sheets.export import send_rows

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
        places=place_options(scope, wanted.within),
        kinds=code_list(noun.kinds).options(),
        states=[(code, translate(STATE_WORDS[code])) for code in STATES[noun.code]],
        columns=[field for field in noun.fields if field.code in noun.shown],
        kept=keep.among(each.org_id for each in page.rows),
        may_keep=current_actor().may(Permission.KEEP_CONTACTS),
        **shown_of(noun),
    )


@requires(Permission.VIEW)
def export(noun: Noun, fmt: str) -> ResponseReturnValue:
    """Hand out the filtered list; numbers stay hidden where one does not keep the contacts."""
    scope, today = current_scope(), clock.today()
    found = all_resources(noun, read_filter(noun, request.args, scope), scope, today=today)
    kept = current_scope_for(Permission.KEEP_CONTACTS).among(each.org_id for each in found)
    header = [translate(N_("Organisation")), *(field.word for field in noun.fields)]
    header += [translate(N_("Longitude")), translate(N_("Latitude")), translate(N_("Checked on"))]
    rows = (_cells(noun, each, plain=each.org_id in kept) for each in found)
    return send_rows(translate(noun.title), header, rows, fmt)


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
    body = {"type": "FeatureCollection", "features": [feature_of(noun, each) for each in found]}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")
