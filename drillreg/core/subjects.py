"""Where records are shown, by their kind: a lower feature leads to pages of higher ones."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, url_for


def register_subjects(app: Flask, pages: Mapping[str, tuple[str, str]]) -> None:
    """Say for each kind of record which endpoint shows it, and what its id is called there."""
    app.extensions.setdefault("drillreg.subjects", {}).update(pages)


def subject_url(kind: str | None, subject_id: int | None) -> str:
    """Return the address of a record's page, or an empty text where there is none."""
    pages: Mapping[str, tuple[str, str]] = current_app.extensions.get("drillreg.subjects", {})
    if kind is None or kind not in pages or subject_id is None:
        return ""
    endpoint, argument = pages[kind]
    values: dict[str, Any] = {argument: subject_id}
    return url_for(endpoint, **values)
