"""Reading the forms of reports: rows of findings and actions that work without a script."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.reports.facts import ActionText, FindingText, ReportText
from drillreg.reports.models import Finding, Report
from drillreg.reports.rules import MOST_ACTIONS, MOST_FINDINGS

FINDING_ID = re.compile(r"finding-([0-9]{1,3})-id")
ACTION_ID = re.compile(r"action-([0-9]{1,3})-([0-9]{1,3})-id")
FINDING_FIELDS = ("id", "text", "cause", "reason")
ACTION_FIELDS = ("id", "text", "org", "person", "due")
COMMANDS = re.compile(r"(add|remove)-(finding|action)(?:-([0-9]{1,3}))?(?:-([0-9]{1,3}))?")


@dataclass(frozen=True)
class StartForm:
    """Title and addressee of a report that is being started."""

    title: str
    addressee: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "StartForm":
        """Read the form; raise FormErrors."""
        reader = FormReader(fields)
        form = cls(
            reader.text("title", translate(N_("Title")), required=True),
            reader.text("addressee", translate(N_("Addressee"))),
        )
        reader.finish()
        return form


@dataclass(frozen=True)
class DecisionForm:
    """What a leader decided and wrote; `version` is the reading it was decided on."""

    approve: bool
    remark: str
    version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "DecisionForm":
        """Read the form; raise FormErrors."""
        reader = FormReader(fields)
        choice = reader.choice("decision", translate(N_("Decision")), ("approve", "return"))
        remark = reader.text("remark", translate(N_("Remark")), max_length=1000)
        version = reader.integer("version", translate(N_("Version")), required=True)
        if choice == "return" and not remark:
            reader.fail("remark", N_("Write what has to be changed before you return the report."))
        reader.finish()
        return cls(choice == "approve", remark, version or 0)


@dataclass(frozen=True)
class DoneForm:
    """When a corrective action was done, and what was done."""

    done_on: date
    note: str

    @classmethod
    def read(cls, fields: Mapping[str, str], today: date) -> "DoneForm":
        """Read the form; raise FormErrors."""
        reader = FormReader(fields)
        done_on = reader.date("done_on", translate(N_("Done on")), required=True)
        note = reader.text(
            "note", translate(N_("What has been done")), required=True, max_length=1000
        )
        reader.finish()
        return cls(done_on or today, note)


def read_version(fields: Mapping[str, str]) -> int:
    """Return the reading of the report that the form was filled in from; 0 when it is not one."""
    text = fields.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def row_numbers(fields: Mapping[str, Any]) -> dict[int, list[int]]:
    """Return the finding rows of a form in order, each with the rows of its actions."""
    rows: dict[int, list[int]] = {}
    for name in fields:
        if found := FINDING_ID.fullmatch(name):
            rows.setdefault(int(found[1]), [])
    for name in fields:
        if (found := ACTION_ID.fullmatch(name)) and int(found[1]) in rows:
            rows[int(found[1])].append(int(found[2]))
    return {number: sorted(actions) for number, actions in sorted(rows.items())}


def values_of(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the fields of the form that shows a report as it is saved."""
    names = ("title", "addressee", "copies_to", "summary", "strengths")
    values: dict[str, Any] = {name: getattr(report, name) or "" for name in names}
    values["version"] = report.row_version
    for at, finding in enumerate(findings):
        row = (finding.id, finding.text, finding.cause, finding.no_action_reason)
        _put(values, f"finding-{at}", FINDING_FIELDS, row)
        for place, action in enumerate(finding.actions):
            cells = (action.id, action.text, action.org_id, action.person_name, action.due_on)
            _put(values, f"action-{at}-{place}", ACTION_FIELDS, cells)
    return values


def _put(values: dict[str, Any], prefix: str, names: Sequence[str], row: Sequence[Any]) -> None:
    for name, value in zip(names, row, strict=True):
        values[f"{prefix}-{name}"] = "" if value is None else str(value)


