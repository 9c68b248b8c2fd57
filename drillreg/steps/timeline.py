"""Steps as the timeline of a page shows them."""

from collections.abc import Iterable

from drillreg.core.codes import code_label, code_list
from drillreg.core.page import instant
from drillreg.i18n import N_, translate
from drillreg.steps.models import Step
from drillreg.steps.operations import SYSTEM

Entry = dict[str, str]


def timeline(steps: Iterable[Step]) -> list[Entry]:
    """Return the entries of `ui.timeline` for steps, in the order given."""
    return [_entry(step) for step in steps]


def who(step: Step) -> str:
    """Return who took a step, as then; the name of a deputy says whom they acted for."""
    is_system = step.account_id is None and step.name == SYSTEM
    return translate(N_("The system")) if is_system else step.name


def _entry(step: Step) -> Entry:
    item = code_list("step_code").get(step.code)
    text = code_label(step.code, "step_code")
    if step.to_name:
        text = translate(N_("%(what)s → %(name)s"), what=text, name=step.to_name)
    return {
        "title": who(step),
        "text": text,
        "remark": step.remark or "",
        "small": instant(step.at),
        "state": "bad" if item is not None and item.attributes.get("bad") else "done",
    }
