"""Patrol plans: listed, made, shown with their matrix, changed, paused, ended."""

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.hazards.intervals import is_fresh
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for, may_here
from drillreg.patrols.due import DueFilter, tallies_by_plan
from drillreg.patrols.facts import PlanFacts
from drillreg.patrols.forms.plans import USUAL_PERIOD, read_plan, read_reason, role_options
from drillreg.patrols.matrix import WEEKS, matrix_of, monday
from drillreg.patrols.models import PatrolPlan
from drillreg.patrols.operations.plans import (
    SUBJECT,
    create_plan,
    edit_plan,
    end_plan,
    has_begun,
    pause_plan,
    resume_plan,
)
from drillreg.patrols.planning import KINDS, kind_of
from drillreg.patrols.queries import (
    PlanFilter,
    count_plans,
    days_ahead,
    get_plan,
    numbers_of,
    people_to_send,
    plans_page,
    sites_by_number,
    sites_of_plan,
)
from drillreg.patrols.routes.blueprint import (
    bp,
    own_org,
    plan_to_change,
    typed_version,
    within_options,
)
from drillreg.patrols.wording import DOER_WORDS, SHIFT_WORDS, rhythm_words, who_words
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline
from drillreg.workdays.describing import WEEKDAY_NAMES

PLAN_STATES = {"running": N_("Running"), "paused": N_("Resting"), "ended": N_("Ended")}


def _state(plan: PatrolPlan) -> str:
    if plan.to_on is not None and plan.to_on < clock.today():
        return "ended"
    return "paused" if plan.paused_on is not None else "running"


def _filter(scope: OrgScope) -> PlanFilter:
    reader = FormReader(request.args)
    within = reader.integer("within", "")
    return PlanFilter(
        within=org_to_narrow(within, scope) if within else None,
        kind=reader.choice("kind", "", code_list(KINDS).codes(), required=False),
        state=reader.choice("state", "", list(PLAN_STATES), required=False),
    )


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """List the plans in scope with the numbers of the last four weeks."""
    scope, today = current_scope(), clock.today()
    wanted = _filter(scope)
    page = plans_page(wanted, scope, today=today, cursor=request.args.get("after"))
    first = today - USUAL_PERIOD
    return render_template(
        "patrols/index.html",
        page=page,
        total=count_plans(wanted, scope, today=today),
        tallies=tallies_by_plan(scope, DueFilter(first, today, today)) if page.rows else {},
        filtered=wanted != PlanFilter(),
        state=_state,
        state_words=PLAN_STATES,
        rhythm=rhythm_words,
        who=who_words,
        places=place_options(scope, wanted.within),
        kinds=code_list(KINDS).options(),
        may_plan=current_actor().may(Permission.PLAN_PATROLS),
        period={"from": first, "to": today},
    )


def _choices(org: Org) -> dict[str, Any]:
    return {
        "kinds": code_list(KINDS).options(),
        "places": within_options(org, Permission.PLAN_PATROLS),
        "weekdays": [(str(n), translate(name)) for n, name in enumerate(WEEKDAY_NAMES)],
        "shifts": [(code.value, translate(word)) for code, word in SHIFT_WORDS.items()],
        "doers": [(code.value, translate(word)) for code, word in DOER_WORDS.items()],
        "levels": code_list("risk_level").options(),
        "site_kinds": code_list("hazard_kind").options(),
        "accounts": list(people_to_send(org, on=clock.today()).items()),
        "roles": role_options(),
        "months": [(n, translate(N_("%(count)d months"), count=n)) for n in (1, 3, 6, 12)],
    }


def _typed(org: Org) -> PlanFacts:
    scope = current_scope_for(Permission.PLAN_PATROLS)
    return read_plan(
        request.form,
        places=[key for key, _ in within_options(org, Permission.PLAN_PATROLS)],
        find=lambda numbers: sites_by_number(numbers, scope),
        accounts=people_to_send(org, on=clock.today()),
    )


@bp.get("/new")
@requires(Permission.PLAN_PATROLS)
def new() -> str:
    """Ask for a plan: which sites, when, who."""
    org = own_org(Permission.PLAN_PATROLS)
    form = form_view(
        within=org.id,
        weekdays=["4"],
        doer="keeper",
        shift="next_working_day",
        least_days=3,
        each_day="each",
        months=1,
        from_on=clock.today(),
        kind=request.args.get("kind", ""),
        every_red=7,
        every_orange=14,
        every_yellow=30,
        every_blue=90,
    )
    return render_template("patrols/form.html", plan=None, form=form, begun=False, **_choices(org))


