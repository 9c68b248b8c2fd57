"""Reading the forms of tasks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.tasks.rules import MOST_WORKING_DAYS

DESK, PERSON = "desk:", "person:"


@dataclass(frozen=True)
class TaskForm:
    """A new task as typed: what, for which desk or person, until when."""

    kind: str
    title: str
    detail: str
    to: str
    due_on: date | None
    working_days: int | None

    @classmethod
    def read(cls, fields: Mapping[str, str], *, receivers: Collection[str]) -> "TaskForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            kind=reader.choice("kind", translate(N_("Kind")), code_list("task_kind").codes()),
            title=reader.text("title", translate(N_("Task")), required=True, max_length=120),
            detail=reader.text("detail", translate(N_("More words")), max_length=2000),
            to=reader.choice("to", translate(N_("Goes to")), list(receivers)),
            due_on=reader.date("due_on", translate(N_("Due on"))),
            working_days=reader.integer(
                "working_days",
                translate(N_("Working days")),
                minimum=1,
                maximum=MOST_WORKING_DAYS,
            ),
        )
        if form.due_on and form.working_days:
            reader.fail("working_days", N_("Give a date or a number of working days, not both."))
        reader.finish()
        return form


@dataclass(frozen=True)
class PassForm:
    """To whom a task is passed on, and a remark."""

    to: str
    remark: str

    @classmethod
    def read(cls, fields: Mapping[str, str], *, receivers: Collection[str]) -> "PassForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            to=reader.choice("to", translate(N_("Goes to")), list(receivers)),
            remark=reader.text("remark", translate(N_("Note to them")), max_length=500),
        )
        reader.finish()
        return form


def read_remark(fields: Mapping[str, str], *, required: bool = False) -> str:
    """Return what was done, why not, or a remark; or raise FormErrors."""
    reader = FormReader(fields)
    label = translate(N_("What has been done") if required else N_("Remark"))
    text = reader.text("remark", label, required=required, max_length=1000)
    reader.finish()
    return text


def read_why(fields: Mapping[str, str]) -> str:
    """Return a reason, or raise FormErrors."""
    reader = FormReader(fields)
    text = reader.text("remark", translate(N_("Reason")), required=True, max_length=1000)
    reader.finish()
    return text
