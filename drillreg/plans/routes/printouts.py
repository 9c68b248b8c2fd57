"""A version as it is handed out on paper: PDF in official layout, and Word."""

from flask import Response
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.files.models import StoredFile
from drillreg.files.operations import clean_name
from drillreg.files.web import send_stored
from drillreg.i18n import N_
from drillreg.orgs.scope import current_scope
from drillreg.plans.models import PlanVersion
from drillreg.plans.printing import plan_pdf, plan_word
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp
from drillreg.plans.rules import VersionState
from drillreg.plans.sections import is_written

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _version(plan_id: int, number: int) -> PlanVersion:
    """Return a version of a plan within the scope that is written here, or raise NotFound."""
    plan = get_plan(plan_id, current_scope())
    found = next((each for each in plan.versions if each.number == number), None)
    if found is None:
        raise NotFound(N_("This plan has no such version."))
    if found.frozen_file_id is None and not is_written(found):
        raise NotFound(N_("The text of this version lies in its papers; open those."))
    return found


def _is_draft(version: PlanVersion) -> bool:
    return version.state in {VersionState.DRAFT, VersionState.WITHDRAWN}


def _sent(data: bytes, version_name: str, ending: str, mimetype: str, how: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.headers.set("Content-Disposition", how, filename=f"{version_name}.{ending}")
    response.headers["Cache-Control"] = "no-store"
    return response


def _name(version: PlanVersion) -> str:
    return clean_name(f"{version.plan.title}（第{version.number}版）")


@bp.get("/<int:plan_id>/versions/<int:number>/plan.pdf")
@requires(Permission.VIEW)
def version_pdf(plan_id: int, number: int) -> ResponseReturnValue:
    """Hand out a version as PDF: the frozen file where there is one, else printed now."""
    version = _version(plan_id, number)
    is_open = _is_draft(version) and version.locked_at is None
    if version.frozen_file_id is not None and not is_open:
        return send_stored(db.session.get_one(StoredFile, version.frozen_file_id))
    name = _name(version)
    data = plan_pdf(version, now=clock.now(), draft=_is_draft(version))
    return _sent(data, name, "pdf", "application/pdf", "inline")


@bp.get("/<int:plan_id>/versions/<int:number>/plan.docx")
@requires(Permission.VIEW)
def version_word(plan_id: int, number: int) -> ResponseReturnValue:
    """Hand out a version as a Word file; a draft says that it is one."""
    version = _version(plan_id, number)
    if not is_written(version):
        raise NotFound(N_("The text of this version lies in its papers; open those."))
    name = _name(version)
    return _sent(plan_word(version, draft=_is_draft(version)), name, "docx", DOCX, "attachment")
