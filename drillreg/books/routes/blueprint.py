"""The blueprint of books, and what its pages share."""

from flask import Blueprint, Response

from drillreg.config import settings
from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.orgs.scope import current_scope, ensure_may_on
from drillreg.plans.models import Plan
from drillreg.plans.queries import get_plan
from drillreg.plans.scope import PLAN

bp = Blueprint("books", __name__, url_prefix="/books")


def plan_to_read(plan_id: int) -> Plan:
    """Return a plan within the scope; NotFound outside."""
    return get_plan(plan_id, current_scope())


def plan_to_change(plan_id: int) -> Plan:
    """Return a plan that the person may edit; NotFound outside, NotAllowed without the right."""
    plan = plan_to_read(plan_id)
    ensure_may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    return plan


def plan_address(plan: Plan) -> str:
    """Return the public address of the page of a plan, for QR codes."""
    return f"{settings().public_url.rstrip('/')}/plans/{plan.id}"


def pdf_response(data: bytes, name: str) -> Response:
    """Return a PDF to be looked at; nobody keeps it."""
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


def end_read() -> None:
    """Hold nothing open while the child prints."""
    db.session.rollback()
