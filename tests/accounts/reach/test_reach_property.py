"""The scope in SQL equals a plain recomputation, for random trees, oversights, grants and moves."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.queries import actor_of
from drillreg.accounts.reach.rules import grantable, rights_on
from drillreg.accounts.reach.seeing import seers_of
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.drills.scope import DRILL
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.records import ORG, describe_record
from drillreg.orgs.rules import child_path
from drillreg.orgs.scope import scope_of
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.scope import PLAN
from drillreg.reports.models import Report
from drillreg.reports.scope import REPORT
from tests.accounts.reach.conftest import NOW, grant_of, relocate

FIRST = date(2026, 1, 1)
LONG = 5  # days that anything happens on
KINDS = {kind.code: kind for kind in (ORG, PLAN, SITE, DRILL, REPORT)}
ROLES = ("county_staff", "dept_staff", "leader", "unit_liaison", "evaluator", "secadmin")

days = st.integers(0, LONG)
maybe_days = st.none() | days
orgs_of = st.integers(0, 9)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@dataclass(frozen=True)
class Given:
    """A random county: numbers stand for organisations, records and days."""

    parents: list[int]
    moves: list[tuple[int, int, int]]
    oversights: list[tuple[int, int, int, int | None]]
    records: list[tuple[str, int, int]]
    accounts: list[list[tuple[str, int]]]
    grants: list[tuple[int, bool, int, int, int, int | None, bool]]
    on: int


@st.composite
def counties(draw):
    size = draw(st.integers(3, 8))
    some = st.integers(0, size - 1)
    kinds = st.sampled_from(["plan", "site", "drill", "report"])
    records = draw(st.lists(st.tuples(kinds, some, days), max_size=8))
    return Given(
        parents=[draw(st.integers(-1, at - 1)) for at in range(size)],
        moves=sorted(draw(st.lists(st.tuples(days, some, some), max_size=4))),
        oversights=draw(st.lists(st.tuples(some, some, days, maybe_days), max_size=4, unique=True)),
        records=records,
        accounts=draw(
            st.lists(
                st.lists(st.tuples(st.sampled_from(ROLES), some), min_size=1, max_size=2),
                min_size=1,
                max_size=4,
            )
        ),
        # what (an organisation or a record), to an organisation or account, permission, dates
        grants=draw(
            st.lists(
                st.tuples(
                    st.integers(0, 15), st.booleans(), st.integers(0, 7), st.integers(0, 2),
                    days, maybe_days, st.booleans(),
                ),
                max_size=5,
            )
        ),
        on=draw(st.integers(LONG // 2, LONG)),
    )  # fmt: skip


@dataclass
class Model:
    """The same county as plain Python holds it: who stood below whom, when."""

    parents: dict[int, int | None]
    # Spans that have ended: organisation, those above it and itself, the day after.
    ended: list[tuple[int, frozenset[int], date]] = field(default_factory=list)
    since: dict[int, date] = field(default_factory=dict)

    def line(self, org: int) -> frozenset[int]:
        found, at = {org}, self.parents[org]
        while at is not None:
            found.add(at)
            at = self.parents[at]
        return frozenset(found)

    def move(self, org: int, parent: int, on: date) -> None:
        inside = [each for each in self.parents if org in self.line(each)]
        for each in inside:
            if self.since.get(each, date.min) < on:
                self.ended.append((each, self.line(each), on))
        self.parents[org] = parent
        for each in inside:
            self.since[each] = on


@dataclass(frozen=True)
class Kept:
    """A record that was saved: its kind, key, organisation and date."""

    kind: str
    key: int
    org: int
    dated: date | None


def build(given_: Given):
    """Save a random county and return what a recomputation needs to know of it."""
    orgs: list[Org] = []
    for at, parent in enumerate(given_.parents):
        org = Org(
            name=f"单位{at}",
            kind="county" if parent < 0 else "department",
            parent_id=orgs[parent].id if parent >= 0 else None,
            path=f"new-{at}",
            attributes={},
        )
        db.session.add(org)
        db.session.flush()
        org.path = child_path(orgs[parent].path if parent >= 0 else "", org.id)
        orgs.append(org)
    model = Model({org.id: org.parent_id for org in orgs})
    for on, org, parent in given_.moves:
        if orgs[org].id in model.line(orgs[parent].id):
            continue  # nothing stands below itself
        relocate(orgs[org], orgs[parent], day(on))
        model.move(orgs[org].id, orgs[parent].id, day(on))
    for overseer, org, start, end in given_.oversights:
        if overseer != org and (end is None or end >= start):
            row = Oversight(
                overseer_id=orgs[overseer].id,
                org_id=orgs[org].id,
                field=f"until {end}",
                from_on=day(start),
                to_on=None if end is None else day(end),
            )
            db.session.add(row)
            db.session.flush()
    return orgs, model, save_records(given_, orgs)


def save_records(given_: Given, orgs: list[Org]) -> list[Kept]:
    """Save the records, each dated on its day; a report comes with its drill."""
    found = []
    for number, (kind, at_org, on) in enumerate(given_.records):
        org, dated = orgs[at_org], day(on)
        row = MAKE[kind](org, dated, number)
        db.session.add(row)
        db.session.flush()
        found.append(Kept(kind, row.id, org.id, dated))
        if kind == "report":
            found.append(Kept("drill", row.drill.id, org.id, dated))
    return found


def noon(dated: date) -> datetime:
    """Return an instant that lies on a day where the plans are kept."""
    return datetime.combine(dated, NOW.timetz())


def plan_on(org: Org, dated: date, number: int) -> Plan:
    plan = Plan(org_id=org.id, kind="special", event_type="fire", title="预案", created_at=NOW)
    plan.versions = [
        PlanVersion(number=1, state="superseded", issued_on=dated, created_at=NOW),
        PlanVersion(number=2, state="draft", created_at=NOW),
    ]
    return plan


def site_on(org: Org, dated: date, number: int) -> HazardSite:
    return HazardSite(
        org_id=org.id, number=f"S-{number}", name="滑坡", kind="landslide", level="red",
        lon=113.9, lat=26.9, source_crs="WGS84", created_at=noon(dated),
    )  # fmt: skip


def drill_on(org: Org, dated: date, number: int) -> Drill:
    return Drill(
        org_id=org.id, title="演练", event_type="fire", due_on=FIRST - timedelta(days=9),
        held_on=dated, status="held", changed_at=NOW,
    )  # fmt: skip


def report_on(org: Org, dated: date, number: int) -> Report:
    return Report(
        drill=drill_on(org, dated, number), org_id=org.id, title="总结", created_at=NOW,
        approved_at=noon(dated),
    )  # fmt: skip


MAKE = {"plan": plan_on, "site": site_on, "drill": drill_on, "report": report_on}


def save_accounts(given_: Given, orgs: list[Org]) -> list[Account]:
    found = []
    for number, held in enumerate(given_.accounts):
        person = Person(name=f"人{number}")
        db.session.add(person)
        db.session.flush()
        account = Account(
            person_id=person.id, username=f"u{number}", password_hash="-", created_at=NOW
        )
        db.session.add(account)
        db.session.flush()
        for role, org in dict.fromkeys(held):
            db.session.add(
                RoleAssignment(account_id=account.id, role=role, org_id=orgs[org].id, from_on=FIRST)
            )
        found.append(account)
    db.session.flush()
    return found


def save_grants(given_: Given, orgs, records: list[Kept], accounts):
    """Save the grants and return them as plain values."""
    everything = records + [Kept("org", org.id, org.id, None) for org in orgs]
    found = []
    for what, to_org, to, which, start, end, revoked in given_.grants:
        record = everything[what % len(everything)]
        able = grantable(record.kind)
        permission = able[which % len(able)]
        if end is not None and end < start:
            continue
        holder = orgs[to % len(orgs)].id if to_org else accounts[to % len(accounts)].id
        db.session.add(
            grant_of(
                record.kind, record.key, record.org,
                org_id=holder if to_org else None,
                account_id=None if to_org else holder,
                permission=permission.value,
                from_on=day(start),
                until_on=None if end is None else day(end),
                open_reason="长期合作" if end is None else None,
                revoked_at=NOW if revoked else None,
            )
        )  # fmt: skip
        last = date.max if end is None else day(end)
        if day(start) <= day(given_.on) <= last and not revoked:
            found.append((record.kind, record.key, permission, to_org, holder))
    db.session.flush()
    return found


def may(permission, record: Kept, account_id, held, model: Model, oversights, grants) -> bool:
    """Say from the plain values alone whether an account has a permission on a record."""
    line, table = model.line(record.org), roles()
    by_territory = any(org in line and permission in table[role].territory for role, org in held)
    by_oversight = any(
        (org, record.org) in oversights and permission in table[role].overseen for role, org in held
    )
    by_grant = any(
        (grant[0], grant[1]) in {(record.kind, record.key), ("org", record.org)}
        and permission in {grant[2], Permission.VIEW}
        and holds(permission, account_id, held, *grant[3:])
        for grant in grants
    )
    was_seen = permission is Permission.VIEW and was_there(record, held, model)
    return by_territory or by_oversight or by_grant or was_seen


def holds(permission, account_id, held, to_org: bool, holder: int) -> bool:
    """Say whether a grant to an organisation or account reaches somebody with these roles."""
    able = [org for role, org in held if permission in roles()[role].open_to]
    return holder in able if to_org else holder == account_id and bool(able)


def was_there(record: Kept, held, model: Model) -> bool:
    """Say whether a record was dated before its organisation left the territory of a role."""
    tops = {org for role, org in held if Permission.VIEW in roles()[role].territory}
    left = [until for org, line, until in model.ended if org == record.org and line & tops]
    return record.dated is not None and bool(left) and record.dated < max(left)


def check(given_: Given) -> None:
    orgs, model, records = build(given_)
    accounts = save_accounts(given_, orgs)
    grants = save_grants(given_, orgs, records, accounts)
    on = day(given_.on)
    oversights = {
        (orgs[overseer].id, orgs[org].id)
        for overseer, org, start, end in given_.oversights
        if overseer != org and day(start) <= on and (end is None or start <= given_.on < end)
    }
    kept = records + [Kept("org", org.id, org.id, None) for org in orgs]
    can: dict[tuple[str, int], set[tuple[int, Permission]]] = {(k.kind, k.key): set() for k in kept}
    for account, given_roles in zip(accounts, given_.accounts, strict=True):
        held = [(role, orgs[org].id) for role, org in dict.fromkeys(given_roles)]
        actor = actor_of(account, on=on)
        for permission in Permission:
            scope = scope_of(actor, permission, on)
            wanted = {
                kind: {
                    k.key
                    for k in kept
                    if k.kind == kind
                    and may(permission, k, account.id, held, model, oversights, grants)
                }
                for kind in KINDS
            }
            assert actor.may(permission) or not any(wanted.values())
            for code, kind in KINDS.items():
                same_in_sql(kind, scope, wanted[code])
                for key in wanted[code]:
                    can[code, key].add((account.id, permission))
    for (code, key), expected in can.items():
        same_seers(code, key, on, expected)


def same_in_sql(kind, scope, wanted: set[int]) -> None:
    """Compare lists, counts and single reads with what was worked out by hand."""
    joined = (
        (kind.model.id == Org.id) if kind is ORG else (Org.id == getattr(kind.model, "org_id", 0))
    )
    listed = select(kind.model.id)
    if kind is not ORG:
        listed = listed.join(Org, joined)
    within = kind.within(scope)
    assert set(db.session.scalars(listed.where(within))) == wanted, kind.code
    counted = listed.with_only_columns(func.count()).where(within)
    assert db.session.scalar(counted) == len(wanted)
    if kind is ORG:
        assert {o.id for o in db.session.scalars(select(Org)) if scope.includes(o)} == wanted
        return
    rows = db.session.scalars(select(kind.model).options(joinedload(kind.model.org))).unique()
    assert {row.id for row in rows if kind.includes(scope, row)} == wanted


def same_seers(code: str, key: int, on: date, expected: set[tuple[int, Permission]]) -> None:
    """Compare the page "who can see this" with what each account really can."""
    found = {
        (seer.account.id, permission)
        for seer in seers_of(code, describe_record(code, key), on)
        for permission in seer.permissions
        # the past page of an organisation is no scope of today
        if not (code == "org" and seer.reason.why == "former")
    }
    assert found == {each for each in expected if each[1] in rights_on(code)}


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_=counties())
def test_the_scope_equals_a_plain_recomputation(app, given_):
    with app.test_request_context(), unit_of_work():
        check(given_)
        db.session.rollback()
