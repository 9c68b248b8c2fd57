"""Pages of teams, supplies and shelters: one set of views, bound to each of the three nouns."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from drillreg.resources.nouns import NOUNS, Noun
from drillreg.resources.routes import lists, records

bp = Blueprint("resources", __name__)


def _bound(view: Callable[..., ResponseReturnValue], noun: Noun) -> Callable[..., Any]:
    """Return a view for one noun; the marks of the view stay on it."""

    @wraps(view)
    def of_noun(**values: Any) -> ResponseReturnValue:
        return view(noun, **values)

    return of_noun


# Address below the noun, method, what the endpoint is called behind the noun, and the view.
ROUTES: tuple[tuple[str, str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("", "GET", "", lists.index),
    ("export.<any(xlsx, csv):fmt>", "GET", "_export", lists.export),
    ("map.geojson", "GET", "_map", lists.features),
    ("new", "GET", "_new", records.new),
    ("new", "POST", "_create", records.create),
    ("<int:resource_id>", "GET", "_show", records.show),
    ("<int:resource_id>/edit", "GET", "_edit", records.edit),
    ("<int:resource_id>/edit", "POST", "_save", records.save),
    ("<int:resource_id>/check", "POST", "_check", records.check),
    ("<int:resource_id>/void", "GET", "_voiding", records.voiding),
    ("<int:resource_id>/void", "POST", "_void", records.void),
    ("<int:resource_id>/reveal", "POST", "_reveal", records.reveal),
)

for _noun in NOUNS:
    for _path, _method, _name, _view in ROUTES:
        bp.add_url_rule(
            f"/{_noun.slug}/{_path}",
            f"{_noun.slug}{_name}",
            _bound(_view, _noun),
            methods=[_method],
        )
