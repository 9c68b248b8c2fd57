"""Reading the forms of moves, mergers, splits and returns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from drillreg.core.codes import code_list
from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate

LONGEST_REASON = 500


def _day_and_reason(reader: FormReader) -> tuple[date, str]:
    from_on = reader.date("from_on", translate(N_("In force from")), required=True)
    reason = reader.text(
        "reason", translate(N_("Reason")), required=True, max_length=LONGEST_REASON
    )
    return from_on or date.max, reason


@dataclass(frozen=True)
class ChangeForm:
    """Where an organisation goes, from when, and why."""

    target_id: int
    from_on: date
    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ChangeForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        target_id = reader.integer(
            "target_id", translate(N_("The other organisation")), required=True, minimum=1
        )
        from_on, reason = _day_and_reason(reader)
        reader.finish()
        return cls(target_id or 0, from_on, reason)


@dataclass(frozen=True)
class SplitForm:
    """What is split off, from when, why, and which open things go with it, by their kind."""

    name: str
    kind: str
    target_id: int
    from_on: date
    reason: str
    chosen: dict[str, Collection[int]]

    @classmethod
    def read(cls, fields: "MultiDict[str, str]", kinds: Collection[str]) -> "SplitForm":
        """Return what was typed, or raise FormErrors; `kinds` of open things are known."""
        reader = FormReader(fields)
        from_on, reason = _day_and_reason(reader)
        form = cls(
            name=reader.text(
                "name", translate(N_("Name of the new organisation")), required=True, max_length=80
            ),
            kind=reader.choice("kind", translate(N_("Kind")), code_list("org_kind").codes()),
            target_id=reader.integer(
                "target_id", translate(N_("Stands below")), required=True, minimum=1
            )
            or 0,
            from_on=from_on,
            reason=reason,
            chosen=_chosen(fields.getlist("thing"), kinds),
        )
        reader.finish()
        return form


def _chosen(words: Collection[str], kinds: Collection[str]) -> dict[str, Collection[int]]:
    """Return ids by kind from words such as "drills:12"."""
    found: dict[str, set[int]] = {}
    for word in words:
        kind, _, number = word.partition(":")
        if kind not in kinds or not (number.isascii() and number.isdigit()):
            raise FormErrors([FieldError("thing", N_("Choose from what is listed."))])
        found.setdefault(kind, set()).add(int(number))
    return {**found}
