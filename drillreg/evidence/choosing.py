"""What evidence can be about: plans, sites, drills, and what other evidence began."""

from collections.abc import Callable, Mapping, Sequence

from flask import Flask, current_app
from sqlalchemy import select

from drillreg.core.codes import CodeItem, code_label, code_list
from drillreg.core.db import db
from drillreg.evidence.models import Evidence
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

Choices = Sequence[tuple[int, str]]
Chooser = Callable[[Org, OrgScope], Choices]


def register_choosers(app: Flask, choosers: Mapping[str, Chooser]) -> None:
    """Say, by the type of a field, what of an organisation can be chosen; called by `app.py`."""
    app.extensions["drillreg.choosers"] = dict(choosers)


def kinds_by_hand() -> list[CodeItem]:
    """Return the kinds of evidence that a person may enter."""
    return [kind for kind in code_list("evidence_kind").offered() if kind.attributes.get("by_hand")]


def fields_of(kind: CodeItem) -> list[CodeItem]:
    """Return what a person says of evidence of a kind beside its day."""
    known = code_list("evidence_field")
    return [item for code in kind.attributes["fields"] if (item := known.get(code)) is not None]


def choices_of(field: CodeItem, kind: CodeItem, org: Org, scope: OrgScope) -> list[tuple[str, str]]:
    """Return what can be chosen in a field, in the language of the request."""
    if "choices" in field.attributes:
        return [(code, pick({"zh": zh, "en": en})) for code, zh, en in field.attributes["choices"]]
    if "list" in field.attributes:
        return code_list(field.attributes["list"]).options()
    if field.attributes["type"] == "begun":
        return [(str(key), word) for key, word in _begun(field.code, kind.code, org)]
    chooser = current_app.extensions["drillreg.choosers"].get(field.attributes["type"])
    return [(str(key), word) for key, word in chooser(org, scope)] if chooser else []


def _begun(name: str, kind: str, org: Org) -> list[tuple[int, str]]:
    """Return what the organisation's evidence began under a name and `kind` has not answered."""
    beginning = [
        each.code for each in code_list("evidence_kind") if each.attributes.get("begins") == name
    ]
    stands = (Evidence.org_id == org.id, Evidence.voided_at.is_(None))
    answered = {
        each.attributes.get(name)
        for each in db.session.scalars(select(Evidence).where(*stands, Evidence.kind == kind))
    }
    found = db.session.scalars(
        select(Evidence)
        .where(*stands, Evidence.kind.in_(beginning))
        .order_by(Evidence.on_date.desc(), Evidence.id.desc())
    )
    return [(each.id, naming(each)) for each in found if each.id not in answered]


def naming(found: Evidence) -> str:
    """Return how evidence is named where something else is about it."""
    kind = code_label(found.kind, "evidence_kind")
    number = translate(N_("No. %(number)d"), number=found.id)
    return f"{kind} {found.on_date.isoformat()} {number}"


def said_of(found: Evidence) -> list[tuple[str, str]]:
    """Return what was said of evidence entered by hand, as label and word; records are linked."""
    kind = code_list("evidence_kind").get(found.kind)
    fields = fields_of(kind) if kind and "fields" in kind.attributes else []
    said = []
    for field in fields:
        value = found.attributes.get(field.code)
        if value is not None and field.attributes["type"] not in {"plan", "site", "drill", "begun"}:
            said.append((pick(field.label), _word(field, value)))
    return said


def _word(field: CodeItem, value: object) -> str:
    if "choices" in field.attributes:
        words = {code: pick({"zh": zh, "en": en}) for code, zh, en in field.attributes["choices"]}
        return words.get(str(value), str(value))
    if "list" in field.attributes:
        return code_label(str(value), field.attributes["list"])
    if isinstance(value, bool):
        return translate(N_("Yes")) if value else translate(N_("No"))
    return str(value)
