"""The page of one danger: strip, timeline, papers, photos side by side."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.web import see_other
from drillreg.dangers.models import Danger
from drillreg.dangers.operations.deciding import open_extension
from drillreg.dangers.queries import (
    danger_of_evidence,
    get_danger,
    listings_of,
    photo_of,
    plan_of,
    transfers_of,
)
from drillreg.dangers.routes.blueprint import ASSIGN, REPORT, bp, may
from drillreg.dangers.rules import (
    OPEN_STAGES,
    DangerLevel,
    Moment,
    Outcome,
    Stage,
    TransferState,
)
from drillreg.dangers.waiting import accept_by
from drillreg.dangers.wording import WORDS, days_late, standing, strip
from drillreg.files.web import send_stored
from drillreg.hazards.scope import SITE
from drillreg.orgs.scope import current_scope, may_here
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline


def _rights(danger: Danger) -> dict[str, bool]:
    """Return what the person may do with a danger as it stands."""
    reports, assigns = may(REPORT, danger), may(ASSIGN, danger)
    stage, is_major = danger.stage, danger.level is DangerLevel.MAJOR
    is_open = stage in OPEN_STAGES
    turn = danger.rounds[-1] if danger.rounds else None
    asked = open_extension(turn) if turn else None
    unverified = stage is Stage.CLOSED and danger.on_spot and not danger.rounds
    return {
        "confirm": reports and stage is Stage.DRAFT,
        "discard": (reports and stage is Stage.DRAFT)
        or (reports and assigns and stage is Stage.REGISTERED),
        "edit": is_open and reports and (assigns or stage is Stage.REGISTERED),
        "order": assigns and stage is Stage.REGISTERED,
        "deadline": reports and stage is Stage.REGISTERED,
        "answer": reports and stage in {Stage.REGISTERED, Stage.ASSIGNED},
        "review": (assigns or reports) and (stage is Stage.REPORTED or unverified),
        "sheet": reports and stage is Stage.REPORTED,
        "extend": reports
        and stage is Stage.ASSIGNED
        and asked is None
        and danger.due_on is not None,
        "decide": assigns and stage is Stage.ASSIGNED and asked is not None,
        "transfer": assigns and is_open and may_here(Permission.GRANT_ACCESS, danger.org),
        "hand_over": assigns and is_open,
        "tell": reports and is_open and is_major and danger.told_on is None,
        "plan": reports and is_open and is_major,
        "put_up": assigns and is_open and is_major,
        "take_down": assigns,
    }


@bp.get("/<int:danger_id>")
@requires(Permission.VIEW)
def show(danger_id: int) -> str:
    """Show a danger: how it stands, who did what when, its papers and photos."""
    scope, today = current_scope(), clock.today()
    danger = get_danger(danger_id, scope)
    transfers = transfers_of(danger)
    mine = current_actor().org_id
    waiting = next(
        (each for each in transfers if each.state is TransferState.SENT and each.to_org_id == mine),
        None,
    )
    site = danger.site
    return render_template(
        "dangers/show.html",
        danger=danger,
        standing=standing(danger, today),
        late=days_late(danger, today),
        strip=strip(danger, danger.rounds),
        photos=_photos(danger),
        plan=plan_of(danger),
        plan_items=code_list("danger_plan_item"),
        settled_items=code_list("danger_settled"),
        listings=listings_of(danger),
        transfers=transfers,
        to_answer=waiting if waiting and may(ASSIGN, danger) else None,
        accept_by=accept_by(danger) if danger.stage is Stage.REPORTED else None,
        site_in_reach=site is not None and scope.includes_record(SITE.code, site.id, site.org),
        entries=timeline(steps_of("danger", danger.id)),
        can=_rights(danger),
        verified=any(each.outcome is Outcome.PASSED for each in danger.rounds),
        today=today,
        **WORDS,
    )


def _photos(danger: Danger) -> list[tuple[Moment, list[Any]]]:
    """Return the photos by moment, before first, so that both sides stand beside each other."""
    found = [(moment, [p for p in danger.photos if p.moment is moment]) for moment in Moment]
    return [(moment, photos) for moment, photos in found if photos]


@bp.get("/<int:danger_id>/photos/<int:photo_id>")
@requires(Permission.VIEW)
def photo(danger_id: int, photo_id: int) -> ResponseReturnValue:
    """Show a photo of a danger, small when asked so."""
    found = photo_of(get_danger(danger_id, current_scope()), photo_id)
    return send_stored(found, thumbnail="small" in request.args)


@bp.get("/owed")
@requires(Permission.VIEW)
def owed() -> ResponseReturnValue:
    """Lead from a duty to the danger it is about, or to the form of evidence entered by hand."""
    text = request.args.get("key", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
    danger = danger_of_evidence(key, current_scope())
    if danger is not None:
        return see_other(url_for(".show", danger_id=danger.id))
    return see_other(
        url_for(
            "evidence.new",
            org=request.args.get("org"),
            kind=request.args.get("kind"),
            danger_id=key or None,
        )
    )
