"""One of everything of the thread at an organisation, and what routes call it by."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.drills.models import Drill, DrillPhoto, DrillProgramme
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.geo.morton import encode
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.orgs.models import Oversight
from drillreg.plans.models import Plan, PlanFile, PlanSection, PlanVersion
from drillreg.reports.models import CorrectiveAction, Finding, Report

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
JPEG = b"\xff\xd8\xff\xe0 not really a picture"
PDF = b"%PDF-1.7 not really a paper"

# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE = {
    "reports.decide": "the report is a draft: nothing to decide",
    "reports.settle": "the report is a draft: nothing to decide",
    "reports.pdf": "a draft has no frozen PDF yet",
    "plans.issued": "a draft was not issued yet",
    "plans.abridge": "only the line of a classified plan has an abridged version of its own",
    "plans.attach_abridged_now": "only the line of a classified plan has one",
    "orgs.end_oversight": "only the school is overseen",
    "orgs.boundary": "no outline was imported",
    "drills.recorded": "the drill was not recorded yet",
}


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
    db.session.add_all([plan, version, plan_file, site, programme, planned, held])
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
    section = PlanSection(
        version_id=version.id, key="scope", position=0, heading="范围", body="村。", edited_at=NOW
    )
    check_photo = CheckPhoto(check_id=check.id, file_id=picture.id)
    finding = Finding(report_id=frozen.id, text="问题")
    db.session.add_all([section, check_photo, finding])
    db.session.flush()
    action = CorrectiveAction(
        finding_id=finding.id, org_id=org.id, text="措施", person_name="某人", due_on=TODAY
    )
    oversight = db.session.scalar(select(Oversight).where(Oversight.org_id == org.id))
    db.session.add(action)
    db.session.flush()
    return {
        "org": {"org_id": org.id, "oversight_id": oversight.id if oversight else 0},
        "plan": {
            "plan_id": plan.id,
            "file_id": plan_file.id,
            "section_id": section.id,
            "number": version.number,
        },
        "site": {"site_id": site.id, "public_id": site.public_id, "check_id": check.id},
        "check-photo": {"photo_id": check_photo.id},
        "programme": {"programme_id": programme.id},
        "drill": {"drill_id": planned.id, "public_id": planned.public_id},
        "held-drill": {"drill_id": held.id},
        "drill-photo": {"photo_id": drill_photo.id},
        "report": {"report_id": report.id, "public_id": report.public_id},
        "action": {"action_id": action.id},
    }
