"""Reading forms: strings from the browser in, checked values or one list of errors out."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, overload

from flask import g

from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_, translate

# Bidirectional controls, zero-width marks, byte order mark: names that look alike but differ.
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
INTEGER = re.compile(r"-?[0-9]{1,15}")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
YEARS = range(1900, 2101)


class FormReader:
    """Reads fields one by one and remembers what is wrong with each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: list[FieldError] = []

    def fail(self, name: str, message: str, **params: Any) -> None:
        """Remember that a field is wrong; `message` is a marked sentence."""
        self.errors.append(FieldError(name, message, params))

    def raw(self, name: str) -> str:
        """Return the field in NFC without surrounding blanks."""
        return unicodedata.normalize("NFC", self.fields.get(name, "")).strip()

    def _given(self, name: str, label: str, required: bool) -> str:
        text = self.raw(name)
        if not text and required:
            self.fail(name, N_("%(label)s is missing."), label=label)
        return text

    @overload
    def text(
        self, name: str, label: str, *, required: Literal[True], max_length: int = ...
    ) -> str: ...
    @overload
    def text(
        self, name: str, label: str, *, required: bool = ..., max_length: int = ...
    ) -> str: ...
    def text(self, name: str, label: str, *, required: bool = False, max_length: int = 200) -> str:
        """Return a text of at most `max_length` characters; `label` is already translated."""
        text = self._given(name, label, required)
        if len(text) > max_length:
            self.fail(
                name,
                N_("%(label)s has %(length)d characters; at most %(most)d are kept."),
                label=label,
                length=len(text),
                most=max_length,
            )
        if HIDDEN.search(text) or CONTROL.search(text):
            self.fail(name, N_("%(label)s has invisible characters. Type it again."), label=label)
        return text

    def integer(
        self,
        name: str,
        label: str,
        *,
        required: bool = False,
        minimum: int = 0,
        maximum: int = 10**12,
    ) -> int | None:
        """Return a whole number within the bounds, or None when nothing was typed."""
        text = self._given(name, label, required)
        if not text:
            return None
        if not INTEGER.fullmatch(text) or not minimum <= int(text) <= maximum:
            self.fail(
                name,
                N_("%(label)s must be a whole number from %(least)d to %(most)d."),
                label=label,
                least=minimum,
                most=maximum,
            )
            return None
        return int(text)

    def number(
        self,
        name: str,
        label: str,
        *,
        required: bool = False,
        minimum: float = -1e12,
        maximum: float = 1e12,
    ) -> float | None:
        """Return a finite number within the bounds, or None when nothing was typed."""
        text = self._given(name, label, required)
        if not text:
            return None
        value = float(text) if NUMBER.fullmatch(text) else math.nan
        if not minimum <= value <= maximum:
            self.fail(
                name,
                N_("%(label)s must be a number from %(least)g to %(most)g."),
                label=label,
                least=minimum,
                most=maximum,
            )
            return None
        return value

    def date(self, name: str, label: str, *, required: bool = False) -> date | None:
        """Return a date of the years 1900 to 2100, or None when nothing was typed."""
        text = self._given(name, label, required)
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            self.fail(name, N_("%(label)s must be a date such as 2026-05-12."), label=label)
            return None
        return day

    def moment(self, name: str, label: str, *, required: bool = False) -> datetime | None:
        """Return a naive wall-clock time, or None when nothing was typed."""
        text = self._given(name, label, required)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text) if MOMENT.fullmatch(text) else None
        except ValueError:
            moment = None
        if moment is None or moment.year not in YEARS:
            self.fail(
                name, N_("%(label)s must be a date and time such as 2026-05-12 09:30."), label=label
            )
            return None
        return moment

    def choice(
        self, name: str, label: str, choices: Sequence[str], *, required: bool = True
    ) -> str:
        """Return one of the choices, or an empty text when nothing was chosen."""
        text = self._given(name, label, required)
        if text and text not in choices:
            self.fail(name, N_("Choose %(label)s from the list."), label=label)
            return ""
        return text

    def flag(self, name: str) -> bool:
        """Return whether a box was ticked."""
        return self.raw(name) in {"1", "on", "true", "yes"}

    def finish(self) -> None:
        """Raise FormErrors when any field was wrong."""
        if self.errors:
            raise FormErrors(self.errors)


class FormView:
    """What a form page shows: values, and errors when the page is shown again."""

    def __init__(self, values: Mapping[str, Any], error: DomainError | None = None) -> None:
        self.values = values
        self.failed = error is not None
        self.errors: list[tuple[str, str]] = []
        if isinstance(error, FormErrors):
            self.errors = [(e.field, translate(e.message, **e.params)) for e in error.errors]
        elif error is not None:
            self.errors = [("", translate(error.message, **error.params))]

    def value(self, name: str, default: Any = "") -> Any:
        """Return what stands in the field."""
        found = self.values.get(name)
        return default if found is None else found

    def all_values(self, name: str) -> list[str]:
        """Return every value of a field that can be chosen several times."""
        getlist = getattr(self.values, "getlist", None)
        found = getlist(name) if getlist else self.values.get(name) or []
        return [str(value) for value in found]

    def error(self, name: str) -> str:
        """Return the sentence that says what is wrong with the field, or an empty text."""
        return next((text for field, text in self.errors if field == name), "")


def form_view(**defaults: Any) -> FormView:
    """Return the refused form of this request, else a form filled with the defaults."""
    refused: FormView | None = g.get("refused_form")
    return refused or FormView(defaults)
