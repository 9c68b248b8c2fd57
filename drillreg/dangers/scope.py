"""Which dangers a person reaches: a danger belongs to the day on which it was found."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.dangers.models import Danger
from drillreg.orgs.records import Described, RecordKind

PAGE = ("dangers.show", "danger_id")


def _describe(keys: Collection[int]) -> Iterator[Described]:
    dangers = db.session.scalars(
        select(Danger)
        .join(Danger.org)
        .options(contains_eager(Danger.org))
        .where(Danger.id.in_(keys))
        .order_by(Danger.id)
    )
    for danger in dangers:
        sign = f"{code_label(danger.level, 'danger_level')} {danger.number or ''}".strip()
        yield Described(danger.id, danger.org, danger.what, sign, PAGE, danger.found_on)


DANGER = RecordKind(
    "danger", Danger, lambda danger: danger.found_on, lambda danger: danger.found_on, _describe
)
