"""A stage of its own: who else has which post, when it was verified, and the duty rosters."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from drillreg.accounts.models import Person, Post
from drillreg.core.db import db
from drillreg.demo.lookup import Lookup, insert_many
from drillreg.demo.people import invented_names
from drillreg.demo.times import ago, at
from drillreg.network.duties import positions
from drillreg.network.models import ContactCheck, Duty, DutyChange, HandOver, RosterMonth
from drillreg.network.queries.contacts import holds_on
from drillreg.network.rules import all_asked
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.orgs.rules import covers
from drillreg.workdays.months import days_of_month, month_after

# A town that has much to catch up on, one that began no roster, one that left days open.
BEHIND = "石桥镇"
WITHOUT_ROSTER = "柳塘镇"
OPEN_DAYS = "云溪镇"
DEPARTMENTS_WITH_ROSTER = ("县应急管理局", "县水利局", "县自然资源局", "县公安局")
TITLES = {
    "leader": {"county": "县长", "department": "局长", "town": "镇长", "site": "负责人"},
    "deputy-in-charge": {"county": "副县长", "department": "副局长", "town": "副镇长"},
}
EXTRA = (
    ("village-keeper", "镇包村干部", "village"),
    ("bus-safety", "校车照管员", "kindergarten"),
    ("safety-officer", "安全员", "enterprise"),
)
HAPPENED = "接县气象台电话一次，已转告各村；其余情况正常。"


def load_network(known: Lookup) -> dict[str, int]:
    """Fill posts, verifications and rosters, with the gaps a real county has."""
    posts = _Posts(known)
    posts.load()
    duties = _load_rosters(known)
    _load_notes(known)
    return {"posts": posts.count, "duties": duties}


class _Posts:
    """Adds the holders that are missing, except where the demo shows gaps."""

    def __init__(self, known: Lookup) -> None:
        self.known = known
        self.random = Random("network")  # noqa: S311 - the same county every time
        self.names = invented_names("network")
        self.count = 0
        self.phone = 6100

    def load(self) -> None:
        """Go through the organisations in tree order."""
        today = self.known.today
        held: dict[int, list[Post]] = {}
        for post in db.session.scalars(select(Post).where(holds_on(today)).order_by(Post.id)):
            held.setdefault(post.org_id, []).append(post)
        seen = {org.id: org for org in self.known.orgs.values()}
        behind = next(org for org in seen.values() if org.name == BEHIND)
        for org in sorted(seen.values(), key=lambda each: each.path):
            if org.is_outside:
                continue
            self._complete(org, held.get(org.id, []), covers(behind.path, org.path))

    def _complete(self, org: Org, held: list[Post], is_behind: bool) -> None:
        share = 0.45 if is_behind else 0.94
        kinds = {post.kind for post in held}
        for asked in all_asked():
            wanted = asked.post and org.kind in asked.kinds and asked.post not in kinds
            if wanted and (org.kind in {"county"} or self.random.random() < share):
                held = [*held, self._add(org, asked.post, _title(asked.post, org))]
        for kind, title, org_kind in EXTRA:
            if org.kind == org_kind and self.random.random() < 0.5:
                held = [*held, self._add(org, kind, title)]
        if is_behind and org.kind == "village" and self.random.random() < 0.3:
            org.duty_phone = None
        self._verify(org, held, 0.4 if is_behind else 0.9)

    def _add(self, org: Org, kind: str, title: str) -> Post:
        self.phone += 1
        phone = f"0000-000 {self.phone}"
        person = Person(name=next(self.names), phone=phone)
        db.session.add(person)
        db.session.flush()
        post = Post(
            person_id=person.id,
            org_id=org.id,
            kind=kind,
            title=title,
            phone=phone,
            from_on=ago(self.known.today, self.random.randrange(90, 900)),
            position={"leader": 0, "deputy-in-charge": 1}.get(kind, 5),
        )
        db.session.add(post)
        self.count += 1
        return post

    def _verify(self, org: Org, held: list[Post], share: float) -> None:
        """Note one telephone round an organisation, mostly of the last months."""
        if self.random.random() < share:
            day = ago(self.known.today, self.random.randrange(4, 150))
        elif self.random.random() < 0.6:
            day = ago(self.known.today, self.random.randrange(200, 420))
        else:
            return
        for post in held:
            post.verified_on, post.verified_by = max(day, post.from_on), "何晓兰"
        db.session.flush()
        called = [(post.id, post.phone, post.verified_on) for post in held if post.phone]
        if org.duty_phone:
            called.append((None, org.duty_phone, day))  # type: ignore[arg-type]
        insert_many(
            ContactCheck,
            [
                {
                    "org_id": org.id,
                    "post_id": post_id,
                    "phone": phone,
                    "checked_on": on,
                    "checked_by": "何晓兰",
                    "recorded_at": at(on or day, 15),
                }
                for post_id, phone, on in called
            ],
        )


def _title(kind: str, org: Org) -> str:
    found = TITLES.get(kind, {}).get(org.kind)
    return found or {"leader": "负责人", "liaison": "应急联络员"}.get(kind, "工作人员")


def _load_rosters(known: Lookup) -> int:
    this = known.today.replace(day=1)
    keep = [org for name, org in known.orgs.items() if "/" in name and org.kind == "town"]
    keep += [known.orgs[name] for name in ("青岭县", *DEPARTMENTS_WITH_ROSTER)]
    written = 0
    for org in keep:
        for first in (this, month_after(this)):
            if org.name == WITHOUT_ROSTER or (first != this and org.name in {BEHIND, OPEN_DAYS}):
                continue
            published = first == this or org.name == "青岭县"
            db.session.add(
                RosterMonth(
                    org_id=org.id,
                    month=first,
                    changed_at=known.now,
                    published_at=at(ago(this, 5), 16) if published else None,
                    published_by="周敏" if published else None,
                )
            )
            written += insert_many(Duty, _duties(known, org, first))
    return written


def _duties(known: Lookup, org: Org, first: date) -> Iterator[dict[str, object]]:
    """Yield the duties of a month: leaders and officers in turn, a driver at the county."""
    random = Random(f"{org.name}{first}")  # noqa: S311 - the same county every time
    names = invented_names(f"roster {org.name}")
    staff = [(next(names), f"0000-000 {7000 + random.randrange(999)}") for _ in range(8)]
    calendar = calendar_of(org)
    columns = [each.code for each in positions()]
    for day in days_of_month(first):
        if org.name == OPEN_DAYS and day.day % 9 == 0:
            continue
        for code in columns:
            if code == "night" or (code == "driver" and org.kind != "county"):
                continue
            if code == "lead" and org.name == BEHIND and not calendar.is_working_day(day):
                continue
            of_column = {"lead": staff[:3], "officer": staff[3:7], "driver": staff[7:]}[code]
            name, phone = of_column[day.toordinal() % len(of_column)]
            yield {
                "org_id": org.id,
                "day": day,
                "position": code,
                "place": 0,
                "person_id": None,
                "name": name,
                "phone": phone,
            }


def _load_notes(known: Lookup) -> None:
    """Write hand-over notes of the last days, and one exchange of a published duty."""
    clerk, other = known.account("zhoumin"), known.account("hexiaolan")
    liu, zeng = known.account("liumeiyun"), known.account("zengyuqing")
    for org_name, people in (("青岭县", (clerk, other)), ("白岩镇", (liu, zeng))):
        org = known.orgs[org_name]
        for back in range(5, 0, -1):
            day = ago(known.today, back)
            writer, reader = people if back % 2 else people[::-1]
            is_read = back > 1
            db.session.add(
                HandOver(
                    org_id=org.id,
                    day=day,
                    happened=HAPPENED if back % 3 == 1 else "一切正常，无来电。",
                    open_matters="水库水位每两小时向水利局报一次。" if back == 1 else None,
                    written_at=at(day + timedelta(days=1), 7, 40),
                    writer_id=writer.id,
                    writer_name=writer.person.name,
                    seen_at=at(day + timedelta(days=1), 8, 5) if is_read else None,
                    seen_by_id=reader.id if is_read else None,
                    seen_by_name=reader.person.name if is_read else None,
                )
            )
    org, day = known.orgs["白岩镇"], ago(known.today, 2)
    stands = db.session.scalars(
        select(Duty).where(Duty.org_id == org.id, Duty.day == day, Duty.position == "officer")
    ).first()
    if stands is not None:
        db.session.add(
            DutyChange(
                org_id=org.id,
                day=day,
                position="officer",
                old_name=next(invented_names("exchange")),
                new_name=stands.name,
                reason="原值班员外出参加培训",
                approved_by="肖建中",
                changed_at=at(ago(known.today, 4), 10, 20),
                changed_by=liu.person.name,
            )
        )
