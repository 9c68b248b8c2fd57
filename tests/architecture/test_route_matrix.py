"""Every route × every role × an object at every place: nothing unexpected answers.

`route_matrix/` holds a reviewed file for each package: endpoint, method, mark, kind of object. A
route that is not in it fails. What a role should get is worked out from the role table alone.
"""

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from drillreg.accounts.rules import roles
from drillreg.core.access import Everyone, Permission
from drillreg.core.db import db, unit_of_work
from drillreg.notices.models import Notice
from drillreg.orgs.rules import covers
from drillreg.work.models import WorkItem

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TABLES = Path(__file__).parent / "route_matrix"
ROLES = {
    "county_staff": "county",
    "dept_staff": "bureau",
    "leader": "county",
    "supervisor": "county",
    "town_staff": "town",
    "unit_liaison": "school",
    "monitor": "village",
    "evaluator": "county",
    "sysadmin": "county",
    "secadmin": "county",
    "auditor": "county",
}
# What a role may do is the same on both databases; reach by place and by field is asked of both.
ON_BOTH = [
    pytest.param(
        role, marks=() if role in {"dept_staff", "town_staff"} else pytest.mark.one_database
    )
    for role in ROLES
]
PLACES = ("county", "town", "other_town", "village", "school", "other_county")


def _all_things():
    """Return the modules of `things/`: each makes what its feature keeps at an organisation."""
    folder = Path(__file__).parent / "things"
    return [
        importlib.import_module(f"tests.architecture.things.{path.stem}")
        for path in sorted(folder.glob("*.py"))
    ]


THINGS = _all_things()
MAY_REFUSE = {name: why for module in THINGS for name, why in module.MAY_REFUSE.items()}
# Kinds of objects that lie at no organisation, such as a setting; they answer by permission alone.
PLACELESS = {
    kind: values
    for module in THINGS
    for kind, values in getattr(module, "PLACELESS", {"none": {}}).items()
}
# What an object itself asks for, where its routes are open to everybody who is signed in.
NEEDS = {kind: need for module in THINGS for kind, need in getattr(module, "NEEDS", {}).items()}


