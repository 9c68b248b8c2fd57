"""Training and publicity: the list, entering, one of them."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, safe_next, see_other, writes, writes_itself
from drillreg.files.uploads import ACCEPT, read_uploads
from drillreg.files.web import send_stored
from drillreg.filings.forms import TrainingForm, new_client_id, read_reason
from drillreg.filings.models import Training
from drillreg.filings.operations.trainings import (
    Held,
    enter_training,
    strike_training,
    training_sent_as,
)
from drillreg.filings.queries import Narrowed, get_training, trainings_page
from drillreg.filings.routes.blueprint import WORDS, bp, one_of, org_of_address
from drillreg.filings.routing import choices_of_field
from drillreg.filings.rules import TrainingKind, ensure_stands
from drillreg.filings.wording import TRAINING_WORDS
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org, orgs_of_kinds
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may, may_here
from drillreg.plans.proving import plans_to_prove

MAY = Permission.RECORD_DRILLS
NODES = ("county", "department", "town")
# What duties call the two kinds.
KINDS = {"training-held": TrainingKind.TRAINING, "publicity-held": TrainingKind.PUBLICITY}


@bp.get("/trainings")
@requires(Permission.VIEW)
def trainings() -> str:
    """List trainings and publicity in scope, the newest first."""
    scope = current_scope()
    chosen = Narrowed(org_of_address("org", scope), one_of("kind", tuple(TrainingKind)))
    nodes = list(orgs_of_kinds(scope, NODES))
    if chosen.within and chosen.within.id not in {org.id for org in nodes}:
        nodes.append(chosen.within)
    return render_template(
        "filings/trainings.html",
        page=trainings_page(scope, chosen, cursor=request.args.get("after")),
        chosen=chosen,
        places=[(org.id, name_of(org)) for org in nodes],
        kinds=[(each.value, translate(TRAINING_WORDS[each])) for each in TrainingKind],
        topics=choices_of_field("topic"),
        may_enter=bool(current_scope_for(MAY).paths),
        **WORDS,
    )


def _org() -> Org:
    """Return the organisation that held it: the one asked for, else one's own."""
    found = org_of_address("org", current_scope())
    org = found or get_org(current_actor().org_id or 0, current_scope())
    ensure_may(MAY, org)
    return org


def _plans(org: Org) -> list[tuple[int, str]]:
    return [(key, title) for key, title in plans_to_prove(org, current_scope())]


@bp.get("/trainings/new")
@requires(MAY)
def train() -> str:
    """Ask what was held; organisation, kind and plan can come with the address."""
    org, today = _org(), clock.today()
    asked = request.values.get("kind", "")
    kind = KINDS.get(asked, TrainingKind.TRAINING)
    return render_template(
        "filings/train.html",
        org=org,
        plans=_plans(org),
        kinds=[(each.value, translate(TRAINING_WORDS[each])) for each in TrainingKind],
        topics=list(choices_of_field("topic").items()),
        form=form_view(
            client_id=new_client_id(),
            kind=kind.value,
            plan_id=request.args.get("plan_id", ""),
            topic="plan",
            held_on=today.isoformat(),
        ),
        next_url=safe_next(request.values.get("next")) or "",
        accept=ACCEPT,
        today=today,
    )


@bp.post("/trainings/new")
@requires(MAY)
@form_of(train)
@writes_itself
def train_now() -> ResponseReturnValue:
    """Keep a training, once however often it is sent."""
    org = _org()
    upload = read_uploads(request.files, ["sheet"]).get("sheet")
    form = TrainingForm.read(
        request.form,
        topics=list(choices_of_field("topic")),
        plans=[key for key, _ in _plans(org)],
        today=clock.today(),
    )
    with unit_of_work():
        training_id = _write(form, upload)
    flash(translate(N_("It was entered in the training file.")), "success")
    back = safe_next(request.form.get("next"))
    return see_other(back or url_for(".training", training_id=training_id))


def _write(form: TrainingForm, upload: Any) -> int:
    org, actor, now = _org(), current_actor(), clock.now()
    known = training_sent_as(form.client_id)
    if known is not None and known.org_id == org.id:
        return known.id
    sheet = upload.keep(org_id=org.id, actor=actor, now=now) if upload else None
    held = Held(**vars(form), sheet=sheet)
    return enter_training(org=org, held=held, actor=actor, now=now).id


@bp.get("/trainings/<int:training_id>")
@requires(Permission.VIEW)
def training(training_id: int) -> str:
    """Show a training as it stands in the training file."""
    found = get_training(training_id, current_scope())
    return render_template(
        "filings/training.html",
        training=found,
        topics=choices_of_field("topic"),
        may_strike=found.voided_at is None and may_here(MAY, found.org),
        **WORDS,
    )


@bp.get("/trainings/<int:training_id>/sheet")
@requires(Permission.VIEW)
def sheet(training_id: int) -> ResponseReturnValue:
    """Hand out the sheet of names."""
    found = get_training(training_id, current_scope()).sheet
    if found is None:
        raise NotFound(N_("There is no such file."))
    return send_stored(found)


def _own(training_id: int) -> Training:
    found = get_training(training_id, current_scope())
    ensure_may(MAY, found.org)
    return found


@bp.get("/trainings/<int:training_id>/strike")
@requires(MAY)
def ask_strike(training_id: int) -> str:
    """Ask why a training is struck out."""
    found = _own(training_id)
    ensure_stands(is_void=found.voided_at is not None)
    return render_template(
        "filings/reason.html",
        title=N_("Strike a training out"),
        record=found.org,
        act=url_for(".strike_it", training_id=training_id),
        back=url_for(".training", training_id=training_id),
        button=N_("Strike out"),
        warn="",
        form=form_view(reason=""),
    )


@bp.post("/trainings/<int:training_id>/strike")
@requires(MAY)
@form_of(ask_strike)
@writes
def strike_it(training_id: int) -> ResponseReturnValue:
    """Strike out what was entered by mistake."""
    found = _own(training_id)
    strike_training(
        training=found,
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("It no longer counts.")), "success")
    return see_other(url_for(".training", training_id=training_id))
