"""Members of a plan: chosen from the contact book or the organisations, or typed."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_
from drillreg.network.queries.contacts import get_post
from drillreg.orgs.scope import current_scope
from drillreg.plans.forms import read_version
from drillreg.plans.models import Plan, PlanMember
from drillreg.plans.part_choices import contacts_around, org_around, orgs_around
from drillreg.plans.part_editing import add_member, part_of, save_part
from drillreg.plans.part_forms import (
    MEMBER_LABELS,
    ensure_part_as_read,
    read_role,
    read_typed_member,
)
from drillreg.plans.routes.blueprint import bp, plan_to_change


def number_in(fields: Any, name: str) -> int | None:
    """Return the record a field of a form names, or None when it names none."""
    text = fields.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise DomainError(N_("Choose from the list."))
    return int(text)


def words_asked() -> str:
    """Return the words a choice is narrowed by."""
    return request.values.get("words", "").strip()[:50]


@bp.get("/<int:plan_id>/parts/members/new")
@requires(Permission.EDIT_PLANS)
def choose_member(plan_id: int) -> str:
    """Offer contacts and organisations to give a role, and fields for somebody else."""
    plan, scope, words = plan_to_change(plan_id), current_scope(), words_asked()
    return render_template(
        "plans/member_new.html",
        plan=plan,
        words=words,
        posts=contacts_around(plan.org, words, scope, today=clock.today()),
        orgs=orgs_around(plan.org, words, scope),
        roles=code_list("plan_role").options(),
        labels=MEMBER_LABELS,
        form=form_view(role=request.args.get("role", "member")),
    )


@bp.post("/<int:plan_id>/parts/members/new")
@requires(Permission.EDIT_PLANS)
@form_of(choose_member)
@writes
def enter_member(plan_id: int) -> ResponseReturnValue:
    """Enter somebody with a role in the plan."""
    plan = plan_to_change(plan_id)
    add_member(plan=plan, **_chosen(plan), actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="members"))


def _chosen(plan: Plan) -> dict[str, Any]:
    scope = current_scope()
    post_id, org_id = number_in(request.form, "post"), number_in(request.form, "org")
    if post_id is None and org_id is None:
        role, duty, typed = read_typed_member(request.form)
        return {"role": role, "duty": duty, "typed": typed}
    role, duty = read_role(request.form)
    if post_id is not None:
        return {"role": role, "duty": duty, "post": get_post(post_id, scope)}
    return {"role": role, "duty": duty, "org": org_around(org_id or 0, plan.org, scope)}


def _values(row: PlanMember) -> dict[str, Any]:
    linked = row.post_id is not None or row.org_id is not None
    names = ("role", "duty") if linked else tuple(MEMBER_LABELS)
    return {name: getattr(row, name) for name in names}


def _member(plan: Plan, part_id: int) -> PlanMember:
    found = part_of(plan, "members", part_id)
    assert isinstance(found, PlanMember)  # noqa: S101 - for the type checker: it is of the table
    return found


@bp.get("/<int:plan_id>/parts/members/<int:part_id>")
@requires(Permission.EDIT_PLANS)
def member(plan_id: int, part_id: int) -> str:
    """Ask for the role of a member of the draft anew."""
    plan = plan_to_change(plan_id)
    row = _member(plan, part_id)
    return render_template(
        "plans/member.html",
        plan=plan,
        member=row,
        is_typed=row.post_id is None and row.org_id is None,
        roles=code_list("plan_role").options(row.role),
        labels=MEMBER_LABELS,
        form=form_view(**_values(row), row_version=row.row_version),
    )


@bp.post("/<int:plan_id>/parts/members/<int:part_id>")
@requires(Permission.EDIT_PLANS)
@form_of(member)
@writes
def member_now(plan_id: int, part_id: int) -> ResponseReturnValue:
    """Save a member of the draft."""
    plan = plan_to_change(plan_id)
    row = _member(plan, part_id)
    if row.post_id is None and row.org_id is None:
        role, duty, typed = read_typed_member(request.form, row.role)
        values: dict[str, Any] = {"role": role, "duty": duty, **typed}
    else:
        role, duty = read_role(request.form, row.role)
        values = {"role": role, "duty": duty}
    ensure_part_as_read(
        _values(row),
        values,
        MEMBER_LABELS,
        row_version=row.row_version,
        read_version=read_version(request.form),
    )
    save_part(plan=plan, part=row, values=values, actor=current_actor(), now=clock.now())
    return see_other(url_for(".parts", plan_id=plan.id, _anchor="members"))
