"""The blueprint that the pages of dangers hang on, and what several of them need."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from drillreg.core.access import Permission, current_actor
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.page import name_of
from drillreg.dangers.models import Danger
from drillreg.dangers.queries import get_danger
from drillreg.dangers.scope import DANGER
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may_on, may_on

bp = Blueprint("dangers", __name__, url_prefix="/dangers")

REPORT, ASSIGN = Permission.REPORT_DANGERS, Permission.ASSIGN_DANGERS
OFFICES = frozenset({"county", "department", "town"})


def danger_to(permission: Permission, danger_id: int, *, lock: bool = False) -> Danger:
    """Return a danger on which the person holds a permission: NotFound, else NotAllowed."""
    found = get_danger(danger_id, current_scope(), lock=lock)
    ensure_may_on(permission, DANGER.code, found)
    return found


def may(permission: Permission, danger: Danger) -> bool:
    """Say whether the person holds a permission on a danger."""
    return may_on(permission, DANGER.code, danger)


def own_office() -> Org:
    """Return the office that the person writes for; raise where it is none that orders."""
    org = get_org(current_actor().org_id or 0, current_scope())
    if org.kind not in OFFICES:
        raise DomainError(N_("Orders are given by the county, a department or a town."))
    return org


def org_asked(name: str = "org") -> Org:
    """Return the organisation an address names, else one's own; raise NotFound on a wrong one."""
    text = request.values.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text) if text else current_actor().org_id or 0, current_scope())


def org_choices(orgs: Any) -> list[tuple[int, str]]:
    """Return organisations as the choices of a form."""
    return [(org.id, name_of(org)) for org in orgs]


def ask(
    danger: Danger, title: str, act: str, button: str, fields: list[Any], form: Any, **more: Any
) -> str:
    """Show a form of few fields for one act on a danger; sentences are marked ones.

    A field is (macro, name, label, keywords) of `shared/ui.html`.
    """
    return render_template(
        "dangers/act.html",
        danger=danger,
        title=title,
        act=url_for(act, danger_id=danger.id, **more.pop("given", {})),
        button=button,
        fields=fields,
        form=form,
        **{"warn": "", "photos": False, **more},
    )
