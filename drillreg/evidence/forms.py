"""Reading the forms that enter evidence by hand, verify it or strike it out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from drillreg.core.codes import CodeItem
from drillreg.core.reading import FormReader
from drillreg.core.submissions import body_hash, is_client_id
from drillreg.evidence.rules import Entered
from drillreg.i18n import N_, pick, translate

# Fields that name a record by its key.
KEY_TYPES = frozenset({"plan", "site", "drill", "begun"})
SUBJECTS = {"plan": "plan", "site": "hazard_site", "drill": "drill", "begun": "evidence"}


def read_note(fields: Mapping[str, str]) -> str:
    """Return what was written about it, or raise FormErrors."""
    reader = FormReader(fields)
    note = reader.text("note", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    return note


def read_entered(
    fields: Mapping[str, str],
    files: Sequence[bytes],
    *,
    kind: CodeItem,
    org_id: int,
    asked: Sequence[tuple[CodeItem, Sequence[tuple[str, str]]]],
    today: date,
) -> Entered:
    """Return evidence as a page or device sent it, or raise FormErrors.

    `asked` holds the fields of the kind, each with what can be chosen.
    """
    reader = FormReader(fields)
    client_id = reader.raw("client_id").lower()
    if not is_client_id(client_id):
        reader.fail("client_id", N_("This page is out of date. Load it again."))
    on_date = reader.date("on_date", translate(N_("Day")), required=True)
    if on_date is not None and on_date > today:
        reader.fail("on_date", N_("The day lies in the future."))
    said: dict[str, Any] = {}
    subject: tuple[str, int] | None = None
    for field, choices in asked:
        value = _read(reader, field, [code for code, _ in choices])
        if value is not None:
            said[field.code] = value
        if isinstance(value, int) and field.attributes["type"] in KEY_TYPES:
            subject = SUBJECTS[field.attributes["type"]], value
    note = reader.text("note", translate(N_("Note")), max_length=500)
    reader.finish()
    content = {"kind": kind.code, "org": org_id, "on": on_date, "note": note, **said}
    return Entered(
        kind=kind.code,
        on_date=on_date or today,
        said=said,
        note=note,
        client_id=client_id,
        body_hash=body_hash(content, files),
        subject_kind=subject[0] if subject else "evidence",
        subject_id=subject[1] if subject else None,
    )


def _read(reader: FormReader, field: CodeItem, choices: Sequence[str]) -> Any:
    """Return what was said in a field, None where nothing was."""
    label, required = pick(field.label), bool(field.attributes.get("required"))
    match field.attributes["type"]:
        case "yes-no":
            return reader.flag(field.code)
        case "integer":
            return reader.integer(field.code, label, required=required, minimum=1, maximum=10**6)
        case "number":
            return reader.number(field.code, label, required=required, minimum=0, maximum=10**4)
        case "text":
            return reader.text(field.code, label, required=required, max_length=120) or None
    found = reader.choice(field.code, label, choices, required=required)
    if not found:
        return None
    return int(found) if field.attributes["type"] in KEY_TYPES else found
