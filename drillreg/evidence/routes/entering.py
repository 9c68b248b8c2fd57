"""Evidence by hand: what no page of ours writes by itself is entered with a file or a photo."""

import uuid
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import CodeItem, code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotFound
from drillreg.core.reading import form_view
from drillreg.core.submissions import ensure_same_submission
from drillreg.core.web import form_of, safe_next, see_other, wants_json, writes, writes_itself
from drillreg.evidence.choosing import (
    choices_of,
    fields_of,
    kinds_by_hand,
    naming,
    said_of,
)
from drillreg.evidence.forms import read_entered, read_note
from drillreg.evidence.models import Evidence, EvidenceEntry
from drillreg.evidence.operations import enter_evidence, entry_or_none, take_back
from drillreg.evidence.queries import answers_to, get_entered, stands_outside
from drillreg.evidence.routes.blueprint import bp, page_of
from drillreg.evidence.rules import Entered, is_own_entry
from drillreg.files.operations import OFFICE, store
from drillreg.files.photos import CleanPhoto, clean_photo, store_photo
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may, may_here

MAY = Permission.RECORD_DRILLS
PAPERS = frozenset({"application/pdf", "application/x-ole-storage", *OFFICE.values()})
PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def _org(values: Any) -> Org:
    """Return the organisation that did it: the one asked for, else one's own."""
    asked = values.get("org", "")
    org_id = int(asked) if asked.isdecimal() and len(asked) < 16 else current_actor().org_id
    org = get_org(org_id or 0, current_scope())
    ensure_may(MAY, org)
    return org


def _kind(code: str) -> CodeItem:
    if not code:
        raise DomainError(N_("Choose what was done."))
    found = next((kind for kind in kinds_by_hand() if kind.code == code), None)
    if found is None:
        raise NotFound(N_("There is no such kind of evidence."))
    return found


def _asked(kind: CodeItem, org: Org) -> list[tuple[CodeItem, list[tuple[str, str]]]]:
    scope = current_scope()
    return [(field, choices_of(field, kind, org, scope)) for field in fields_of(kind)]


@bp.get("/new")
@requires(MAY)
def new() -> str:
    """Ask what was done; `kind`, `org` and what it is about can come with the address."""
    given = request.values
    org = _org(given)
    if not given.get("kind"):
        kinds = kinds_by_hand()
        return render_template("evidence/kinds.html", org=org, kinds=kinds, form=form_view())
    kind = _kind(given["kind"])
    today = clock.today()
    asked = _asked(kind, org)
    known = {field.code: given.get(field.code, "") for field, _ in asked}
    form = form_view(client_id=str(uuid.uuid4()), on_date=today.isoformat(), **known)
    return render_template(
        "evidence/new.html",
        org=org,
        kind=kind,
        asked=asked,
        form=form,
        today=today,
        next_url=safe_next(given.get("next")) or "",
    )


def _upload() -> tuple[str, bytes] | None:
    found: FileStorage | None = request.files.get("file")
    return (found.filename, found.read()) if found and found.filename else None


def _cleaned(upload: tuple[str, bytes] | None) -> CleanPhoto | None:
    """Clean a photo before any transaction; a paper stays as it is."""
    if upload is None or not upload[0].lower().endswith(PICTURES):
        return None
    try:
        return clean_photo(upload[1], upload[0])
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        raise FormErrors([FieldError("file", error.message, error.params)]) from error


def _values() -> dict[str, str]:
    """Return what was sent, by form or as a JSON object, as texts."""
    sent = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(sent, dict):
        raise DomainError(N_("The server could not read this request. Go back and try again."))
    return {str(key): "" if value is None else str(value) for key, value in sent.items()}


def _enter() -> tuple[EvidenceEntry, bool]:
    """Keep what was sent, once; return the entry and whether it is new."""
    values = _values()
    org, kind = _org(values), _kind(values.get("kind", ""))
    upload = _upload()
    known = entry_or_none(values.get("client_id", "").strip().lower())
    asked = _asked(kind, org) if known is None else _without_choices(kind, values)
    entered = read_entered(
        values,
        [upload[1]] if upload else [],
        kind=kind,
        org_id=org.id,
        asked=asked,
        today=clock.today(),
    )
    if known is not None:
        ensure_same_submission(known.body_hash, entered.body_hash)
        return known, False
    photo, now = _cleaned(upload), clock.now()
    try:
        with unit_of_work():
            return _write(entered, org.id, kind, upload, photo, now), True
    except IntegrityError:
        # The same arrived a moment ago by another way.
        db.session.rollback()
        known = entry_or_none(entered.client_id)
        if known is None:
            raise
        ensure_same_submission(known.body_hash, entered.body_hash)
        return known, False


