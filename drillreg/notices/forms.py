"""Reading the settings of the inbox."""

from collections.abc import Mapping

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.i18n import pick
from drillreg.notices.rules import Way, is_fixed


def read_ways(fields: Mapping[str, str]) -> list[tuple[str, Way]]:
    """Return (kind, way) for every kind a person may choose for, or raise FormErrors."""
    reader = FormReader(fields)
    found = []
    for item in code_list("notice_kind"):
        if not is_fixed(item.code):
            way = reader.choice(item.code, pick(item.label), [each.value for each in Way])
            found.append((item.code, way))
    reader.finish()
    return [(kind, Way(way)) for kind, way in found]
