"""Handing out stored files; the caller has checked who may read."""

from flask import Response, send_file

from drillreg.files.models import StoredFile
from drillreg.files.operations import path_of

SANDBOXED = "sandbox; default-src 'none'"
# Browsers refuse to open their PDF viewer in a sandboxed page; a PDF runs no script of ours.
FILE_POLICY = {
    "application/pdf": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
}
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})


def send_stored(found: StoredFile, *, thumbnail: bool = False) -> Response:
    """Answer with a stored file: pictures and PDF may be shown, anything else is a download."""
    small = found.thumbnail_sha256 if thumbnail else None
    response: Response = send_file(
        path_of(small or found.sha256),
        mimetype=found.media_type,
        as_attachment=found.media_type not in SHOWN,
        download_name=found.name,
        etag=small or found.sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY.get(found.media_type, SANDBOXED)
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
