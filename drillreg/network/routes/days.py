"""A day of a roster: who has which duty, exchanging it, the note to the next shift."""

from datetime import timedelta

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.masking import masked_phone
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, pick, translate
from drillreg.network.duties import positions
from drillreg.network.forms.rosters import ExchangeForm, HandOverForm
from drillreg.network.operations.rosters import exchange, see_hand_over, write_hand_over
from drillreg.network.queries.rosters import (
    changes_of,
    duties_of,
    hand_over_or_none,
    in_order,
)
from drillreg.network.routes.blueprints import roster_bp as bp
from drillreg.network.routes.book import kept_org
from drillreg.network.routes.rosters import day_asked
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, may_here


@bp.get("/roster/<int:org_id>/days/<day>")
@requires(Permission.VIEW)
def day(org_id: int, day: str) -> str:
    """Show a day of a roster with the notes before and after it."""
    org, on = get_org(org_id, current_scope()), day_asked(day)
    note = hand_over_or_none(org, on)
    values = {"row_version": note.row_version if note else 0}
    if note is not None:
        values |= {"happened": note.happened, "open_matters": note.open_matters}  # type: ignore[dict-item]
    return render_template(
        "network/day.html",
        org=org,
        on=on,
        duties=in_order(duties_of(org, on, on)),
        labels={each.code: pick(each.label) for each in positions()},
        spans={each.code: each.span(on) for each in positions()},
        note=note,
        note_before=hand_over_or_none(org, on - timedelta(days=1)),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        changes=changes_of(org, on, on),
        may_keep=org.closed_on is None and may_here(Permission.KEEP_CONTACTS, org),
        plain=may_here(Permission.KEEP_CONTACTS, org),
        masked=masked_phone,
        form=form_view(**values),
        today=clock.today(),
    )


def _back(org: Org, day: str) -> ResponseReturnValue:
    return see_other(url_for("roster.day", org_id=org.id, day=day))


@bp.post("/roster/<int:org_id>/days/<day>/note")
@requires(Permission.KEEP_CONTACTS)
@form_of(day)
@writes
def write_note(org_id: int, day: str) -> ResponseReturnValue:
    """Write the note to the next shift."""
    org, on = kept_org(org_id), day_asked(day)
    form = HandOverForm.read(request.form)
    write_hand_over(
        org,
        day=on,
        happened=form.happened,
        open_matters=form.open_matters,
        row_version=form.row_version,
        today=clock.today(),
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The note was saved; the next shift finds it on its day.")), "success")
    return _back(org, day)


@bp.post("/roster/<int:org_id>/days/<day>/seen")
@requires(Permission.KEEP_CONTACTS)
@form_of(day)
@writes
def note_seen(org_id: int, day: str) -> ResponseReturnValue:
    """Take over: note that the next shift has read the note."""
    org, on = kept_org(org_id), day_asked(day)
    see_hand_over(org, day=on, actor=current_actor(), now=clock.now())
    flash(translate(N_("Taken over.")), "success")
    return _back(org, day)


@bp.get("/roster/<int:org_id>/days/<day>/exchange")
@requires(Permission.KEEP_CONTACTS)
def exchanging(org_id: int, day: str) -> str:
    """Ask who takes a duty over, why, and who agreed."""
    org, on = kept_org(org_id), day_asked(day)
    codes = [each.code for each in positions()]
    asked = request.values.get("position", "")
    return render_template(
        "network/exchange.html",
        org=org,
        on=on,
        position=asked if asked in codes else codes[0],
        labels={each.code: pick(each.label) for each in positions()},
        duties=in_order(duties_of(org, on, on)),
        form=form_view(),
    )


@bp.post("/roster/<int:org_id>/days/<day>/exchange")
@requires(Permission.KEEP_CONTACTS)
@form_of(exchanging)
@writes
def exchange_now(org_id: int, day: str) -> ResponseReturnValue:
    """Change who has a duty, or exchange it with another day."""
    org, on = kept_org(org_id), day_asked(day)
    codes = [each.code for each in positions()]
    position = FormReader(request.form).choice("position", translate(N_("Duty position")), codes)
    form = ExchangeForm.read(request.form)
    exchange(
        org,
        day=on,
        position=position,
        new=form.new,
        with_day=form.with_day,
        agreed=form.agreed,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The duty was exchanged; the history keeps who stood there.")), "success")
    return _back(org, day)
