"""Glue between HTTP and the features: HTMX, write transactions, friendly errors, headers."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from drillreg.config import settings
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError, SignInNeeded, Stale
from drillreg.core.reading import FormView
from drillreg.core.tiles import read_tiles
from drillreg.i18n import N_, translate

P = ParamSpec("P")

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{tiles}; style-src 'self'; script-src 'self';"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class FormTokens(CSRFProtect):  # type: ignore[misc]
    """Asks every form for its token; a device that shows its own token needs none besides.

    No foreign page can make a browser send an Authorization header, and whoever sends one is
    taken for that device alone, whatever cookies come along.
    """

    def protect(self, *args: Any, **kwargs: Any) -> None:
        """Check the token of a form."""
        if not bearer_token():
            super().protect(*args, **kwargs)


csrf = FormTokens()


def bearer_token() -> str:
    """Return the token a device sent in its Authorization header, or an empty text."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


class RecordNumber(IntegerConverter):
    """A number in an address; one that no 64-bit key can be is not found."""

    regex = r"\d{1,18}"


def is_htmx() -> bool:
    """Say whether HTMX asked, so a fragment is enough."""
    return request.headers.get("HX-Request") == "true"


def wants_json() -> bool:
    """Say whether a script or device asked, so the answer is JSON."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or bool(bearer_token()) or best == "application/json"


def render_page_or_part(page: str, part: str, **context: Any) -> str:
    """Render the fragment for HTMX and the whole page, which includes it, for everyone else."""
    return render_template(part if is_htmx() else page, **context)


def see_other(url: str) -> Response:
    """Lead the browser to another page with GET."""
    return redirect(url, code=303)  # type: ignore[return-value]


def writes(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Run a view in one transaction: commit when it returns, roll back when it raises."""

    @wraps(view)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        with unit_of_work():
            return view(*args, **kwargs)

    in_transaction.writes = True  # type: ignore[attr-defined]
    return in_transaction


def writes_itself(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Mark a view that opens its unit of work itself, because slow work comes before it."""
    view.own_transaction = True  # type: ignore[attr-defined]
    return view


def form_of(
    page: Callable[..., ResponseReturnValue],
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Show `page` again with what was typed when the form is refused (422).

    Stands outside `@writes`, so that nothing of the refused change is left.
    """

    def wrap(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def or_again(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                return view(*args, **kwargs)
            except DomainError as error:
                if error.status != DomainError.status or is_htmx():
                    raise
                db.session.rollback()
                typed = request.args if request.method == "GET" else request.form
                g.refused_form = FormView(typed, error)
                return make_response(page(*args, **kwargs), error.status)

        return or_again

    return wrap


def show_domain_error(error: DomainError) -> ResponseReturnValue:
    """Answer a refused rule with a sentence, as JSON, as a fragment or as a page."""
    db.session.rollback()
    text = translate(error.message, **error.params)
    if isinstance(error, SignInNeeded) and not wants_json():
        return _ask_to_sign_in()
    if wants_json():
        return {"error": text}, error.status
    if is_htmx():
        response = make_response(render_template("shared/_alert.html", text=text), error.status)
        response.headers["HX-Retarget"] = "#alerts"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    template = "shared/stale.html" if isinstance(error, Stale) else "shared/error.html"
    page = render_template(template, text=text, status=error.status, error=error)
    response = make_response(page, error.status)
    if error.status == 503:
        response.headers["Retry-After"] = "10"
    return response


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_htmx():  # the whole page goes to sign in, not the fragment
        return "", 401, {"HX-Redirect": url_for("accounts.sign_in")}
    came_from = request.full_path.rstrip("?") if request.method == "GET" else None
    return see_other(url_for("accounts.sign_in", next=came_from))


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error in plain words."""
    sentences = {
        400: N_("The server could not read this request. Go back and try again."),
        404: N_("There is nothing at this address."),
        405: N_("This address does not take that kind of request."),
        413: N_("The file is too large."),
        415: N_("This kind of content is not taken here."),
        429: N_("Too many tries. Wait a little and try again."),
    }
    code = error.code or 500
    if code < 400:
        return error
    wrapped = DomainError(sentences.get(code, N_("Something went wrong on the server.")))
    wrapped.status = code
    return show_domain_error(wrapped)


def show_csrf_error(error: CSRFError) -> ResponseReturnValue:
    """Say that the page was open too long; nothing was changed."""
    wrapped = DomainError(
        N_("This page was open for too long, or you signed in again elsewhere. Nothing was saved.")
    )
    wrapped.status = 400
    return show_domain_error(wrapped)


def show_conflict(error: Exception) -> ResponseReturnValue:
    """Say that two changes met in the database; nothing of this one was kept."""
    wrapped = DomainError(
        N_("Somebody else saved the same thing a moment ago. Look at it again, then repeat.")
    )
    wrapped.status = 409
    return show_domain_error(wrapped)


def safe_next(target: str | None) -> str | None:
    """Return a path of this site to go on to, or None for anything that could lead elsewhere."""
    if target and target[0] == "/" and target[1:2] not in {"/", "\\"} and "\\" not in target:
        return target if target.isprintable() else None
    return None


def _start_request() -> None:
    g.request_id = uuid.uuid4().hex[:12]


def _finish_response(response: Response) -> Response:
    found = settings()
    headers = response.headers
    headers.setdefault("Content-Security-Policy", current_app.extensions["drillreg.policy"])
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers["X-Request-Id"] = g.get("request_id", "-")
    if found.https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    return response


def init_app(app: Flask) -> None:
    """Register CSRF protection, the error pages and the security headers."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    csrf.init_app(app)
    tiles = read_tiles(app.extensions["drillreg.settings"])
    sources = "".join(f" {origin}" for origin in tiles.origins) if tiles else ""
    app.extensions["drillreg.policy"] = CONTENT_POLICY.format(tiles=sources)
    app.jinja_env.globals["map_tiles"] = tiles
    app.url_map.converters["int"] = RecordNumber
    app.before_request(_start_request)
    app.after_request(_finish_response)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(DomainError, show_domain_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(IntegrityError, show_conflict)
    app.register_error_handler(StaleDataError, show_conflict)
