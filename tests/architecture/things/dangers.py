"""A registered danger, a draft and a return at an organisation, and what routes call them by."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.dangers.models import Danger, DangerPhoto, DangerReturn
from tests.architecture.things.thread import JPEG, PDF, stored

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)

MAY_REFUSE = {
    "dangers.review": "nothing was reported yet, and whoever reads may not verify",
    "dangers.review_now": "nothing was reported yet, and whoever reads may not verify",
    "dangers.sheet": "nothing was reported yet",
    "dangers.extension": "no deadline runs",
    "dangers.extension_asked": "no deadline runs",
    "dangers.extension_answer": "nobody asked for more time",
    "dangers.extension_decided": "nobody asked for more time",
    "dangers.transfer_answer": "it was not passed on",
    "dangers.transfer_answered": "it was not passed on",
    "dangers.plan": "it is no major danger",
    "dangers.tell": "it is no major danger",
    "dangers.put_up": "it is no major danger",
    "dangers.paper": "it has no order yet",
    "dangers.order": "a supervisor's office is the county, other roles may have none",
}


def danger_at(org, **columns):
    """Return a danger of an organisation, not saved."""
    values = {
        "client_id": f"danger-{org.id}-{columns.get('stage', 'registered')}",
        "body_hash": "",
        "org_id": org.id,
        "number": f"隐患〔2026〕{org.id}号",
        "what": "安全出口堆放杂物",
        "category": "fire",
        "level": "general",
        "source": "own-check",
        "finder": "某人",
        "found_on": TODAY,
        "stage": "registered",
        "entered_at": NOW,
        "entered_by_id": 0,
        "entered_by_name": "某人",
    }
    return Danger(**{**values, **columns})


def things_at(org):
    """Make one of everything at an organisation."""
    picture, paper = stored(JPEG, "photo.jpg"), stored(PDF, "return.pdf")
    danger, draft = danger_at(org), danger_at(org, stage="draft", number=None)
    db.session.add_all([picture, paper, danger, draft])
    db.session.flush()
    photo = DangerPhoto(danger_id=danger.id, moment="before", file_id=picture.id)
    sent = DangerReturn(
        org_id=org.id,
        kind="quarter",
        first_on=date(2026, 1, 1),
        last_on=date(2026, 3, 31),
        figures={"levels": []},
        signed_by="某人",
        sent_to="县应急管理局",
        sent_on=TODAY,
        entered_at=NOW,
        entered_by_name="某人",
        file_id=paper.id,
    )
    db.session.add_all([photo, sent])
    db.session.flush()
    called = {"danger_id": danger.id, "photo_id": photo.id, "key": 1, "kind": "order"}
    return {
        "danger": {**called, "form": "pdf"},
        "danger-draft": {"danger_id": draft.id},
        "danger-return": {"return_id": sent.id},
    }
