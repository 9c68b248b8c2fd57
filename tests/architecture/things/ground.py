"""Contacts, rosters and resources at an organisation."""

from datetime import UTC, date, datetime

from drillreg.accounts.models import Person, Post
from drillreg.core.db import db
from drillreg.network.models import Duty, HandOver, RosterMonth
from drillreg.resources.models import RescueTeam, Shelter, Supply

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)

MAY_REFUSE = {
    "contacts.verify_now": "the post may have ended by another row of the table",
    "contacts.end_now": "the post may have ended by another row of the table",
    "roster.publish_now": "published once, by the first who may",
    "roster.note_seen": "read once, by the first who may",
    "resources.teams_check": "it may have been struck out by another row of the table",
    "resources.supplies_check": "it may have been struck out by another row of the table",
    "resources.shelters_check": "it may have been struck out by another row of the table",
}


def things_at(org):
    """Make a post, a roster and one resource of each kind; return what routes call them by."""
    person = Person(name="某人", phone="13800000000")
    db.session.add(person)
    db.session.flush()
    post = Post(
        person_id=person.id,
        org_id=org.id,
        kind="liaison",
        title="联络员",
        phone="13800000000",
        from_on=date(2025, 1, 1),
    )
    kept = {"org_id": org.id, "created_at": NOW, "lon": 113.9, "lat": 26.9}
    team = RescueTeam(**kept, name="队伍", kind="fire", members=5)
    supply = Supply(**kept, name="物资", kind="flood", amount=5, unit="件")
    shelter = Shelter(**kept, name="场所", kind="short", place="indoor", capacity=50)
    db.session.add_all([post, team, supply, shelter])
    db.session.add(RosterMonth(org_id=org.id, month=TODAY.replace(day=1), changed_at=NOW))
    db.session.add(Duty(org_id=org.id, day=TODAY, position="officer", place=0, name="某人"))
    db.session.add(
        HandOver(
            org_id=org.id,
            day=TODAY,
            happened="正常",
            written_at=NOW,
            writer_id=0,
            writer_name="某人",
        )
    )
    db.session.flush()
    return {
        "post": {"post_id": post.id},
        "roster": {"org_id": org.id, "day": TODAY.isoformat()},
        "team": {"resource_id": team.id},
        "supply": {"resource_id": supply.id},
        "shelter": {"resource_id": shelter.id},
    }
