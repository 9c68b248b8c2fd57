"""Every route says who may call it, and only writing views take anything but GET."""

import pytest

from drillreg.core.access import Everyone
from tests.conftest import plain_values

READS = {"GET", "HEAD", "OPTIONS"}
# Open to anyone on purpose: each with its reason.
OPEN = {
    "accounts.sign_in": "the way in",
    "accounts.sign_in_now": "the way in; opens its own transaction, so that a failure counts",
    "accounts.code": "the second step of the way in",
    "accounts.code_now": "the second step of the way in",
    "accounts.setup": "404 but on an empty installation, and then for whoever knows its code",
    "accounts.set_up": "the same",
    "people.bind": "the address carries a code that opens once, for a quarter of an hour",
    "people.bind_now": "the same",
    "accounts.language": "also before signing in",
    "accounts.text_size": "also before signing in",
    "upkeep.healthz": "for the machine that watches the machine",
    "upkeep.readyz": "for the machine that watches the machine",
    "upkeep.trust": "phones must trust the office's authority before they sign in",
    "upkeep.authority": "a certificate holds nothing secret",
    "drills.feed": "the address carries a revocable token; rights are looked up at each read",
    "reports.check": "says genuine or not, and nothing else",
    "published.index": "plans the law makes public (国办发〔2024〕5号 §28), never internal ones",
    "published.show": "a plan that was made known to the public; of an abridged one no more",
    "published.paper": "the text of such a plan as a file",
}


def views(app):
    return [
        (rule, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    ]


def test_only_the_known_routes_are_open_to_anyone(app):
    found = {rule.endpoint for rule, view in views(app) if view.access is Everyone.PUBLIC}
    assert found <= set(OPEN)


def test_views_write_exactly_when_they_are_not_get(app):
    wrong = [
        rule.endpoint
        for rule, view in views(app)
        if not getattr(view, "own_transaction", False)
        and getattr(view, "writes", False) is (rule.methods <= READS)
    ]
    assert wrong == []


def test_no_address_takes_both_reading_and_writing(app):
    mixed = [r.endpoint for r, _ in views(app) if "GET" in r.methods and "POST" in r.methods]
    assert mixed == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_signing_in_nothing_opens(app, method):
    browser = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, view in views(app):
        if view.access is Everyone.PUBLIC or method.upper() not in rule.methods:
            continue
        with app.test_request_context():
            address = rule.build(plain_values(rule), append_unknown=False)[1]
        response = getattr(browser, method)(address)
        assert response.status_code == 303, (rule.endpoint, response.status_code)
        assert response.location.startswith("/sign-in")
