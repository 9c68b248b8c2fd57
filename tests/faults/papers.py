"""Reports written, submitted and approved on the real pages, so that their papers are queued."""

import io
import random
import re
from datetime import timedelta

import PIL.Image

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, DrillMoment, DrillPhoto, Observation
from drillreg.drills.rules import DrillMode, DrillStatus
from drillreg.files.operations import store
from tests.faults.clients import Client
from tests.faults.county import PASSWORD, County, now_and_day
from tests.faults.installation import Installation

VERSION = re.compile(r'name="version" value="(\d+)"')


def photo_of(seed: int, side: int = 900) -> bytes:
    """Return a photo that no other seed gives."""
    small = PIL.Image.frombytes("RGB", (30, 30), random.Random(seed).randbytes(2700))
    stream = io.BytesIO()
    small.resize((side, side * 3 // 4)).save(stream, "JPEG", quality=85)
    return stream.getvalue()


class Desk:
    """The author and the leader, each at a browser."""

    def __init__(self, installation: Installation, county: County) -> None:
        self.installation, self.county = installation, county
        self.author = installation.client().sign_in(county.people[0], PASSWORD)
        self.leader = installation.client().sign_in("leader", PASSWORD)

    def approved(self, number: int, *, photos: int = 4) -> int:
        """Take a held drill through report, submission and approval; return the report's id."""
        drill_id = _held_drill(self.installation, self.county, number, photos)
        new = f"/reports/new/{drill_id}"
        self.author.page(new)
        title = f"演练总结 {number}"
        location = _led_on(self.author, new, {"title": title, "addressee": "县应急管理局"})
        address = location.removesuffix("/edit")
        _led_on(self.author, f"{address}/submit", {})
        version = VERSION.search(self.leader.page(f"{address}/decide").text)
        assert version is not None
        decision = {"decision": "approve", "remark": "", "version": version[1]}
        _led_on(self.leader, f"{address}/decide", decision)
        return int(address.rsplit("/", 1)[1])


def _led_on(client: Client, path: str, fields: dict[str, str]) -> str:
    answer = client.post(path, fields)
    assert answer.status == 303, answer.text[:2000]
    return answer.headers["location"]


def _held_drill(installation: Installation, county: County, number: int, photos: int) -> int:
    now, today = now_and_day(installation)
    with installation.app.app_context(), unit_of_work():
        drill = Drill(
            org_id=county.town_id,
            title=f"地质灾害转移避险演练 {number}",
            event_type="geological",
            mode=DrillMode.FULL,
            place="中心小学",
            due_on=today,
            status=DrillStatus.HELD,
            held_on=today,
            started_at=now - timedelta(hours=2),
            evacuation_seconds=160 + number,
            participants=400,
            recorded_at=now,
            changed_at=now,
            summary="模拟连续降雨后滑坡变形加快。" * 20,
        )
        db.session.add(drill)
        db.session.flush()
        drill_id = drill.id
        db.session.add_all(_seen(drill_id))
        for at in range(photos):
            data = photo_of(number * 100 + at)
            kept = store(data, name=f"{at}.jpg", org_id=county.town_id, actor=None, now=now)
            db.session.add(DrillPhoto(drill_id=drill_id, file_id=kept.id, caption="照片"))
    installation.let_go()
    return drill_id


def _seen(drill_id: int) -> list:
    moments = [
        DrillMoment(drill_id=drill_id, seconds=at, who="镇指挥部", what=f"第 {at} 秒")
        for at in (0, 70, 161)
    ]
    return [*moments, Observation(drill_id=drill_id, text="疏散有序。", is_strength=True)]
