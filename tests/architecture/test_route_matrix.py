"""Every route × every role × an object at every place: nothing unexpected answers.

`route_matrix.txt` is a reviewed file: endpoint, methods, mark, kind of object. A route that is not
in it fails. What a role should get is worked out here from the role table alone.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from drillreg.accounts.rules import roles
from drillreg.core.access import Everyone, Permission
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, DrillPhoto, DrillProgramme
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.geo.morton import encode
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.notices.models import Notice
from drillreg.orgs.models import Oversight
from drillreg.orgs.rules import covers
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.work.models import ImportBatch, WorkItem

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
TABLE = Path(__file__).parent / "route_matrix.txt"
ROLES = {
    "county_staff": "county",
    "dept_staff": "bureau",
    "leader": "county",
    "town_staff": "town",
    "unit_liaison": "school",
    "monitor": "village",
    "sysadmin": "county",
    "secadmin": "county",
    "auditor": "county",
}
PLACES = ("county", "town", "other_town", "village", "school", "other_county")
EMPTY_PREVIEW = {
    "counts": dict.fromkeys(["rows", "new", "same", "renamed", "orgs", "problems"], 0),
    "notices": [],
    "problems": [],
    "sample": [],
    "columns": {},
    "encoding": "",
    "extra": {},
}
JPEG = b"\xff\xd8\xff\xe0 not really a picture"
PDF = b"%PDF-1.7 not really a paper"


def rows():
    """Return the reviewed table: endpoint → (methods, mark, kind of object)."""
    found = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
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


def stored(data, name):
    return StoredFile(
        sha256=keep_bytes(data),
        size=len(data),
        media_type="application/pdf",
        name=name,
        created_at=NOW,
    )


def things_at(org):
    """Make one of everything at an organisation and return what routes call it by."""
    paper, picture = stored(PDF, "plan.pdf"), stored(JPEG, "photo.jpg")
    db.session.add_all([paper, picture])
    db.session.flush()
    plan = Plan(org_id=org.id, kind="special", event_type="fire", title="预案", created_at=NOW)
    version = PlanVersion(plan=plan, number=1, created_at=NOW)
    plan_file = PlanFile(version=version, file_id=paper.id)
    site = HazardSite(
        org_id=org.id,
        number=f"S-{org.id}",
        name="滑坡",
        kind="landslide",
        level="red",
        lon=113.9,
        lat=26.9,
        morton=encode(113.9, 26.9),
        source_crs="WGS84",
        created_at=NOW,
    )
    programme = DrillProgramme(
        org_id=org.id,
        title="计划",
        event_type="fire",
        rrule="FREQ=MONTHLY;BYMONTHDAY=1",
        shift="next_working_day",
        starts_on=TODAY,
        created_at=NOW,
    )
    planned = Drill(org_id=org.id, title="演练", event_type="fire", due_on=TODAY, changed_at=NOW)
    held = Drill(
        org_id=org.id,
        title="已演练",
        event_type="fire",
        due_on=TODAY - timedelta(days=3),
        held_on=TODAY - timedelta(days=3),
        status="held",
        participants=5,
        changed_at=NOW,
    )
    batch, org_batch = (
        ImportBatch(
            kind=kind,
            file_id=paper.id,
            file_name="x.csv",
            org_id=org.id,
            created_at=NOW,
            summary=summary,
            options={"shift": "wgs84", "crs": "", "default_level": "yellow"},
        )
        for kind, summary in (
            ("hazards", {}),
            ("divisions", EMPTY_PREVIEW),
        )
    )
    db.session.add_all([plan, version, plan_file, site, programme, planned, held, batch, org_batch])
    db.session.flush()
    check = HazardCheck(
        client_id=f"client-{org.id}",
        body_hash=hashlib.sha256(b"").hexdigest(),
        site_id=site.id,
        result="normal",
        checked_on=TODAY,
        checked_at=NOW,
        entered_at=NOW,
        account_id=0,
        checker_name="监测员",
    )
    report = Report(drill_id=held.id, org_id=org.id, title="总结", created_at=NOW)
    frozen = Report(
        drill_id=held.id, org_id=org.id, edition=2, title="总结", state="approved", created_at=NOW
    )
    drill_photo = DrillPhoto(drill_id=held.id, file_id=picture.id)
    db.session.add_all([check, report, frozen, drill_photo])
    db.session.flush()
    check_photo = CheckPhoto(check_id=check.id, file_id=picture.id)
    finding = Finding(report_id=frozen.id, text="问题")
    db.session.add_all([check_photo, finding])
    db.session.flush()
    action = CorrectiveAction(
        finding_id=finding.id, org_id=org.id, text="措施", person_name="某人", due_on=TODAY
    )
    oversight = db.session.scalar(select(Oversight).where(Oversight.org_id == org.id))
    db.session.add(action)
    db.session.flush()
    return {
        "org": {"org_id": org.id, "oversight_id": oversight.id if oversight else 0},
        "plan": {"plan_id": plan.id, "file_id": plan_file.id},
        "site": {"site_id": site.id, "public_id": site.public_id, "check_id": check.id},
        "check-photo": {"photo_id": check_photo.id},
        "programme": {"programme_id": programme.id},
        "drill": {"drill_id": planned.id, "public_id": planned.public_id},
        "held-drill": {"drill_id": held.id},
        "drill-photo": {"photo_id": drill_photo.id},
        "report": {"report_id": report.id, "public_id": report.public_id},
        "action": {"action_id": action.id},
        "import": {"public_id": batch.public_id},
        "org-import": {"public_id": org_batch.public_id},
    }


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
    return places, things, browsers, foreign


def reaches(role, permission, home, org, bureau):
    """Say from the role table alone whether a role at `home` holds a permission at `org`."""
    table = roles()[role]
    if permission in table.territory and covers(home.path, org.path):
        return True
    overseen = org.name == "白岩镇中心小学" and home.id == bureau.id
    return permission in table.overseen and overseen


def expected(role, access, home, org, bureau):
    """Return 403, 404 or "open" for a role and an object's organisation."""
    permission = Permission(access)
    table = roles()[role]
    if permission not in table.territory | table.overseen:
        return 403
    if not reaches(role, Permission.VIEW, home, org, bureau):
        return 404
    return "open" if reaches(role, permission, home, org, bureau) else 403


