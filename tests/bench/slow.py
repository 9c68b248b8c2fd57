"""The product with one page more: a request that lasts as long as it is told."""

import time

from flask import Flask

from drillreg.app import create_app
from drillreg.core.access import public

LONGEST = 30


@public
def sleep(seconds: int) -> str:
    """Answer after some seconds, as a slow preview does."""
    time.sleep(min(seconds, LONGEST))
    return "awake"


def create() -> Flask:
    """Build the product with that page."""
    app = create_app()
    app.add_url_rule("/sleep/<int:seconds>", view_func=sleep)
    return app