def with_rows_changed(fields: Mapping[str, str], command: str) -> dict[str, Any]:
    """Return the fields with a row added or removed, such as "add-action-2"; else unchanged."""
    values: dict[str, Any] = dict(fields)
    asked = COMMANDS.fullmatch(command)
    if asked is None:
        return values
    verb, noun, first, second = asked.groups()
    rows = row_numbers(values)
    if verb == "remove":
        return _without(values, _prefixes(noun, first, second))
    if noun == "finding" and len(rows) < MOST_FINDINGS:
        _put(values, f"finding-{max(rows, default=-1) + 1}", FINDING_FIELDS, [""] * 4)
    elif noun == "action" and first and len(rows.get(int(first), ())) < MOST_ACTIONS:
        place = max(rows.get(int(first), ()), default=-1) + 1
        _put(values, f"action-{int(first)}-{place}", ACTION_FIELDS, [""] * 5)
    return values


def _prefixes(noun: str, first: str | None, second: str | None) -> tuple[str, ...]:
    if noun == "finding":
        return (f"finding-{first}-", f"action-{first}-")
    return (f"action-{first}-{second}-",)


def _without(values: dict[str, Any], prefixes: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith(prefixes)}


class _Rows(FormReader):
    """Reads the rows; a row in which nothing was written is passed over."""

    def __init__(self, fields: Mapping[str, str], orgs: Sequence[str]) -> None:
        super().__init__(fields)
        self.orgs = orgs

    def is_blank(self, prefix: str, names: Sequence[str]) -> bool:
        return not any(self.raw(f"{prefix}-{name}") for name in names)

    def action(self, prefix: str) -> ActionText | None:
        if self.is_blank(prefix, ACTION_FIELDS[1:]):
            return None
        org = self.choice(f"{prefix}-org", translate(N_("Responsible organisation")), self.orgs)
        if not org and not self.raw(f"{prefix}-org"):
            label = translate(N_("Responsible organisation"))
            self.fail(f"{prefix}-org", N_("%(label)s is missing."), label=label)
        due_on = self.date(f"{prefix}-due", translate(N_("Due on")), required=True)
        return ActionText(
            id=self.integer(f"{prefix}-id", "id"),
            text=self.text(
                f"{prefix}-text", translate(N_("Action")), required=True, max_length=500
            ),
            org_id=int(org) if org else 0,
            person_name=self.text(
                f"{prefix}-person",
                translate(N_("Responsible person")),
                required=True,
                max_length=50,
            ),
            due_on=due_on or date.max,
        )

    def finding(self, at: int, places: Sequence[int]) -> FindingText | None:
        found = [self.action(f"action-{at}-{place}") for place in places]
        actions = [action for action in found if action is not None]
        prefix = f"finding-{at}"
        if not actions and self.is_blank(prefix, FINDING_FIELDS[1:]):
            return None
        return FindingText(
            id=self.integer(f"{prefix}-id", "id"),
            text=self.text(
                f"{prefix}-text", translate(N_("Finding")), required=True, max_length=500
            ),
            cause=self.text(f"{prefix}-cause", translate(N_("Cause")), max_length=500),
            no_action_reason=self.text(
                f"{prefix}-reason", translate(N_("Why no action is needed")), max_length=500
            ),
            actions=actions,
        )


def _lines(text: str) -> str:
    """Return a text with plain line ends; browsers send CR LF."""
    return text.replace("\r\n", "\n")


def read_report(fields: Mapping[str, str], orgs: Sequence[int]) -> ReportText:
    """Read the whole form; raise FormErrors; `orgs` are those that may be charged."""
    rows = _Rows(fields, [str(org) for org in orgs])
    numbers = row_numbers(fields)
    findings = [rows.finding(at, places) for at, places in list(numbers.items())[:MOST_FINDINGS]]
    text = ReportText(
        title=rows.text("title", translate(N_("Title")), required=True),
        addressee=rows.text("addressee", translate(N_("Addressee"))),
        copies_to=rows.text("copies_to", translate(N_("Copies to"))),
        summary=_lines(rows.text("summary", translate(N_("Summary")), max_length=5000)),
        strengths=_lines(rows.text("strengths", translate(N_("What went well")), max_length=5000)),
        findings=[finding for finding in findings if finding is not None],
    )
    rows.finish()
    return text
