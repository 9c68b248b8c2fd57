"""Series and their numbers as a workbook."""

from flask import Response

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.queries.numbers import Standing, all_numbers, all_series, standings
from drillreg.documents.routes.blueprint import XLSX, bp, download
from drillreg.documents.routes.numbers import series_filter
from drillreg.documents.rules import NUMBER_WORDS, gap_text
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope_for
from drillreg.sheets.write import Cell, xlsx_bytes

SERIES_HEADER = (
    N_("Issuer"),
    N_("Kind of paper"),
    N_("Year"),
    N_("Pattern"),
    N_("Last number"),
    N_("Used"),
    N_("Reserved"),
    N_("Void"),
    N_("Gaps"),
)
NUMBER_HEADER = (
    N_("Issuer"),
    N_("Kind of paper"),
    N_("Number"),
    N_("State"),
    N_("Title of the paper"),
    N_("Date of the paper"),
    N_("Given by hand"),
    N_("Entered on"),
    N_("Entered by"),
    N_("Reason"),
)


@bp.get("/numbers/export.xlsx")
@requires(Permission.KEEP_NUMBERS)
def export_numbers() -> Response:
    """Hand out the series a filter leaves and every number of them, as a workbook."""
    scope, chosen = current_scope_for(Permission.KEEP_NUMBERS), series_filter()
    series = all_series(scope, chosen)
    stands = standings(series)
    first = [_series_cells(each, stands[each.id]) for each in series]
    second = [_number_cells(number) for number in all_numbers(scope, chosen)]
    sheets = [
        (translate(N_("Number series")), [translate(text) for text in SERIES_HEADER], first),
        (translate(N_("Numbers")), [translate(text) for text in NUMBER_HEADER], second),
    ]
    data = xlsx_bytes(sheets)
    return download(data, f"numbers-{clock.today().isoformat()}.xlsx", XLSX)


def _series_cells(series: NumberSeries, stands: Standing) -> list[Cell]:
    return [
        series.issuer.name,
        code_label(series.document_kind, "document_kind"),
        series.year,
        series.template,
        series.last_number,
        stands.used,
        stands.reserved,
        stands.void,
        gap_text(stands.gaps),
    ]


def _number_cells(number: IssuedNumber) -> list[Cell]:
    return [
        number.series.issuer.name,
        code_label(number.series.document_kind, "document_kind"),
        number.text,
        translate(NUMBER_WORDS[number.state]),
        number.title,
        number.dated_on,
        translate(N_("Yes")) if number.by_hand else "",
        clock.local_date(number.issued_at),
        number.actor_name,
        number.void_reason,
    ]