def _without_choices(
    kind: CodeItem, values: dict[str, str]
) -> list[tuple[CodeItem, list[tuple[str, str]]]]:
    """Return the fields of what was taken already: what it answers is open no more."""
    return [(field, [(values.get(field.code, ""), "")]) for field in fields_of(kind)]


def _write(
    entered: Entered,
    org_id: int,
    kind: CodeItem,
    upload: tuple[str, bytes] | None,
    photo: CleanPhoto | None,
    now: Any,
) -> EvidenceEntry:
    org, actor, file = get_org(org_id, current_scope()), current_actor(), None
    if photo is not None:
        file = store_photo(photo, org_id=org.id, actor=actor, now=now)
    elif upload is not None:
        name, data = upload
        try:
            file = store(data, name=name, org_id=org.id, actor=actor, now=now, media_types=PAPERS)
        except DomainError as error:
            raise FormErrors([FieldError("file", error.message, error.params)]) from error
    begins = kind.attributes.get("begins", "")
    found = enter_evidence(entered, org=org, begins=begins, file=file, actor=actor, now=now)
    if found.entry is None:
        raise RuntimeError("evidence entered without its entry")
    return found.entry


@form_of(new)
def _from_page() -> ResponseReturnValue:
    entry, _ = _enter()
    back = safe_next(request.form.get("next"))
    return see_other(url_for(".entered", evidence_id=entry.evidence_id, next=back))


def _from_device() -> ResponseReturnValue:
    entry, is_new = _enter()
    return {"id": entry.evidence_id}, 201 if is_new else 200


@bp.post("/new")
@requires(MAY)
@writes_itself
def enter() -> ResponseReturnValue:
    """Keep evidence: 201 for a device, 200 when it sends the same again, 409 for another text."""
    return _from_device() if wants_json() else _from_page()


@bp.get("/<int:evidence_id>/entered")
@requires(MAY)
def entered(evidence_id: int) -> str:
    """Say that evidence is kept, and lead back to where one came from."""
    found = get_entered(evidence_id, current_scope())
    ensure_may(MAY, found.org)
    return render_template(
        "evidence/entered.html",
        found=found,
        said=said_of(found),
        next_url=safe_next(request.args.get("next")),
    )


@bp.get("/<int:evidence_id>")
@requires(Permission.VIEW)
def show(evidence_id: int) -> str:
    """Show a piece of evidence: what was said of it, its file, what answered it."""
    found, actor, today = get_entered(evidence_id, current_scope()), current_actor(), clock.today()
    begins = code_list("evidence_kind").get(found.kind)
    return render_template(
        "evidence/show.html",
        found=found,
        said=said_of(found),
        url=page_of(found) if found.subject_id != found.id else "",
        answers=answers_to(found) if begins and begins.attributes.get("begins") else [],
        may_judge=stands_outside(actor, found.org, Permission.ASSIGN_TASKS, today),
        may_take_back=_may_take_back(found),
        naming=naming,
    )


def _may_take_back(found: Evidence) -> bool:
    account = found.entry.account_id if found.entry else None
    return (
        found.voided_at is None
        and may_here(MAY, found.org)
        and is_own_entry(
            account,
            current_actor().account_ids,
            entered_on=clock.local_date(found.entered_at),
            today=clock.today(),
        )
    )


@bp.get("/<int:evidence_id>/file")
@requires(Permission.VIEW)
def file(evidence_id: int) -> ResponseReturnValue:
    """Hand out the file of evidence that was entered by hand."""
    found = get_entered(evidence_id, current_scope())
    if found.entry is None or found.entry.file is None:
        raise NotFound(N_("There is no such file."))
    return send_stored(found.entry.file)


@bp.get("/<int:evidence_id>/take-back")
@requires(MAY)
def ask_back(evidence_id: int) -> str:
    """Ask why evidence entered today is taken back."""
    found = get_entered(evidence_id, current_scope())
    ensure_may(MAY, found.org)
    return render_template("evidence/take_back.html", found=found, form=form_view(note=""))


@bp.post("/<int:evidence_id>/take-back")
@requires(MAY)
@form_of(ask_back)
@writes
def take_it_back(evidence_id: int) -> ResponseReturnValue:
    """Strike out what one entered oneself the same day."""
    found = get_entered(evidence_id, current_scope())
    ensure_may(MAY, found.org)
    take_back(
        found,
        entered_on=clock.local_date(found.entered_at),
        reason=read_note(request.form),
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("It no longer counts.")), "success")
    return see_other(url_for(".show", evidence_id=found.id))
