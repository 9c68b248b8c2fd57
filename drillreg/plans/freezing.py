"""Freezing the PDF of a signed draft: queued with the signature, printed outside, attached after.

What nobody may change any more is printed, so that the second step finds what the first one meant.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from drillreg.audit.operations import record
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.documents.operations.numbers import issue_number
from drillreg.files.operations import clean_name, store
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.part_keeping import keep_parts
from drillreg.plans.printing import plan_pdf
from drillreg.plans.sections import is_written
from drillreg.work.operations import enqueue

FREEZE_WORK = "plans.freeze"
# Plans go out as papers of their issuer.
DOCUMENT_KIND = "letter-out"
PDF = "application/pdf"


def number_template(org: Org) -> str:
    """Return how the numbers of an issuer read until it writes its own pattern."""
    word = str(org.attributes.get("document_word") or org.short_name or org.name)
    return f"{word.replace('{', '').replace('}', '')}发〔{{year}}〕{{number}}号"


def give_number(
    plan: Plan, version: PlanVersion, *, actor: Actor, today: date, now: datetime
) -> None:
    """Give a signed version its number; one that was returned and signed anew keeps it."""
    version.document_number = issue_number(
        issuer_org_id=plan.org_id,
        document_kind=DOCUMENT_KIND,
        year=today.year,
        now=now,
        subject_kind="plan-version",
        subject_id=version.id,
        template=number_template(plan.org),
        title=plan.title,
        dated_on=today,
        actor=actor,
    )


def freeze(plan: Plan, version: PlanVersion, *, actor: Actor, now: datetime) -> None:
    """Freeze an attached text as it is; ask the worker to print one that is written here."""
    keep_parts(version, clock.local_date(now))
    if not is_written(version) and version.papers:
        chosen = next((p for p in version.papers if p.file.media_type == PDF), version.papers[0])
        version.frozen_file_id = chosen.file_id
        return
    enqueue(
        FREEZE_WORK,
        {"version_id": version.id, "dated": clock.local_date(now).isoformat()},
        title=plan.title,
        actor=actor,
        org_id=plan.org_id,
        now=now,
    )


def print_frozen(args: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
    """Print and attach; repeated after a kill it finds the file attached, or prints it again."""
    version_id: int = args["version_id"]
    version = _locked_draft(version_id)
    url = f"/plans/{version.plan_id}/sign" if version else "/plans/"
    if version is None or version.frozen_file_id is not None:
        return {"url": url}
    progress(0, 2)  # ends what was read so far: what is only meant for the paper comes after it
    locked_at, number = version.locked_at, version.document_number
    # The day of the signature stands on the paper; the register has the day of issue.
    set_committed_value(version, "issued_on", date.fromisoformat(args["dated"]))
    pdf = plan_pdf(version, now=clock.now())
    db.session.rollback()  # nothing of what was only meant for the paper is left in the session
    progress(1, 2)
    with unit_of_work():
        version = _locked_draft(version_id, to_change=True)
        if version is not None and (version.locked_at, version.frozen_file_id) == (locked_at, None):
            _attach(version, pdf, number or version.plan.title, now=clock.now())
    return {"url": url}


def _locked_draft(version_id: int, *, to_change: bool = False) -> PlanVersion | None:
    """Return a draft that is with those who sign, read by background work for nobody."""
    statement = (
        select(PlanVersion)
        .options(joinedload(PlanVersion.plan).joinedload(Plan.org))
        .where(PlanVersion.id == version_id)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(statement.with_for_update(of=PlanVersion) if to_change else statement)
    return found if found is not None and found.locked_at is not None else None


def _attach(version: PlanVersion, pdf: bytes, name: str, *, now: datetime) -> None:
    plan = version.plan
    kept = store(pdf, name=f"{clean_name(name)}.pdf", org_id=plan.org_id, actor=None, now=now)
    version.frozen_file_id = kept.id
    record(
        "plan-frozen",
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=None,
        now=now,
        version=version.number,
        sha256=kept.sha256,
    )
