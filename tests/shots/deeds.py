"""What has to be done before some pages exist: imports, an issue, a record, a check, a feed."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from drillreg.books.models import ActionCard, PlanAbridged
from drillreg.core.db import db
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.rules import DrillStatus
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org, Oversight
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState
from drillreg.signoffs.models import SignOff
from drillreg.signoffs.rules import SignOffState
from tests.documents.words import TOWN_PLAN, plan_file
from tests.journeys import made
from tests.shots.pages import Sight, Walk, own_path

LEDGER_PLACE = (113.9, 26.9)


def _file(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def _post(client: FlaskClient, path: str, **fields) -> str:
    """Send a form and return where it leads."""
    answer = client.post(path, data=fields, content_type="multipart/form-data")
    if answer.status_code != 303:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[-1500:]}")
    return own_path(path, answer.location)


def _id(site, statement) -> int:
    with site.app.app_context():
        found = db.session.scalar(statement.limit(1))
    if found is None:
        raise RuntimeError(f"the demo holds nothing for {statement}")
    return found


def deeds(walk: Walk) -> Iterator[Sight]:
    """Do them one after the other and yield the pages that exist from then on."""
    site = walk.site
    site.app.config["WTF_CSRF_ENABLED"] = False
    yield from _imports(walk)
    yield from _issue(walk)
    yield from _signing(walk)
    yield from _not_published(walk)
    yield from _record(walk)
    yield from _check(walk)
    yield from _phone(walk)
    yield from _ground(walk)
    yield from _books(walk)


def _imports(walk: Walk) -> Iterator[Sight]:
    county = _id(walk.site, select(Org.id).where(Org.kind == "county").order_by(Org.id))
    clerk = walk.client("clerk")
    send = {"org_id": county, "shift": "wgs84"}
    sites = {"kind": "hazards", "default_level": "yellow", **send}
    ledger = _file(made.ledger(*LEDGER_PLACE), "隐患点台账.xlsx")
    found = _post(clerk, "/imports/new", file=ledger, **sites)
    yield Sight("clerk", found, "imports.show", "preview")
    yield Sight("clerk", f"{found}/header", "imports.header")
    yield Sight("clerk", f"{found}/columns", "imports.columns")
    for kind in ("hazards", "organisations", "divisions", "boundaries"):
        yield Sight("clerk", f"/imports/new?kind={kind}", "imports.new", kind)
    other = made.ledger(LEDGER_PLACE[0] + 0.01, LEDGER_PLACE[1], number="SY")
    applied = _post(clerk, "/imports/new", file=_file(other, "石桥.xlsx"), **sites)
    work = _post(clerk, f"{applied}/apply")
    yield Sight("clerk", work, "work.show")
    yield Sight("clerk", "/work/", "work.index")
    yield Sight("clerk", applied, "imports.show", "applied")
    units = _file(made.organisations(extra=True), "单位.csv")
    found = _post(clerk, "/imports/new", file=units, kind="organisations", **send)
    yield Sight("clerk", found, "imports.show", "organisations")
    unknown = _file("甲,乙\n1,2\n".encode(), "看不出.csv")
    found = _post(clerk, "/imports/new", file=unknown, kind="organisations", **send)
    yield Sight("clerk", f"{found}/columns", "imports.columns", "unknown")
    outlines = _file(made.outlines(), "边界.geojson")
    found = _post(clerk, "/imports/new", file=outlines, kind="boundaries", **send)
    yield Sight("clerk", found, "imports.show", "boundaries")
    yield Sight("clerk", "/imports/", "imports.index")


def _issue(walk: Walk) -> Iterator[Sight]:
    draft = select(Plan.id).join(PlanVersion, PlanVersion.plan_id == Plan.id)
    today = walk.today()
    town = _id(walk.site, select(Org.id).where(Org.name == made.TOWN))
    client = walk.client("town")
    paper = _file(made.paper(), "预案.pdf")
    path = _post(
        client,
        f"/plans/new?org={town}",
        kind="special",
        event_type="food",
        secrecy="public",
        papers=paper,
    )
    yield Sight("town", f"{path}/issue", "plans.issue")
    yield Sight("town", f"{path}/papers", "plans.papers")
    yield Sight("town", f"{path}/withdraw", "plans.withdraw")
    yield Sight("town", f"{path}/word", "plans.word")
    read = _post(client, f"{path}/word", file=_file(plan_file(*TOWN_PLAN), "防汛预案.docx"))
    yield Sight("town", read, "plans.preview_word")
    papers = client.get(f"{path}/papers").text
    yield Sight("town", re.search(r"/plans/[0-9]+/papers/[0-9]+/void", papers)[0], "plans.void")
    number = f"number=白府发〔{today.year}〕57号&issued_on={today.isoformat()}"
    yield Sight("town", f"{path}/issue/check?{number}", "plans.check")
    issued = draft.where(PlanVersion.state == VersionState.CURRENT, Plan.org_id == town)
    yield Sight("town", f"/plans/{_id(walk.site, issued)}/issued", "plans.issued")
    line = _post(client, f"/plans/new/line?org={town}", kind="special", event_type="health")
    yield Sight("town", line, "plans.show", "line")
    yield Sight("town", f"{line}/abridged", "plans.abridge")


def _signing(walk: Walk) -> Iterator[Sight]:
    """Yield the steps of the demo's sign-offs, each as whom it waits for sees it."""
    running = select(SignOff.url).where(SignOff.state == SignOffState.OPEN).order_by(SignOff.id)
    with walk.site.app.app_context():
        asking, approving = db.session.scalars(running).all()[:2]
    yield Sight("clerk", f"{asking}/consult", "plans.step", "consult")
    yield Sight("clerk", f"{asking}/experts", "plans.step", "experts")
    yield Sight("leader", f"{approving}/approve", "plans.step", "approve")
    yield Sight("clerk", f"{approving}/approve", "plans.step", "paper")
    yield Sight("clerk", f"{approving}/withdraw", "plans.call_back")


