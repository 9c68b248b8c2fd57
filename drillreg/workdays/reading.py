"""Reading a holiday file: holiday-cn JSON or iCalendar, told apart by content."""

from pathlib import Path
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.sandbox.refusals import Refused
from drillreg.workdays.ics import parse_ics
from drillreg.workdays.rules import NamedDay, parse_holiday_cn


def days_of(data: bytes) -> list[NamedDay]:
    """Return the days of a file, read by what it holds; raise DomainError when it is bad."""
    text = data.decode("utf-8-sig", errors="replace")
    return (
        parse_ics(text) if text.lstrip().startswith("BEGIN:VCALENDAR") else parse_holiday_cn(text)
    )


def read_days_task(args: dict[str, Any], inputs: Path, outputs: Path) -> list[list[str]]:
    """Read `calendar` of the inputs inside the closed child; return [day, kind, name] each."""
    try:
        found = days_of((inputs / "calendar").read_bytes())
    except DomainError as error:
        raise Refused(error.message, **_plain(error.params)) from error
    return [[each.day.isoformat(), each.kind.value, each.name_zh] for each in found]


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int) else str(value) for key, value in params.items()}
