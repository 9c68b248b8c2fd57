"""Second stage: people, their posts, and the accounts they sign in with."""

from collections.abc import Iterator
from datetime import date
from random import Random

from drillreg.accounts import totp
from drillreg.accounts.models import Account, Person, Post
from drillreg.accounts.operations import give_role
from drillreg.accounts.passwords import hash_password
from drillreg.accounts.rules import totp_required
from drillreg.audit.operations import record
from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.places import (
    ACCOUNTS,
    GIVEN_NAMES,
    MORE_ROLES,
    POSTS,
    SURNAMES,
    Sign,
)
from drillreg.demo.times import ago, at
from drillreg.orgs.models import Org

PASSWORD = "qingling-demo"  # noqa: S105 - printed by `make run`, for the demo alone
# Administrators sign in with a code besides; in the demo all have this secret, which
# `drillreg demo accounts` turns into the code of the moment.
TOTP_SECRET = "QINGLINGDEMOSECRETQINGLINGDEMO23"  # noqa: S105
CONTACTS = {
    "department": "应急联络员",
    "outside": "应急联络员",
    "village": "村（居）委会主任",
    "school": "校长",
    "kindergarten": "园长",
    "hospital": "院长",
    "enterprise": "安全负责人",
}
# Which kind of post a title of the demo is; whoever is not named here is one of the staff.
KIND_OF_TITLE = {
    "副县长": "deputy-in-charge",
    "县应急办主任": "liaison",
    "局长": "leader",
    "镇长": "leader",
    "副镇长": "deputy-in-charge",
    "镇应急办主任": "liaison",
    "安全股股长": "liaison",
    "应急股股长": "liaison",
    "地质灾害防治股股长": "liaison",
    "应急联络员": "liaison",
    "村主任": "leader",
    "村（居）委会主任": "leader",
    "校长": "leader",
    "园长": "leader",
    "院长": "leader",
    "安全负责人": "leader",
    "副校长": "liaison",
    "安全办主任": "liaison",
    "县应急指挥中心值班领导": "watch",
}


def invented_names(seed: str) -> Iterator[str]:
    """Yield names put together by chance from common parts: the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - the same county every time
    while True:
        yield random.choice(SURNAMES) + random.choice(GIVEN_NAMES)


def load_people(known: Lookup) -> dict[str, int]:
    """Make people, posts and accounts; return how many."""
    since = ago(known.today, 800)
    # Hashed once: the password is printed anyway, and a careful hash for each takes many seconds.
    shared = hash_password(PASSWORD)
    for sign in ACCOUNTS:
        account = _make_account(sign, shared, since, known)
        org = known.orgs[sign.org]
        give_role(account, role=sign.role, org=org, from_on=since, actor=None, now=at(since, 10))
        if totp_required([sign.role]):
            totp.enrol(account, secret=TOTP_SECRET, step=0, actor=None, now=at(since, 10))
        _give_post(account.person_id, org, sign.post, sign.phone, known)
    for username, role, org_name in MORE_ROLES:
        org = known.orgs[org_name]
        account = known.account(username)
        give_role(account, role=role, org=org, from_on=since, actor=None, now=at(since, 10))
    for sign in POSTS:
        _add_person(sign.name, known.orgs[sign.org], sign.post, sign.phone, known)
    _add_contacts(known)
    return {"accounts": len(ACCOUNTS)}


def _make_account(sign: Sign, password_hash: str, since: date, known: Lookup) -> Account:
    person = Person(name=sign.name, phone=sign.phone)
    db.session.add(person)
    db.session.flush()
    account = Account(
        person_id=person.id,
        username=sign.username,
        password_hash=password_hash,
        created_at=at(since, 10),
        last_signed_in_at=at(known.today, 8),
    )
    db.session.add(account)
    db.session.flush()
    record(
        "account-made",
        subject_kind="account",
        subject_id=account.id,
        actor=None,
        now=at(since, 10),
    )
    return account


def _add_person(name: str, org: Org, title: str, phone: str | None, known: Lookup) -> None:
    person = Person(name=name, phone=phone)
    db.session.add(person)
    db.session.flush()
    _give_post(person.id, org, title, phone, known)


def _give_post(person_id: int, org: Org, title: str, phone: str | None, known: Lookup) -> None:
    since = ago(known.today, 800)
    db.session.add(
        Post(
            person_id=person_id,
            org_id=org.id,
            kind=KIND_OF_TITLE.get(title, "staff"),
            title=title,
            phone=phone,
            from_on=since,
        )
    )


def _add_contacts(known: Lookup) -> None:
    """Give everybody without a person above somebody to call."""
    named = {known.orgs[sign.org].id for sign in (*ACCOUNTS, *POSTS)}
    names = invented_names("contacts")
    for key, org in known.orgs.items():
        if "/" in key and org.id not in named and org.kind in CONTACTS:
            _add_person(next(names), org, CONTACTS[org.kind], org.duty_phone, known)
