"""One filing: its page; checking, recording and returning it by the office that takes it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.audit.queries import acts_on
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem
from drillreg.core.errors import DomainError
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.filings.forms import AnswerForm
from drillreg.filings.models import Filing
from drillreg.filings.operations.filings import named_before, record_filing, return_filing
from drillreg.filings.queries import filing_received_as, get_filing
from drillreg.filings.routes.blueprint import WORDS, bp
from drillreg.filings.routing import route_of
from drillreg.filings.rules import FilingState, ensure_waiting
from drillreg.filings.wording import ACT_WORDS, days_late, standing
from drillreg.i18n import N_, translate
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.scope import current_scope, ensure_may, may_here
from drillreg.plans.scope import PLAN


def _papers(filing: Filing) -> list[CodeItem]:
    return route_of(filing.route).papers_for(filing.org.attributes)


@bp.get("/<int:filing_id>")
@requires(Permission.VIEW)
def show(filing_id: int) -> str:
    """Show a filing: what was sent to whom, how it stands, what is missing."""
    scope, today = current_scope(), clock.today()
    found = get_filing(filing_id, scope)
    route, is_sent = route_of(found.route), found.state is FilingState.SENT
    office = found.recipient
    return render_template(
        "filings/show.html",
        filing=found,
        route=route,
        papers=_papers(found),
        sent={paper.kind: paper for paper in found.papers},
        standing=standing(found, today),
        late=days_late(found.clock, calendar_of(found.org), found.sent_on),
        plan_in_reach=scope.includes_record(PLAN.code, found.plan_id, found.org),
        may_answer=is_sent and office is not None and may_here(Permission.ISSUE_PLANS, office),
        may_take_back=found.state in {FilingState.SENT, FilingState.OUTSIDE}
        and may_here(Permission.EDIT_PLANS, found.org),
        may_send_again=found.state in {FilingState.RETURNED, FilingState.TAKEN_BACK}
        and may_here(Permission.EDIT_PLANS, found.org),
        acts=acts_on("filing", found.id),
        act_words=ACT_WORDS,
        today=today,
        **WORDS,
    )


def _to_answer(filing_id: int, *, lock: bool = False) -> Filing:
    """Return a filing that the person may answer: NotAllowed without the right at its office."""
    found = get_filing(filing_id, current_scope(), lock=lock)
    if found.recipient is None:
        raise DomainError(N_("This filing does not wait for an answer any more."))
    ensure_may(Permission.ISSUE_PLANS, found.recipient)
    return found


@bp.get("/<int:filing_id>/answer")
@requires(Permission.ISSUE_PLANS)
def answer(filing_id: int) -> str:
    """Show the papers to be checked, and ask for the answer."""
    found, today = _to_answer(filing_id), clock.today()
    on = found.answered_on.isoformat() if found.answered_on else ""
    ensure_waiting(found.state, by=found.answered_by_name or "", on=on)
    stands = standing(found, today)
    return render_template(
        "filings/answer.html",
        filing=found,
        papers=_papers(found),
        sent={paper.kind: paper for paper in found.papers},
        standing=stands,
        has_check=found.check_due_on is not None,
        named_before=named_before(found),
        form=form_view(answer="record"),
        today=today,
        **WORDS,
    )


@bp.post("/<int:filing_id>/answer")
@requires(Permission.ISSUE_PLANS)
@form_of(answer)
@writes
def answer_now(filing_id: int) -> ResponseReturnValue:
    """Record a filing with the next number, or return it once with the whole list."""
    found, actor = _to_answer(filing_id, lock=True), current_actor()
    form = AnswerForm.read(request.form, _papers(found), request.form.getlist("missing"))
    now, today = clock.now(), clock.today()
    if form.is_returned:
        return_filing(
            filing=found, items=form.items, note=form.note, actor=actor, now=now, today=today
        )
        flash(translate(N_("Returned with the list of what is missing.")), "success")
    else:
        is_outside = found.org_id not in {found.recipient_org_id, actor.org_id}
        number = record_filing(
            filing=found, note=form.note, actor=actor, now=now, today=today, is_outside=is_outside
        )
        flash(translate(N_("Recorded as %(number)s."), number=number), "success")
    return see_other(url_for(".show", filing_id=found.id))


@bp.get("/received")
@requires(Permission.ISSUE_PLANS)
def received() -> ResponseReturnValue:
    """Lead from the duty to check a filing to the filing, or to what was entered by hand."""
    text = request.args.get("key", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
    filing = filing_received_as(key, current_scope())
    if filing is not None:
        return see_other(url_for(".show", filing_id=filing.id))
    return see_other(
        url_for(
            "evidence.new",
            org=request.args.get("org"),
            kind="filing-answered",
            filing_id=key or None,
        )
    )
