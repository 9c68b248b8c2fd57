"""Files of a form: photos are cleaned before any transaction, papers stay as they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import FileStorage

from drillreg.core.access import Actor
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.files.models import StoredFile
from drillreg.files.operations import OFFICE, store
from drillreg.files.photos import CleanPhoto, clean_photo, store_photo

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
PAPERS = frozenset({"application/pdf", "application/x-ole-storage", *OFFICE.values()})
ACCEPT = ".pdf,.doc,.docx,.wps,.xls,.xlsx,.jpg,.jpeg,.png,.webp"


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, and the cleaned photo where it is one; `field` is its field."""

    field: str
    name: str
    data: bytes
    photo: CleanPhoto | None = None

    def keep(self, *, org_id: int, actor: Actor, now: datetime) -> StoredFile:
        """Store it, in a unit of work; raise FormErrors when its kind is not taken."""
        if self.photo is not None:
            return store_photo(self.photo, org_id=org_id, actor=actor, now=now)
        with _beside(self.field):
            return store(
                self.data, name=self.name, org_id=org_id, actor=actor, now=now, media_types=PAPERS
            )


class _beside:  # noqa: N801 - reads like a word where it is used
    """Lay what is wrong with a file beside its field."""

    def __init__(self, field: str) -> None:
        self.field = field

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DomainError) and error.status == DomainError.status:
            raise FormErrors([FieldError(self.field, error.message, error.params)]) from error


def read_uploads(files: Mapping[str, FileStorage], fields: Collection[str]) -> dict[str, Upload]:
    """Return the files that were chosen, by field; call it outside any transaction."""
    found = {}
    for field in fields:
        sent = files.get(field)
        if sent is None or not sent.filename:
            continue
        data, photo = sent.read(), None
        if sent.filename.lower().endswith(PICTURES):
            with _beside(field):
                photo = clean_photo(data, sent.filename)
        found[field] = Upload(field, sent.filename, data, photo)
    return found
