"""Registering a plan and correcting its entry."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import OrgFilter, get_org, orgs_page
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may
from drillreg.plans.covering import parent_choices
from drillreg.plans.forms import (
    PlanForm,
    ensure_as_read,
    kinds_for,
    read_papers,
    read_version,
    secrecies_for,
)
from drillreg.plans.models import Plan
from drillreg.plans.naming import suggested_title
from drillreg.plans.operations import (
    correct_plan,
    register_plan,
)
from drillreg.plans.routes.blueprint import bp, org_of_address, plan_to_change
from drillreg.plans.rules import CLASSIFIED, Secrecy
from drillreg.plans.scope import PLAN
from drillreg.plans.wording import SECRECY_WORDS
from drillreg.plans.writing import start_from_template


@bp.get("/new")
@requires(Permission.EDIT_PLANS)
def new() -> ResponseReturnValue:
    """Ask what the register keeps of a plan; without an organisation in the address, one's own."""
    org = org_to_register_at()
    if org is None:
        return see_other(url_for(".where", **_carried()))
    event, kinds = request.args.get("event_type", ""), kinds_for(org)
    kind = _likely_kind(kinds, event)
    return render_template(
        "plans/new.html",
        org=org,
        form=form_view(
            kind=kind,
            event_type=event,
            title=_suggestion(org, event, kind),
            parent=likely_parent(org, event),
            secrecy="public",
            text="attach",
        ),
        carried=_carried(),
        **choices_for(org),
    )


def _carried() -> dict[str, Any]:
    event = request.args.get("event_type", "")
    return {"event_type": event} if event in code_list("event_type").codes() else {}


def org_to_register_at() -> Org | None:
    """Return the organisation in the address, else one's own, where one may enter plans."""
    scope = current_scope()
    org = org_of_address("org", scope)
    if org is not None:
        ensure_may(Permission.EDIT_PLANS, org)
        return org
    home = current_actor().org_id
    if home is None:
        return None
    try:
        return get_org(home, current_scope_for(Permission.EDIT_PLANS))
    except NotFound:
        return None


def _likely_kind(kinds: list[str], event: str) -> str:
    """Return the kind that is most likely meant: the only usual one, or that of the event."""
    usual = {k.code: k.attributes.get("usual") for k in code_list("plan_kind")}
    found = [code for code in kinds if usual[code]]
    if event and len(found) > 1:
        wanted = "general" if event == "general" else "event"
        found = [code for code in found if usual[code] in (wanted, "any")]
    return found[0] if len(found) == 1 else ""


def likely_parent(org: Org, event: str) -> int | None:
    """Return the plan of the nearest higher organisation for the same event, when there is one."""
    found = parent_choices(org, current_scope())
    same = [id_ for id_, plan, owner in found if plan.event_type == event and owner.id != org.id]
    return same[-1] if same else None


def _suggestion(org: Org, event: str, kind: str) -> str:
    item = code_list("event_type").get(event)
    return suggested_title(org.name, item.label["zh"], event, kind) if item else ""


def choices_for(org: Org, plan: Plan | None = None) -> dict[str, Any]:
    """Return what the form offers for a plan of an organisation."""
    is_line = plan is not None and plan.secrecy is Secrecy.LINE
    secrecy = [(each.value, translate(SECRECY_WORDS[each])) for each in secrecies_for(is_line)]
    if not is_line:
        secrecy.append((CLASSIFIED, translate(N_("Classified: secret or higher"))))
    return {
        "kinds": [(code, code_label(code, "plan_kind")) for code in kinds_for(org)],
        "events": code_list("event_type").options(keep=plan.event_type if plan else None),
        "parents": parents_for(org, plan),
        "secrecies": secrecy,
    }


def parents_for(org: Org, plan: Plan | None) -> list[tuple[int, str]]:
    """Return the plans offered as the one above; the one it has already stays among them."""
    found = parent_choices(org, current_scope(), except_id=plan.id if plan else None)
    offered = [(id_, f"{above.title}（{owner.name}）") for id_, above, owner in found]
    present = plan.parent if plan else None
    if present is None or present.id in {id_ for id_, _ in offered}:
        return offered
    hidden = present.secrecy is not Secrecy.PUBLIC and not PLAN.includes(
        current_scope().present, present
    )
    label = translate(N_("an internal plan of the level above")) if hidden else present.title
    return [*offered, (present.id, label)]


@bp.get("/new/where")
@requires(Permission.EDIT_PLANS)
def where() -> str:
    """Choose the organisation whose plan is registered."""
    text = request.args.get("words", "").strip()[:100]
    page = orgs_page(
        current_scope_for(Permission.EDIT_PLANS),
        OrgFilter(words=text),
        cursor=request.args.get("after"),
    )
    return render_template("plans/where.html", page=page, words=text, carried=_carried())


@bp.post("/new")
@requires(Permission.EDIT_PLANS)
@form_of(new)
@writes
def register() -> ResponseReturnValue:
    """Register a plan with its first draft."""
    org = org_to_register_at()
    if org is None:
        raise NotFound(N_("There is no such organisation."))
    parents = [id_ for id_, _ in parents_for(org, None)]
    form = PlanForm.read(request.form, org=org, parents=parents)
    plan = register_plan(
        org=org,
        kinds=kinds_for(org),
        kind=form.kind,
        event_type=form.event_type,
        title=form.title,
        title_en=form.title_en,
        parent_id=form.parent_id,
        secrecy=form.secrecy,
        papers=[(p.name, p.data) for p in read_papers(request.files.getlist("papers"))],
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The plan was registered. It is a draft until it is issued.")), "success")
    if request.form.get("text") == "write":
        start_from_template(plan=plan, actor=current_actor(), now=clock.now())
        return see_other(url_for(".write", plan_id=plan.id))
    return see_other(url_for(".show", plan_id=plan.id))


@bp.get("/<int:plan_id>/edit")
@requires(Permission.EDIT_PLANS)
def edit(plan_id: int) -> str:
    """Correct what the register keeps of a plan."""
    plan = plan_to_change(plan_id)
    return render_template(
        "plans/edit.html",
        plan=plan,
        was_issued=_was_issued(plan),
        form=form_view(
            kind=plan.kind,
            event_type=plan.event_type,
            title=plan.title,
            title_en=plan.title_en,
            parent=plan.parent_plan_id,
            secrecy=plan.secrecy,
            row_version=plan.row_version,
        ),
        **choices_for(plan.org, plan),
    )


def _was_issued(plan: Plan) -> bool:
    return any(version.issued_on is not None for version in plan.versions)


@bp.post("/<int:plan_id>/edit")
@requires(Permission.EDIT_PLANS)
@form_of(edit)
@writes
def correct(plan_id: int) -> ResponseReturnValue:
    """Save the correction; kind, event and title of an issued plan stay as they are."""
    plan = plan_to_change(plan_id)
    form = PlanForm.read(
        request.form,
        org=plan.org,
        parents=[id_ for id_, _ in parents_for(plan.org, plan)],
        fixed=(plan.kind, plan.event_type, plan.title) if _was_issued(plan) else None,
        is_line=plan.secrecy is Secrecy.LINE,
    )
    ensure_as_read(plan, form, read_version(request.form))
    correct_plan(
        plan=plan,
        values={
            "kind": form.kind,
            "event_type": form.event_type,
            "title": form.title,
            "title_en": form.title_en,
            "parent_plan_id": form.parent_id,
            "secrecy": form.secrecy,
        },
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The entry was corrected.")), "success")
    return see_other(url_for(".show", plan_id=plan.id))
