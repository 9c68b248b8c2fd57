"""Photos and papers of a form: photos are cleaned before any transaction."""

from collections.abc import Sequence
from datetime import datetime

from flask import request

from drillreg.core.access import Actor
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.files.models import StoredFile
from drillreg.files.operations import store
from drillreg.files.photos import CleanPhoto, clean_photo, store_photo
from drillreg.i18n import N_

MOST_PHOTOS = 6
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp"


def sent_photos(field: str) -> list[tuple[str, bytes]]:
    """Return the photos that were chosen in a field as they came, at most six."""
    found = [
        (sent.filename or "photo.jpg", sent.read())
        for sent in request.files.getlist(field)
        if sent and sent.filename
    ]
    if len(found) > MOST_PHOTOS:
        sentence = N_("At most %(most)d photos are kept at once.")
        raise FormErrors([FieldError(field, sentence, {"most": MOST_PHOTOS})])
    return found


def cleaned(field: str, sent: Sequence[tuple[str, bytes]]) -> list[CleanPhoto]:
    """Return photos without their metadata; call it outside any transaction."""
    try:
        return [clean_photo(data, name) for name, data in sent]
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        raise FormErrors([FieldError(field, error.message, error.params)]) from error


class Scan:
    """A signed paper that was chosen: a photo, cleaned, or a PDF."""

    def __init__(self, field: str) -> None:
        sent = request.files.get(field)
        self.name = (sent.filename or "") if sent else ""
        self.data = sent.read() if sent and self.name else b""
        is_photo = self.name.lower().endswith(PICTURES)
        self.photo = cleaned(field, [(self.name, self.data)])[0] if is_photo else None

    def keep(self, *, org_id: int, actor: Actor, now: datetime) -> StoredFile | None:
        """Store it, in a unit of work; None when nothing was chosen."""
        if self.photo is not None:
            return store_photo(self.photo, org_id=org_id, actor=actor, now=now)
        if not self.name:
            return None
        kinds = frozenset({"application/pdf"})
        return store(
            self.data, name=self.name, org_id=org_id, actor=actor, now=now, media_types=kinds
        )