def address_of(app, endpoint, values):
    with app.test_request_context():
        (rule,) = list(app.url_map.iter_rules(endpoint))
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


# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE = {
    "reports.decide": "the report is a draft: nothing to decide",
    "reports.settle": "the report is a draft: nothing to decide",
    "reports.pdf": "a draft has no frozen PDF yet",
    "plans.issued": "a draft was not issued yet",
    "hazards.problems": "this import had no bad rows",
    "orgs.end_oversight": "only the school is overseen",
    "orgs.boundary": "no outline was imported",
    "orgs.import_outlines": "this import holds no outlines",
    "orgs.import_problems": "this import had no bad rows",
    "drills.recorded": "the drill was not recorded yet",
}


@pytest.mark.parametrize("role", ROLES)
def test_objects_answer_only_within_reach(app, world, role):
    places, things, browsers, _ = world
    home = places[ROLES[role]]
    wrong = []
    for endpoint, (method, access, kind) in rows().items():
        if kind not in things["town"]:
            continue
        wanted = {
            place: expected(role, access, home, places[place], places["bureau"]) for place in PLACES
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


@pytest.mark.parametrize("role", ROLES)
def test_pages_without_an_object_answer_by_permission(app, world, role):
    browsers = world[2]
    wrong = []
    for endpoint, (method, access, kind) in rows().items():
        if kind != "none" or endpoint in {"accounts.sign_out", "upkeep.readyz"}:
            continue
        status = ask(browsers[role], method, address_of(app, endpoint, {}))
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
    for endpoint, (method, _, kind) in rows().items():
        if kind in things["town"] and method == "GET" and endpoint.endswith(".show"):
            values = dict.fromkeys(things["town"][kind], 10**9)
            missing = browsers["town_staff"].get(address_of(app, endpoint, values))
            foreign = browsers["town_staff"].get(
                address_of(app, endpoint, things["other_county"][kind])
            )
            assert missing.status_code == foreign.status_code == 404
            assert missing.text.split("<main")[1] == foreign.text.split("<main")[1]


def test_every_kind_of_the_table_is_known(world):
    known = {*world[1]["town"], *world[3], "none", "token"}
    assert {kind for _, _, kind in rows().values()} <= known
