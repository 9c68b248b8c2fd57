"""Reading the form that verifies a piece of evidence or strikes it out."""

from collections.abc import Mapping

from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate


def read_note(fields: Mapping[str, str]) -> str:
    """Return what was written about it, or raise FormErrors."""
    reader = FormReader(fields)
    note = reader.text("note", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    return note
