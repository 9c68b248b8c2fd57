"""The personal calendar feed, and the page to ask for its address or take it back."""

import hashlib
import secrets
from datetime import date, timedelta

from flask import Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.queries import actor_of
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, public, requires
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.web import see_other, writes
from drillreg.drills import wording
from drillreg.drills.ics import FeedEntry, feed_bytes
from drillreg.drills.models import Drill, FeedToken
from drillreg.drills.operations.feeds import close_feed, open_feed
from drillreg.drills.queries.feeds import fed_drills, feed_of, feed_state, feed_token_or_none
from drillreg.drills.routes.blueprint import bp
from drillreg.drills.rules import DrillStatus
from drillreg.duties.feeding import FedDuty, fed_duties
from drillreg.i18n import LOCALES, N_, force_locale, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, scope_of

BEHIND = timedelta(days=180)
AHEAD = timedelta(days=400)
FORM_OF_FEED = "2"  # goes up when the feed itself is written differently


@bp.get("/feed")
@requires(Permission.VIEW)
def feed_page() -> str:
    """Say whether this account has a feed address."""
    return render_template(
        "drills/feed.html", token=feed_of(current_actor().account_id), address=None
    )


@bp.post("/feed")
@requires(Permission.VIEW)
@writes
def create_feed() -> ResponseReturnValue:
    """Give this account a new address and show it, this once."""
    secret = secrets.token_urlsafe(32)
    token = open_feed(token_hash=_hash(secret), actor=current_actor(), now=clock.now())
    address = settings().public_url.rstrip("/") + url_for(".feed", secret=secret)
    return render_template("drills/feed.html", token=token, address=address)


@bp.post("/feed/revoke")
@requires(Permission.VIEW)
@writes
def revoke_feed() -> ResponseReturnValue:
    """Take the address back."""
    close_feed(actor=current_actor(), now=clock.now())
    flash(translate(N_("The address no longer works.")), "success")
    return see_other(url_for(".feed_page"))


@bp.get("/feed/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """Hand out the drills that the owner of the address may see, and what their unit owes."""
    token = feed_token_or_none(_hash(secret))
    if token is None or token.account.disabled_at is not None:
        raise NotFound(N_("There is nothing at this address."))
    today = clock.today()
    actor = actor_of(token.account, on=today)
    scope = scope_of(actor, Permission.VIEW, today)
    first, last = today - BEHIND, today + AHEAD
    locale = token.account.locale if token.account.locale in LOCALES else LOCALES[0]
    state = feed_state(scope, first=first, last=last)
    with force_locale(locale):
        duties = _duties(actor.org_id, scope, first, last)
    etag = _etag(token, scope, f"{state}-{duties}")
    response = make_response("")
    response.set_etag(etag)
    if not request.if_none_match.contains(etag):
        drills = fed_drills(scope, first=first, last=last)
        with force_locale(locale):
            entries = [_entry(drill) for drill in drills]
            entries += [_duty_entry(duty) for duty in duties]
            name = translate(N_("Drills"))
        response.data = feed_bytes(name, entries)
    response.mimetype = "text/calendar"
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _etag(token: FeedToken, scope: OrgScope, state: str) -> str:
    parts = (
        FORM_OF_FEED,
        token.account.locale,
        scope.on.isoformat(),
        sorted(scope.paths),
        sorted(scope.overseers),
        state,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _duties(org_id: int | None, scope: OrgScope, first: date, last: date) -> list[FedDuty]:
    org = db.session.get(Org, org_id) if org_id is not None else None
    if org is None or not scope.includes(org):
        return []
    return fed_duties(org, first=first, last=last, today=scope.on)


def _duty_entry(duty: FedDuty) -> FeedEntry:
    title = translate(N_("Due: %(title)s"), title=duty.title)
    if duty.is_late:
        title = translate(N_("Late: %(title)s"), title=duty.title)
    return FeedEntry(
        uid=duty.uid,
        sequence=1 if duty.is_late else 0,
        changed_at=clock.day_begins(duty.on + timedelta(days=1) if duty.is_late else duty.begun_on),
        on=duty.on,
        title=title,
        description="\n".join(duty.lines),
        place=None,
        url=settings().public_url.rstrip("/") + duty.path,
        is_cancelled=False,
        has_alarm=not duty.is_late,
    )


def _entry(drill: Drill) -> FeedEntry:
    is_off = drill.status is DrillStatus.CANCELLED or drill.voided_at is not None
    title = f"{wording.short_name(drill.org)} {wording.title_of(drill)}"
    if drill.status is DrillStatus.HELD:
        title = translate(N_("%(title)s (held)"), title=title)
    lines = [
        code_label(drill.event_type, "event_type"),
        translate(wording.MODES[drill.mode]),
        wording.moved_sentence(drill),
        drill.cancel_reason or "",
    ]
    return FeedEntry(
        uid=f"{drill.public_id}@drillreg",
        sequence=drill.row_version - 1,
        changed_at=drill.changed_at,
        on=drill.held_on or drill.due_on,
        title=title,
        description="\n".join(line for line in lines if line),
        place=drill.place,
        url=settings().public_url.rstrip("/") + url_for(".open_drill", public_id=drill.public_id),
        is_cancelled=is_off,
        has_alarm=drill.status is DrillStatus.PLANNED and not is_off,
    )
