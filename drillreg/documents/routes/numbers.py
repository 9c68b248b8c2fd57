"""Pages of document numbers: the series, one series, what may be done to a number."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.errors import Stale
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.forms import (
    PaperForm,
    ReasonForm,
    ReserveForm,
    SeriesChangeForm,
    SeriesForm,
)
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.operations import numbers as operations
from drillreg.documents.queries.numbers import (
    SeriesFilter,
    count_series,
    get_number,
    get_series,
    numbers_page,
    series_page,
    standings,
    years_of_series,
)
from drillreg.documents.registry import references
from drillreg.documents.routes.blueprint import (
    ISSUERS,
    bp,
    offices,
    org_of_address,
)
from drillreg.documents.rules import (
    NUMBER_COLOURS,
    NUMBER_WORDS,
    NumberState,
    gap_text,
    number_text,
)
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may


def series_filter() -> SeriesFilter:
    """Return what the address narrows the series to."""
    args = request.args
    year = args.get("year", "")
    kind = args.get("kind", "")
    return SeriesFilter(
        within=org_of_address(current_scope_for(Permission.KEEP_NUMBERS)),
        kind=kind if kind in code_list("document_kind").codes() else "",
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
    )


def _series(series_id: int) -> NumberSeries:
    """Return a series the person keeps; NotFound outside, NotAllowed without the right."""
    series = get_series(series_id, current_scope())
    ensure_may(Permission.KEEP_NUMBERS, series.issuer)
    return series


def _number(number_id: int) -> IssuedNumber:
    number = get_number(number_id, current_scope())
    ensure_may(Permission.KEEP_NUMBERS, number.series.issuer)
    return number


@bp.get("/numbers/")
@requires(Permission.KEEP_NUMBERS)
def numbers() -> str:
    """List the series the person keeps, each with what is missing in it."""
    scope, chosen = current_scope_for(Permission.KEEP_NUMBERS), series_filter()
    page = series_page(scope, chosen, cursor=request.args.get("after"))
    return render_template(
        "documents/numbers.html",
        page=page,
        total=count_series(scope, chosen),
        standings=standings(page.rows),
        chosen=chosen,
        issuers=offices(scope),
        years=[(year, str(year)) for year in years_of_series(scope)],
        gap_text=gap_text,
        number_text=number_text,
    )


@bp.get("/numbers/new")
@requires(Permission.KEEP_NUMBERS)
def new_series() -> str:
    """Ask for a series: for the first numbers of a kind, or ahead of the next year."""
    args = request.args
    return render_template(
        "documents/series_new.html",
        issuers=offices(current_scope_for(Permission.KEEP_NUMBERS), ISSUERS),
        form=form_view(
            issuer=args.get("issuer", ""),
            kind=args.get("kind", ""),
            year=args.get("year", str(clock.today().year)),
            template=args.get("template", ""),
            first_number="1",
        ),
    )


@bp.post("/numbers/new")
@requires(Permission.KEEP_NUMBERS)
@form_of(new_series)
@writes
def open_series() -> ResponseReturnValue:
    """Begin a series."""
    form = SeriesForm.read(request.form)
    issuer = get_org(form.issuer_id, current_scope())
    ensure_may(Permission.KEEP_NUMBERS, issuer)
    series = operations.open_series(
        issuer_org_id=issuer.id,
        document_kind=form.kind,
        year=form.year,
        template=form.template,
        first_number=form.first_number,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The series begins.")), "success")
    return see_other(url_for(".series", series_id=series.id))


@bp.get("/numbers/<int:series_id>")
@requires(Permission.KEEP_NUMBERS)
def series(series_id: int) -> str:
    """Show one series: its numbers with the papers that carry them, and what is missing."""
    found, today = _series(series_id), clock.today()
    state = request.args.get("state", "")
    page = numbers_page(
        found,
        state=state if state in tuple(NumberState) else "",
        words=request.args.get("words", "").strip()[:100],
        cursor=request.args.get("after"),
    )
    carried = {(n.subject_kind, n.subject_id) for n in page.rows if n.subject_kind}
    return render_template(
        "documents/series.html",
        series=found,
        stands=standings([found])[found.id],
        page=page,
        links=references(carried),
        states=[(each.value, translate(NUMBER_WORDS[each])) for each in NumberState],
        example=number_text(found.template, year=found.year, number=found.last_number + 1),
        number_words=NUMBER_WORDS,
        number_colours=NUMBER_COLOURS,
        gap_text=gap_text,
        form=form_view(
            template=found.template,
            first_number=found.first_number,
            version=found.row_version,
            dated_on=today.isoformat() if today.year == found.year else "",
        ),
    )


@bp.post("/numbers/<int:series_id>")
@requires(Permission.KEEP_NUMBERS)
@form_of(series)
@writes
def change_series(series_id: int) -> ResponseReturnValue:
    """Change how later numbers read."""
    found, form = _series(series_id), SeriesChangeForm.read(request.form)
    if form.version != found.row_version:
        label = translate(N_("Pattern"))
        raise Stale({label: found.template}, {label: form.template})
    operations.change_series(
        found,
        template=form.template,
        first_number=form.first_number,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("Later numbers read like this.")), "success")
    return see_other(url_for(".series", series_id=found.id))


@bp.post("/numbers/<int:series_id>/reserve")
@requires(Permission.KEEP_NUMBERS)
@form_of(series)
@writes
def reserve(series_id: int) -> ResponseReturnValue:
    """Keep the next number free."""
    found, form = _series(series_id), ReserveForm.read(request.form)
    number = operations.reserve_number(
        found, title=form.title, actor=current_actor(), now=clock.now()
    )
    flash(translate(N_("Reserved: %(number)s."), number=number.text), "success")
    return see_other(url_for(".number", number_id=number.id))


@bp.post("/numbers/<int:series_id>/take-over")
@requires(Permission.KEEP_NUMBERS)
@form_of(series)
@writes
def take_over(series_id: int) -> ResponseReturnValue:
    """Enter a number that was given by hand."""
    found, form = _series(series_id), PaperForm.read(request.form)
    number = operations.take_over_number(
        found,
        number=form.number,
        title=form.title,
        dated_on=form.dated_on,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("Entered: %(number)s."), number=number.text), "success")
    return see_other(url_for(".series", series_id=found.id))


@bp.get("/numbers/number/<int:number_id>")
@requires(Permission.KEEP_NUMBERS)
def number(number_id: int) -> str:
    """Show one number: which paper carries it, and what may be done to it."""
    found = _number(number_id)
    key = (found.subject_kind or "", found.subject_id or 0)
    return render_template(
        "documents/number.html",
        number=found,
        link=references({key}).get(key),
        number_words=NUMBER_WORDS,
        number_colours=NUMBER_COLOURS,
        form=form_view(paper_title=found.title, dated_on=clock.today().isoformat(), reason=""),
    )


@bp.post("/numbers/number/<int:number_id>/use")
@requires(Permission.KEEP_NUMBERS)
@form_of(number)
@writes
def use_number(number_id: int) -> ResponseReturnValue:
    """Note which paper carries a reserved number."""
    found, form = _number(number_id), PaperForm.read(request.form, with_number=False)
    operations.use_reserved(
        found,
        title=form.title,
        dated_on=form.dated_on,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("Entered: %(number)s."), number=found.text), "success")
    return see_other(url_for(".series", series_id=found.series_id))


@bp.post("/numbers/number/<int:number_id>/void")
@requires(Permission.KEEP_NUMBERS)
@form_of(number)
@writes
def void_number(number_id: int) -> ResponseReturnValue:
    """Strike a number for a reason."""
    found, form = _number(number_id), ReasonForm.read(request.form)
    operations.void_number(found, reason=form.reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("Void: %(number)s."), number=found.text), "success")
    return see_other(url_for(".series", series_id=found.series_id))
