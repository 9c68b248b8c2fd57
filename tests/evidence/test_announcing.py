"""Whoever reckons with evidence and organisations hears of every change that can touch duties."""

from datetime import date

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account
from drillreg.core.access import Actor
from drillreg.core.changes import listen
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import (
    add_evidence,
    end_evidence,
    raise_grades,
    strike_evidence,
    verify,
    withdraw_evidence,
)
from drillreg.orgs.attribute_setting import set_attribute, setting_of
from drillreg.orgs.division_changes import Basis
from drillreg.orgs.grids import make_grids
from drillreg.orgs.mergers import merge_org, reopen_org, split_org
from drillreg.orgs.models import Org
from drillreg.orgs.moves import move_org
from drillreg.orgs.operations import OrgFacts, change_org, close_org, create_org

DAY = date(2026, 5, 12)
ABOUT = {"subject_kind": "drill", "subject_id": 7}


@pytest.fixture
def heard(app, frozen, make_account, county):
    """Do something with organisations by name in one unit of work; return what was announced."""
    seen = []
    before = app.extensions["drillreg.listeners"]
    app.extensions["drillreg.listeners"] = {what: [*who] for what, who in before.items()}
    for what in ("evidence", "org"):
        listen(app, what, lambda facts, what=what: seen.append((what, dict(facts))))
    account_id = make_account("county_staff", county.county)

    def run(act):
        seen.clear()
        with app.app_context(), unit_of_work():
            orgs = {org.name: org for org in db.session.scalars(select(Org))}
            account = db.session.get(Account, account_id)
            act(orgs, {"actor": Actor(account_id, None, account.person.name), "now": frozen.now})
            ids = {org.id: org.name for org in db.session.scalars(select(Org))}
            paths = {org.path: org.name for org in db.session.scalars(select(Org))}
        told = []
        for what, facts in seen:
            names = [ids[each] for each in facts.get("org_ids", ())]
            told.append((what, facts.get("kind"), names or [f"*{paths[facts['below']]}"]))
        return told

    yield run
    app.extensions["drillreg.listeners"] = before


def dated(by, reason="批复"):
    return {**by, "from_on": DAY, "today": DAY, "reason": reason}


def proof(orgs, by):
    return add_evidence(
        "drill-held",
        org_id=orgs["白岩镇中心小学"].id,
        on_date=DAY,
        grade=Grade.SELF_REPORTED,
        now=by["now"],
        **ABOUT,
    )


def standing():
    return db.session.scalars(select(Evidence)).one()


def facts(name, kind, **more):
    return OrgFacts(name=name, kind=kind, attributes={}, **more)


EVIDENCE = {
    "added": proof,
    "grades raised": lambda orgs, by: raise_grades(
        "drill-held", **ABOUT, grade=Grade.EVIDENCED, note="1号", **by
    ),
    "verified": lambda orgs, by: verify(standing(), is_outside=True, note="看过", **by),
    "ended": lambda orgs, by: end_evidence(
        "drill-held", subject_kind="drill", subject_ids=[7], until_on=DAY
    ),
    "struck": lambda orgs, by: strike_evidence(standing(), is_outside=True, reason="桌面", **by),
    "withdrawn": lambda orgs, by: withdraw_evidence(
        "drill-held", Evidence.subject_id == 7, reason="更正", **by
    ),
}


@pytest.mark.parametrize("act", EVIDENCE)
def test_a_change_of_evidence_is_announced_with_its_organisation_and_kind(heard, act):
    if act != "added":
        heard(proof)
    assert heard(EVIDENCE[act]) == [("evidence", "drill-held", ["白岩镇中心小学"])]


def test_what_changes_no_evidence_is_not_announced(heard):
    heard(proof)
    assert heard(EVIDENCE["ended"]) != []
    assert heard(EVIDENCE["ended"]) == []


ORGS = {
    "made": (
        lambda o, by: create_org(facts("竹源小学", "school"), parent=o["竹源镇"], today=DAY, **by),
        [["竹源小学"]],
    ),
    "changed": (
        lambda o, by: change_org(
            o["竹源镇"], facts("竹源街道", "town"), from_on=DAY, today=DAY, **by
        ),
        [["竹源街道"]],
    ),
    "closed": (
        lambda o, by: close_org(o["岭下村"], closed_on=DAY, reason="撤村", today=DAY, **by),
        [["岭下村"]],
    ),
    "moved": (lambda o, by: move_org(o["岭下村"], o["竹源镇"], **dated(by)), [["*岭下村"]]),
    "merged": (
        lambda o, by: merge_org(o["白岩镇"], o["竹源镇"], **dated(by)),
        [["白岩镇", "岭下村", "白岩镇中心小学", "竹源镇"]],
    ),
    "split": (
        lambda o, by: split_org(
            o["白岩镇"],
            facts("白石镇", "town"),
            parent=o["青岭县"],
            chosen={},
            **dated(by),
        ),
        [["白石镇"], ["白岩镇", "白石镇"]],
    ),
    "attributes": (
        lambda o, by: set_attribute(
            setting_of(
                [o["白岩镇中心小学"], o["岭下村"]],
                code_list("org_attribute").get("geohazard_area"),
                True,
                from_on=DAY,
                today=DAY,
            ),
            **by,
        ),
        [["岭下村", "白岩镇中心小学"]],
    ),
    "grids": (
        lambda o, by: make_grids(o["岭下村"], ["一组"], basis=Basis(DAY, "", today=DAY, **by)),
        [["一组"]],
    ),
}


@pytest.mark.parametrize("act", ORGS)
def test_a_change_of_organisations_is_announced_with_all_it_touches(heard, act):
    do, expected = ORGS[act]
    assert heard(do) == [("org", None, names) for names in expected]


def test_an_organisation_opened_again_is_announced(heard):
    heard(ORGS["closed"][0])
    told = heard(lambda o, by: reopen_org(o["岭下村"], o["白岩镇"], **dated(by)))
    assert told == [("org", None, ["*岭下村"])]
