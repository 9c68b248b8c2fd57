"""Answers that a browser may keep: nothing is computed again while nothing has changed."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request

from drillreg.i18n import current_locale


def unchanged_or(key: Sequence[Any], make: Callable[[], Response]) -> Response:
    """Answer 304 when the browser has the answer of this key and language, else `make()`.

    `key` must hold everything the answer depends on, the reach of the person included.
    """
    text = json.dumps([*key, current_locale()], default=str, ensure_ascii=False)
    etag = hashlib.sha256(text.encode()).hexdigest()[:32]
    known = request.if_none_match.contains_weak(etag)
    response = Response(status=304) if known else make()
    response.set_etag(etag, weak=True)
    return response
