"""Pages for everybody: plans that were made known to the public, without signing in."""

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core.access import public
from drillreg.core.caching import unchanged_or
from drillreg.core.errors import NotFound
from drillreg.core.panels import panels
from drillreg.documents.markdown import to_html
from drillreg.files.web import send_stored
from drillreg.filings.published import (
    Published,
    count_published,
    get_published,
    published_page,
)
from drillreg.i18n import N_
from drillreg.plans.sections import placed

bp = Blueprint("published", __name__, url_prefix="/public/plans")


def _kept(response: Response) -> Response:
    """Let browsers and proxies keep a page for five minutes; it is the same for everybody."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.get("/")
@public
def index() -> Response:
    """List the plans in force that were made known to the public."""
    page, total = published_page(request.args.get("after")), count_published()
    rows = [(v.id, v.plan.title, v.plan.org.name, v.document_number) for v in page.rows]

    def make() -> Response:
        return make_response(render_template("filings/published.html", page=page, total=total))

    return _kept(unchanged_or([rows, total, page.next_cursor], make))


@bp.get("/<int:plan_id>")
@public
def show(plan_id: int) -> Response:
    """Show number, title, issuer and text of a plan that was made known to the public."""
    found = get_published(plan_id)
    plan, version = found.plan, found.version
    abridged = "" if found.whole else panels("public-abridged", plan)
    key = [plan.title, plan.org.name, version.id, found.whole, abridged]

    def make() -> Response:
        return make_response(
            render_template(
                "filings/published_plan.html",
                plan=plan,
                version=version,
                whole=found.whole,
                abridged=abridged,
                sections=_sections(found),
                papers=found.papers,
            )
        )

    return _kept(unchanged_or(key, make))


def _sections(found: Published) -> list[tuple[str, int, str]]:
    """Return title, level and text of the sections as they go on paper."""
    if not found.whole:
        return []
    return [
        (each.title, each.section.level, to_html(each.section.body))
        for each in placed(found.plan, found.version, printed=True)
    ]


@bp.get("/<int:plan_id>/papers/<int:file_id>")
@public
def paper(plan_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out the text of such a plan as a file."""
    papers = get_published(plan_id).papers
    found = next((each for each in papers if each.id == file_id), None)
    if found is None:
        raise NotFound(N_("There is nothing at this address."))
    return send_stored(found.file)