def rows():
    """Return the reviewed table: endpoint → (methods, mark, kind of object)."""
    found = {}
    for path in sorted(TABLES.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            endpoint, method, access, kind = line.split()
            found[endpoint] = (method, access, kind)
    return found


def test_the_table_holds_exactly_the_routes_of_the_application(app):
    real = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            method = "POST" if "POST" in rule.methods else "GET"
            real[rule.endpoint] = (method, str(app.view_functions[rule.endpoint].access))
    assert {endpoint: row[:2] for endpoint, row in rows().items()} == real


def things_at(org):
    """Make one of everything at an organisation and return what routes call it by."""
    return {kind: names for module in THINGS for kind, names in module.things_at(org).items()}


@pytest.fixture
def world(app, county, as_role):
    """Objects at every place, and a browser for every role."""
    places = {name: getattr(county, name) for name in (*PLACES, "bureau")}
    with app.app_context(), unit_of_work():
        things = {name: things_at(places[name]) for name in PLACES}
        owner = WorkItem(kind="x", title="x", args={}, account_id=0, created_at=NOW)
        db.session.add(owner)
        db.session.flush()
        foreign_work = owner.public_id
    browsers = {role: as_role(role, places[home]) for role, home in ROLES.items()}
    with app.app_context(), unit_of_work():
        notice = Notice(
            account_id=1, occasion="x", kind="x", message="x", params={}, created_at=NOW
        )
        db.session.add(notice)
        db.session.flush()
        foreign = {"work": {"public_id": foreign_work}, "notice": {"notice_id": notice.id}}
        for module in THINGS:
            foreign |= getattr(module, "foreign_things", dict)()
    return places, things, browsers, foreign


def reaches(role, permission, home, org, bureau):
    """Say from the role table alone whether a role at `home` holds a permission at `org`."""
    table = roles()[role]
    if permission in table.territory and covers(home.path, org.path):
        return True
    overseen = org.name == "白岩镇中心小学" and home.id == bureau.id
    return permission in table.overseen and overseen


def expected(role, access, kind, home, org, bureau):
    """Return 403, 404 or "open" for a role and an object's organisation."""
    by_object = access in set(Everyone)
    permission = Permission(NEEDS[kind] if by_object else access)
    table = roles()[role]
    if not by_object and permission not in table.territory | table.overseen:
        return 403
    if reaches(role, permission, home, org, bureau):
        return "open"  # administrators see nothing else, but what they look after
    return 403 if reaches(role, Permission.VIEW, home, org, bureau) else 404


def address_of(app, endpoint, values):
    with app.test_request_context():
        (rule,) = list(app.url_map.iter_rules(endpoint))
        values = {"fmt": "xlsx", **values}  # every export takes it
        unknown = rule.arguments - set(values)
        assert not unknown, f"{endpoint}: say in things_at() what {unknown} is"
        return rule.build({name: values[name] for name in rule.arguments})[1]


def ask(browser, method, address):
    # Straight past the strict reading of HTML: that is what the pages' own tests are for.
    response = FlaskClient.open(browser, address, method=method, headers={"Accept": "text/html"})
    response.close()
    return response.status_code


def is_open(status):
    return status < 500 and status not in {401, 403, 404, 405}


@pytest.mark.parametrize("role", ON_BOTH)
def test_objects_answer_only_within_reach(app, world, role):
    places, things, browsers, _ = world
    home = places[ROLES[role]]
    wrong = []
    for endpoint, (method, access, kind) in rows().items():
        if kind not in things["town"]:
            continue
        wanted = {
            place: expected(role, access, kind, home, places[place], places["bureau"])
            for place in PLACES
        }
        # Every closed door is tried; of the open ones, which all lead to the same view, the first.
        opened = [place for place in PLACES if wanted[place] == "open"][:1]
        for place in [p for p in PLACES if wanted[p] != "open"] + opened:
            status = ask(browsers[role], method, address_of(app, endpoint, things[place][kind]))
            fits = is_open(status) if place in opened else status == wanted[place]
            if place in opened and endpoint in MAY_REFUSE:
                fits = status < 500
            if not fits:
                wrong.append(f"{endpoint} at {place}: {status}, not {wanted[place]}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", ON_BOTH)
def test_pages_without_an_object_answer_by_permission(app, world, role):
    browsers = world[2]
    wrong = []
    for endpoint, (method, access, kind) in rows().items():
        if kind not in PLACELESS or endpoint in {"accounts.sign_out", "upkeep.readyz"}:
            continue
        status = ask(browsers[role], method, address_of(app, endpoint, PLACELESS[kind]))
        allowed = access in set(Everyone) or (
            Permission(access) in roles()[role].territory | roles()[role].overseen
        )
        if not (is_open(status) if allowed else status == 403):
            wrong.append(f"{endpoint}: {status}, allowed: {allowed}")
    assert wrong == [], "\n".join(wrong)


def test_work_and_notices_of_others_are_not_there(app, world):
    _, _, browsers, foreign = world
    for endpoint, (method, _, kind) in rows().items():
        if kind in foreign:
            address = address_of(app, endpoint, foreign[kind])
            assert ask(browsers["town_staff"], method, address) == 404, endpoint


def test_what_does_not_exist_looks_the_same_as_what_is_out_of_reach(app, world):
    _, things, browsers, _ = world
    for endpoint, (method, access, kind) in rows().items():
        if kind in things["town"] and method == "GET" and endpoint.endswith(".show"):
            asking = browsers["secadmin" if access == "manage-accounts" else "town_staff"]
            values = dict.fromkeys(things["town"][kind], 10**9)
            missing = asking.get(address_of(app, endpoint, values))
            foreign = asking.get(address_of(app, endpoint, things["other_county"][kind]))
            assert missing.status_code == foreign.status_code == 404
            assert missing.text.split("<main")[1] == foreign.text.split("<main")[1]


def test_every_kind_of_the_table_is_known(world):
    known = {*world[1]["town"], *world[3], *PLACELESS, "token"}
    assert {kind for _, _, kind in rows().values()} <= known