@bp.post("/new")
@requires(Permission.PLAN_PATROLS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Begin a plan."""
    org = own_org(Permission.PLAN_PATROLS)
    plan = create_plan(
        _typed(org), org=org, actor=current_actor(), today=clock.today(), now=clock.now()
    )
    flash(translate(N_("The plan stands. Those who go are reminded on its days.")), "success")
    return see_other(url_for(".show", plan_id=plan.id))


@bp.get("/<int:plan_id>")
@requires(Permission.VIEW)
def show(plan_id: int) -> str:
    """Show a plan: towns by weeks, the days ahead, how fresh its sites are, what was done."""
    scope, today = current_scope(), clock.today()
    plan = get_plan(plan_id, scope)
    first = monday(today) - timedelta(weeks=WEEKS - 1)
    wanted = DueFilter(max(first, monday(plan.from_on)), today, today, plan_id=plan.id)
    return render_template(
        "patrols/show.html",
        plan=plan,
        matrix=matrix_of(scope, plan.within, wanted),
        ahead=days_ahead(plan, today),
        fresh=sites_of_plan(plan, scope, is_fresh(today)),
        numbers=numbers_of(plan),
        narrowed=[
            code_label(pick.code, "hazard_kind" if pick.what == "kind" else "risk_level")
            for pick in plan.picks
            if pick.site_id is None
        ],
        one_week=timedelta(days=6),
        kind=kind_of(plan.kind),
        state=_state(plan),
        state_words=PLAN_STATES,
        rhythm=rhythm_words(plan),
        who=who_words(plan),
        shift=SHIFT_WORDS[plan.shift],
        steps=timeline(steps_of(SUBJECT, plan.id)),
        may_plan=may_here(Permission.PLAN_PATROLS, plan.org),
        today=today,
    )


def _values(plan: PatrolPlan) -> dict[str, Any]:
    picks: dict[str, list[str]] = {"kind": [], "level": []}
    for pick in plan.picks:
        picks.setdefault(pick.what, []).append(pick.code)
    return {
        "name": plan.name,
        "kind": plan.kind,
        "within": plan.within_id,
        "weekdays": [str(day) for day in plan.weekdays],
        "shift": plan.shift.value,
        "each_day": "each" if plan.each_day else "once",
        "least_days": plan.least_days,
        "months": plan.months,
        "site_kinds": picks["kind"],
        "levels": picks["level"],
        "numbers": "\n".join(numbers_of(plan)),
        "doer": plan.doer.value,
        "account": plan.account_id,
        "role": plan.role,
        "goal": plan.goal,
        "from_on": plan.from_on,
        "to_on": plan.to_on,
        "row_version": plan.row_version,
        **{f"every_{level}": days for level, days in plan.every.items()},
    }


@bp.get("/<int:plan_id>/edit")
@requires(Permission.PLAN_PATROLS)
def edit(plan_id: int) -> str:
    """Change a plan; what is over stays as it was."""
    plan = plan_to_change(plan_id)
    return render_template(
        "patrols/form.html",
        plan=plan,
        form=form_view(**_values(plan)),
        begun=has_begun(plan, clock.today()),
        **_choices(plan.org),
    )


@bp.post("/<int:plan_id>/edit")
@requires(Permission.PLAN_PATROLS)
@form_of(edit)
@writes
def save(plan_id: int) -> ResponseReturnValue:
    """Save a plan and lay its days to come out anew."""
    plan = plan_to_change(plan_id)
    edit_plan(
        plan,
        _typed(plan.org),
        row_version=typed_version(),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    return see_other(url_for(".show", plan_id=plan.id))


STOPS = {"pause": pause_plan, "end": end_plan}


def _plan_to_stop(plan_id: int, what: str) -> PatrolPlan:
    if what not in STOPS:
        raise NotFound(N_("There is nothing at this address."))
    return plan_to_change(plan_id)


@bp.get("/<int:plan_id>/stop/<what>")
@requires(Permission.PLAN_PATROLS)
def stop(plan_id: int, what: str) -> str:
    """Ask why a plan rests or ends."""
    plan = _plan_to_stop(plan_id, what)
    return render_template("patrols/stop.html", plan=plan, what=what, form=form_view())


@bp.post("/<int:plan_id>/stop/<what>")
@requires(Permission.PLAN_PATROLS)
@form_of(stop)
@writes
def stop_now(plan_id: int, what: str) -> ResponseReturnValue:
    """Let a plan rest, or end it."""
    plan = _plan_to_stop(plan_id, what)
    STOPS[what](
        plan,
        reason=read_reason(request.form),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    return see_other(url_for(".show", plan_id=plan.id))


@bp.post("/<int:plan_id>/resume")
@requires(Permission.PLAN_PATROLS)
@writes
def resume(plan_id: int) -> ResponseReturnValue:
    """Let a plan go on."""
    plan = plan_to_change(plan_id)
    resume_plan(plan, actor=current_actor(), today=clock.today(), now=clock.now())
    return see_other(url_for(".show", plan_id=plan.id))
