"""A small application that renders the shared macros without a database."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import StrictUndefined

from drillreg import i18n
from drillreg.core import page
from drillreg.core.assets import ROOT

Render = Callable[..., BeautifulSoup]


@pytest.fixture(scope="module")
def shell() -> Flask:
    app = Flask("drillreg", template_folder=str(ROOT / "templates"))
    app.secret_key = "test"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    i18n.init_app(app)
    page.init_app(app)
    return app


@pytest.fixture
def render(shell: Flask) -> Render:
    """Render a piece of template; `path` is the address asked for, in English unless it says."""

    def run(source: str, *, path: str = "/list?lang=en", **context: object) -> BeautifulSoup:
        text = '{% import "shared/ui.html" as ui with context %}' + source
        with shell.test_request_context(path):
            template = shell.jinja_env.from_string(text)
            shell.update_template_context(context)
            return BeautifulSoup(template.render(**context), "html5lib")

    return run
