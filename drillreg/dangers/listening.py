"""What dangers hear of checks: each failed item becomes a draft to confirm."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.dangers.models import Danger, DangerPhoto
from drillreg.dangers.operations.trail import log_act
from drillreg.dangers.rules import UNSETTLED, DangerLevel, Moment, Stage
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite

# What the way of a check says of where a danger comes from; any other is one's own.
SOURCES = {"joint": "joint", "announced": "department-check", "unannounced": "department-check"}


def note_check(facts: Mapping[str, Any]) -> None:
    """Draft a danger for every item of a new check that failed; what is open already is marked."""
    if facts["what"] != "recorded" or not facts["failed"]:
        return
    check = db.session.get_one(HazardCheck, facts["check_id"])
    site = db.session.get_one(HazardSite, facts["site_id"])
    for failed in facts["failed"]:
        _draft(check, site, str(failed["item"]), str(failed["words"]), facts)


def _draft(
    check: HazardCheck, site: HazardSite, item: str, words: str, facts: Mapping[str, Any]
) -> None:
    same = db.session.scalar(
        select(Danger)
        .where(Danger.site_id == site.id, Danger.item == item, Danger.stage.in_(UNSETTLED))
        .order_by(Danger.id)
        .limit(1)
    )
    remark = f"{check.checker_name}：{words}"
    if same is not None:
        log_act("danger-seen", same, None, facts["now"], remark=remark, check=check.id)
        return
    danger = Danger(
        client_id=f"check-{check.id}-{item}",
        body_hash="",
        org_id=site.org_id,
        site_id=site.id,
        check_id=check.id,
        item=item,
        what=words[:500],
        place=site.address or site.name,
        category=None,
        level=DangerLevel.GENERAL,
        source=SOURCES.get(getattr(check, "way", None) or "", "own-check"),
        finder=check.checker_name,
        found_on=check.checked_on,
        stage=Stage.DRAFT,
        entered_at=facts["now"],
        entered_by_id=check.account_id,
        entered_by_name=check.checker_name,
    )
    db.session.add(danger)
    db.session.flush()
    for file_id in db.session.scalars(
        select(CheckPhoto.file_id).where(CheckPhoto.check_id == check.id).order_by(CheckPhoto.id)
    ):
        photo = DangerPhoto(danger_id=danger.id, moment=Moment.BEFORE, file_id=file_id)
        db.session.add(photo)
    log_act("danger-drafted", danger, None, facts["now"], remark=remark, check=check.id)
