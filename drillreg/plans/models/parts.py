"""Tables of the structured parts of a version: levels, members, resources, routes.

What points to a post, an organisation or a resource shows it as it is today while the version is
a draft; `kept_on` is the day on which what it said was written down for the printed copy.
"""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.accounts.models import PERSONAL
from drillreg.core.db import Base, Versioned


class PlanLevel(Versioned, Base):
    """A response level of a version: when it is called, who decides, what is done."""

    __tablename__ = "plan_level"
    __table_args__ = (UniqueConstraint("version_id", "level"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    # A code of the list `response_level`.
    level: Mapped[str]
    trigger: Mapped[str]
    decider: Mapped[str]
    actions: Mapped[str]


class Placed(Versioned):
    """What stands in a list of a version, at a place of its own."""

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    position: Mapped[int]
    kept_on: Mapped[date | None]


class PlanMember(Placed, Base):
    """Who has a role in the plan: a post of the contact book, an organisation, or as typed."""

    __tablename__ = "plan_member"

    # A code of the list `plan_role`.
    role: Mapped[str]
    duty: Mapped[str | None]
    org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    # As typed, or as it was when it was kept.
    org_name: Mapped[str]
    post_title: Mapped[str | None]
    name: Mapped[str | None] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)


class PlanResource(Placed, Base):
    """A team, supply or shelter that the plan calls on."""

    __tablename__ = "plan_resource"

    # Which table `resource_id` is of: the code of a `resources.nouns.Noun`.
    noun: Mapped[str]
    resource_id: Mapped[int]
    use: Mapped[str | None]
    # As it was when it was kept.
    name: Mapped[str]
    org_name: Mapped[str]
    amount: Mapped[float | None]
    unit: Mapped[str | None]
    contact_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    contact_phone: Mapped[str | None] = mapped_column(info=PERSONAL)


class PlanRoute(Placed, Base):
    """A way on which people are led to a place that is safe."""

    __tablename__ = "plan_route"

    name: Mapped[str]
    start: Mapped[str]
    shelter_id: Mapped[int | None] = mapped_column(ForeignKey("shelter.id"), index=True)
    # As typed, or the name of the shelter when it was kept.
    destination: Mapped[str]
    people: Mapped[int | None]
    minutes: Mapped[int | None]
    note: Mapped[str | None]
    # A line for each point: its name, its longitude and latitude (WGS84), or both.
    points: Mapped[str]
    # A LineString in WGS84 degrees, where at least two points have a position.
    geometry: Mapped[bytes | None]
    length_m: Mapped[int | None]
