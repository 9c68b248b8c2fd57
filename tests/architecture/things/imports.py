"""An import that waits for its choice, at an organisation."""

from datetime import UTC, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.imports.summary import NOTHING
from drillreg.work.models import ImportBatch

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TABLE = "编号,名称,经度,纬度\nH-1,坡,113.9,26.9\n".encode()

MAY_REFUSE = {
    "imports.explained": "no row of this import is explained",
    "imports.on_map": "nothing of this import lies on a map",
    "imports.undo": "it was not applied yet",
    "imports.apply": "nothing of it can come in",
}
# Their routes are open to everybody who is signed in and ask for this where the import is for.
NEEDS = {"import": "edit-hazards"}


def things_at(org):
    """Make an import at an organisation and return what routes call it by."""
    stored = StoredFile(
        sha256=keep_bytes(TABLE),
        size=len(TABLE),
        media_type="text/csv",
        name="x.csv",
        created_at=NOW,
    )
    db.session.add(stored)
    db.session.flush()
    batch = ImportBatch(
        kind="hazards",
        file_id=stored.id,
        file_name="x.csv",
        org_id=org.id,
        created_at=NOW,
        summary={**NOTHING, "read": True, "header": ["编号", "名称", "经度", "纬度"]},
        options={"shift": "wgs84", "default_level": "yellow", "files": [[stored.id, "x.csv"]]},
        digest=stored.sha256,
    )
    db.session.add(batch)
    db.session.flush()
    return {"import": {"public_id": batch.public_id}}
