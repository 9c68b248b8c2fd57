"""Filing a plan: ask for the papers, send them, take them back."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.models import StoredFile
from drillreg.files.uploads import ACCEPT, Upload, read_uploads
from drillreg.filings.forms import HERE, OUTSIDE, SendForm, read_reason
from drillreg.filings.models import Filing
from drillreg.filings.operations.filings import Sending, send_filing, take_back
from drillreg.filings.queries import get_filing, standing_filing
from drillreg.filings.recipients import Recipients, recipients_of
from drillreg.filings.routes.blueprint import Standing, bp, plan_in_force
from drillreg.filings.routing import Route, route_for
from drillreg.filings.wording import days_late
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.scope import current_scope, ensure_may


def _route(found: Standing) -> Route:
    route = route_for(found.plan.kind, found.org.kind, found.org.attributes)
    if route is None:
        raise DomainError(N_("No text asks for the filing of this plan."))
    return route


def _offered(found: Standing) -> list[StoredFile]:
    """Return the files of the version: the frozen PDF first, then its papers."""
    papers = [paper.file for paper in found.version.papers]
    if found.version.frozen_file_id is None:
        return papers
    frozen = db.session.scalars(
        select(StoredFile).where(StoredFile.id == found.version.frozen_file_id)
    ).all()
    return [*frozen, *papers]


@bp.get("/plans/<int:plan_id>/file")
@requires(Permission.EDIT_PLANS)
def send(plan_id: int) -> str:
    """Show with whom a plan is filed and ask for the papers."""
    found, today = plan_in_force(plan_id), clock.today()
    route, offered = _route(found), _offered(found)
    recipients = recipients_of(route, found.org, today)
    calendar = calendar_of(found.org)
    issued_on = found.version.issued_on or today
    due_on = calendar.add_working_days(issued_on, route.days)
    return render_template(
        "filings/send.html",
        plan=found.plan,
        version=found.version,
        route=route,
        recipients=recipients,
        papers=route.papers_for(found.org.attributes),
        offered=[(each.id, each.name) for each in offered],
        sent=standing_filing(found.version),
        due_on=due_on,
        late=max(calendar.working_days_between(due_on, today), 0) if today > due_on else 0,
        form=form_view(
            way=HERE,
            sent_on=today.isoformat(),
            recipient_name="" if recipients.desk.org else recipients.name,
            from_text=offered[0].id if offered else "",
            contact_name=current_actor().name,
        ),
        ways=[
            (HERE, translate(N_("Here, through this system"))),
            (OUTSIDE, translate(N_("It was filed on paper, or outside this system"))),
        ],
        accept=ACCEPT,
        today=today,
    )


@bp.post("/plans/<int:plan_id>/file")
@requires(Permission.EDIT_PLANS)
@form_of(send)
@writes_itself
def send_now(plan_id: int) -> ResponseReturnValue:
    """File a plan: the papers go to the office that takes it, and its clock stops."""
    found, today = plan_in_force(plan_id), clock.today()
    route, offered = _route(found), _offered(found)
    papers = route.papers_for(found.org.attributes)
    recipients = recipients_of(route, found.org, today)
    uploads = read_uploads(request.files, ["receipt", *(paper.code for paper in papers)])
    form = SendForm.read(
        request.form,
        papers=papers,
        offered=[each.id for each in offered],
        uploaded=list(uploads),
        works_here=recipients.desk.org is not None,
        today=today,
    )
    with unit_of_work():
        filing = _write(plan_id, form, uploads, papers)
        late = _late(filing)
    if late:
        flash(translate(N_("Filed, %(count)d working days late."), count=late), "success")
    else:
        flash(translate(N_("Filed in time.")), "success")
    return see_other(url_for(".show", filing_id=filing.id))


def _late(filing: Filing) -> int:
    plan_clock, org = filing.clock, plan_in_force(filing.plan_id).org
    return days_late(plan_clock, calendar_of(org), filing.sent_on)


def _write(
    plan_id: int, form: SendForm, uploads: dict[str, Upload], papers: list[CodeItem]
) -> Filing:
    # Read again: what was read before the unit of work belongs to another transaction.
    found, today = plan_in_force(plan_id), clock.today()
    actor, now = current_actor(), clock.now()
    recipients: Recipients = recipients_of(_route(found), found.org, today)
    by_id = {each.id: each for each in _offered(found)}
    kept: dict[str, Any] = {
        field: upload.keep(org_id=found.org.id, actor=actor, now=now)
        for field, upload in uploads.items()
    }
    sent = [
        (paper.code, kept.get(paper.code) or by_id[form.chosen[paper.code]])
        for paper in papers
        if not paper.attributes.get("made")
    ]
    return send_filing(
        plan=found.plan,
        version=found.version,
        org=found.org,
        recipients=recipients,
        sending=Sending(
            papers=sent,
            outside=form.outside,
            sent_on=form.sent_on,
            recipient_name=form.recipient_name,
            number=form.number,
            receipt=kept.get("receipt") if form.outside else None,
            head=form.head,
            contact_name=form.contact_name,
            contact_phone=form.contact_phone,
            note=form.note,
        ),
        actor=actor,
        now=now,
        today=today,
    )


def own_filing(filing_id: int, *, lock: bool = False) -> Filing:
    """Return a filing that the person may take back: NotAllowed without the right."""
    found = get_filing(filing_id, current_scope(), lock=lock)
    ensure_may(Permission.EDIT_PLANS, found.org)
    return found


@bp.get("/<int:filing_id>/take-back")
@requires(Permission.EDIT_PLANS)
def ask_back(filing_id: int) -> str:
    """Ask why a filing is taken back."""
    found = own_filing(filing_id)
    return render_template(
        "filings/reason.html",
        title=N_("Take a filing back"),
        record=found.plan,
        act=url_for(".take_it_back", filing_id=found.id),
        back=url_for(".show", filing_id=found.id),
        button=N_("Take back"),
        warn=N_("The plan then counts as not filed, and its clock runs again."),
        form=form_view(reason=""),
    )


@bp.post("/<int:filing_id>/take-back")
@requires(Permission.EDIT_PLANS)
@form_of(ask_back)
@writes
def take_it_back(filing_id: int) -> ResponseReturnValue:
    """Take back what nobody has answered."""
    found = own_filing(filing_id, lock=True)
    take_back(
        filing=found,
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("The filing was taken back.")), "success")
    return see_other(url_for(".show", filing_id=found.id))