def _not_published(walk: Walk) -> Iterator[Sight]:
    internal = (
        select(Plan.id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .where(Plan.secrecy == Secrecy.INTERNAL, PlanVersion.state == VersionState.CURRENT)
    )
    path = f"/filings/plans/{_id(walk.site, internal)}"
    yield Sight("clerk", f"{path}/publish", "filings.publish", "internal")
    yield Sight("clerk", f"{path}/exempt", "filings.exempt")


def _record(walk: Walk) -> Iterator[Sight]:
    today = walk.today()
    due = (
        select(Drill.id)
        .join(Org, Org.id == Drill.org_id)
        .where(
            Drill.status == DrillStatus.PLANNED,
            Drill.voided_at.is_(None),
            Org.name == made.SCHOOL,
            Drill.due_on <= today + timedelta(days=120),
        )
        .order_by(Drill.due_on)
    )
    drill = _id(walk.site, due)
    path = _post(
        walk.client("school"),
        f"/drills/{drill}/record",
        held_on=today.isoformat(),
        participants="598",
        evacuation_minutes="2",
        evacuation_seconds="41",
        mode="full",
        improvements="二年级楼梯口出现拥挤",
        rows="6",
        photos=_file(made.photo("steelblue"), "操场.jpg"),
    )
    yield Sight("school", path, "drills.recorded")
    yield Sight("school", f"/drills/{drill}/record", "drills.record", "correction")


def _check(walk: Walk) -> Iterator[Sight]:
    client = walk.client("monitor")
    page = client.get("/hazards/mine").text
    code = page.split("/h/")[1].split('"')[0]
    path = _post(
        client,
        f"/h/{code}",
        client_id="3f0c3ac0-6b53-4f5e-9b5f-0f8b6c1f5a01",
        checked_on=walk.today().isoformat(),
        result="abnormal",
        note="坡脚新裂缝，长约 3 米，已拉警戒线",
        photo=_file(made.photo("sienna"), "坡脚.jpg"),
    )
    yield Sight("monitor", path, "hazards.check_done")
    found = select(HazardSite.id).where(HazardSite.public_id == code)
    yield Sight("monitor", f"/hazards/{_id(walk.site, found)}", "hazards.show", "abnormal")


def _phone(walk: Walk) -> Iterator[Sight]:
    """Show a code for a phone, and what the phone sees that scans it."""
    client = walk.client("town")
    page = client.get("/phones/new").text
    monitor = re.search(r'<option value="([\w-]{22})"', page)[1]
    path = _post(client, "/phones/new", account=monitor)
    yield Sight("town", path, "people.phone", "code")
    secret = re.search(r"/bind/[0-9a-f]{32}", client.get(path).text)[0]
    yield Sight("", secret, "people.bind")


def _named(walk: Walk, name: str) -> int:
    return _id(walk.site, select(Org.id).where(Org.name == name, Org.closed_on.is_(None)))


def _ground(walk: Walk) -> Iterator[Sight]:
    """Yield the pages that say what a change of the ground would do."""
    site = walk.site
    school, other = _named(walk, "下坝小学"), _named(walk, "竹源镇中心小学")
    town, bureau = _named(walk, "云溪镇"), _named(walk, "县教育局")
    village, grids = _named(walk, "坳背村"), _named(walk, "岭下村")
    with site.app.app_context():
        divisions = {
            name: db.session.scalar(select(Org.division_id).where(Org.name == name).limit(1))
            for name in ("坳背村", "杨梅村", "溪口村")
        }
        oversights = db.session.scalars(
            select(Oversight.id).where(Oversight.overseer_id == bureau, Oversight.to_on.is_(None))
        ).all()[:3]
        planned = db.session.scalar(
            select(DrillProgramme.id).where(DrillProgramme.org_id == other).limit(1)
        )
    day = walk.today().isoformat()
    tail = f"from_on={day}&reason=县编办〔2026〕3号"
    move, merge = f"/orgs/{school}/change/move/check", f"/orgs/{school}/change/merge/check"
    yield Sight("clerk", f"{move}?target_id={town}&{tail}", "orgs.check_change", "move")
    yield Sight("clerk", f"{merge}?target_id={other}&{tail}", "orgs.check_change", "merge")
    split = f"name=竹源镇分校&kind=school&target_id={town}&{tail}&thing=programmes:{planned}"
    yield Sight("clerk", f"/orgs/{other}/split/check?{split}", "orgs.check_split")
    yield Sight("clerk", f"/orgs/{other}", "orgs.show", "story")
    yield Sight("clerk", f"/orgs/{bureau}/supervised", "orgs.supervised")
    add = f"field=education&kinds=school&kinds=kindergarten&from_on={day}"
    yield Sight("clerk", f"/orgs/{bureau}/supervised/add/check?{add}", "orgs.check_supervised")
    ending = "&".join(f"oversight={id_}" for id_ in oversights)
    end = f"/orgs/{bureau}/supervised/end/check?{ending}&to_on={day}"
    yield Sight("clerk", end, "orgs.check_end")
    many = f"attribute=boarding&kind=school&value=1&from_on={day}&whole_list=1"
    yield Sight("clerk", f"/orgs/attributes/check?{many}", "orgs.check_many")
    yield Sight("clerk", f"/orgs/{grids}/grids", "orgs.grids", "full")
    names = f"names=坳背村第一网格%0A坳背村第二网格&from_on={day}"
    yield Sight("clerk", f"/orgs/{village}/grids/check?{names}", "orgs.check_grids")
    yield Sight("clerk", f"/orgs/divisions/{divisions['溪口村']}", "orgs.show_division", "renamed")
    change = f"/orgs/divisions/{divisions['坳背村']}/change/merge/check"
    merged = f"target_id={divisions['杨梅村']}&from_on={day}&document=民函〔2026〕12号"
    yield Sight("clerk", f"{change}?{merged}", "orgs.check_division")
    yield Sight("clerk", "/orgs/new?kind=enterprise", "orgs.new", "enterprise")


def _books(walk: Walk) -> Iterator[Sight]:
    """Show the plan with an abridged text and cards, to read and to write, and a book asked for."""
    plan = _id(walk.site, select(PlanAbridged.plan_id))
    card = _id(walk.site, select(ActionCard.id))
    own = f"/books/plans/{plan}"
    yield Sight("town", f"{own}/abridged", "books.abridged")
    yield Sight("town", f"{own}/abridged/edit", "books.abridged_edit")
    yield Sight("town", f"{own}/cards", "books.cards")
    yield Sight("town", f"{own}/cards/new", "books.card_new")
    yield Sight("town", f"{own}/cards/{card}", "books.card_edit")
    clerk = walk.client("clerk")
    town = _id(walk.site, select(Plan.org_id).where(Plan.id == plan))
    work = _post(clerk, "/books/", org=town, own="1")
    yield Sight("clerk", work, "work.show", "book")
    yield Sight("clerk", "/books/", "books.index")
