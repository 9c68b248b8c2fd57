"""What every act on a danger leaves behind: the step log, the trail, the notice."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from drillreg.accounts.queries import accounts_with
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.dangers.models import Danger
from drillreg.documents.operations.numbers import issue_number
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org
from drillreg.steps.models import Step
from drillreg.steps.operations import Addressee, add_step

SUBJECT = "danger"


def log_act(
    code: str,
    danger: Danger,
    actor: Actor | None,
    now: datetime,
    *,
    remark: str = "",
    to: Org | None = None,
    **detail: Any,
) -> Step:
    """Write an act into the step log and the trail; a stale reading is noticed here."""
    db.session.flush()
    record(
        code,
        subject_kind=SUBJECT,
        subject_id=danger.id,
        org_id=danger.org_id,
        actor=actor,
        now=now,
        **detail,
    )
    return add_step(
        code,
        subject_kind=SUBJECT,
        subject_id=danger.id,
        org_id=danger.org_id,
        actor=actor,
        now=now,
        remark=remark,
        to=Addressee(to.name, org_id=to.id) if to else None,
    )


def tell(
    orgs: Iterable[Org],
    permission: Permission,
    danger: Danger,
    step: Step,
    *,
    kind: str,
    message: str,
    actor: Actor | None,
    now: datetime,
    today: date,
) -> None:
    """Tell those who answer for organisations about an act, each act once, but not its doer."""
    people = [account.id for org in orgs for account in accounts_with(permission, org, on=today)]
    notify(
        [each for each in people if actor is None or each not in actor.account_ids],
        occasion=f"danger:{danger.id}:{step.id}",
        kind=kind,
        message=message,
        params={"what": danger.what[:60], "name": step.name},
        url=f"/dangers/{danger.id}",
        due_on=danger.due_on,
        now=now,
    )


def next_number(
    kind: str,
    word: str,
    *,
    issuer: Org,
    subject: tuple[str, int],
    title: str,
    actor: Actor | None,
    now: datetime,
    today: date,
) -> str:
    """Return the next number of an office's series, such as 青应急隐交〔2026〕3号."""
    name = issuer.attributes.get("document_word") or issuer.short_name or issuer.name
    return issue_number(
        issuer_org_id=issuer.id,
        document_kind=kind,
        year=today.year,
        now=now,
        subject_kind=subject[0],
        subject_id=subject[1],
        template=f"{name}{word}〔{{year}}〕{{number}}号",
        title=title[:200],
        dated_on=today,
        actor=actor,
    )


def register_keeper(org: Org) -> Org:
    """Return whose register numbers a danger: the county's, the top of the tree."""
    return db.session.get_one(Org, int(org.path.split("/", 1)[0]))
