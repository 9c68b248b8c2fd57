"""Loading the demo county: stage after stage, each whole or not at all."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.audit.operations import record
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.demo.access import load_access
from drillreg.demo.books import load_books
from drillreg.demo.county import load_county
from drillreg.demo.dangers import load_dangers, prepare_dangers
from drillreg.demo.disputes import load_disputes
from drillreg.demo.drills import load_drills, prepare_drills, sweep
from drillreg.demo.duties import load_duties, work_out
from drillreg.demo.exposures import load_exposures
from drillreg.demo.filings import load_filings
from drillreg.demo.grants import load_grants
from drillreg.demo.ground import load_ground
from drillreg.demo.inspections import load_inspections, prepare_inspections
from drillreg.demo.leaving import load_leaving
from drillreg.demo.lookup import Lookup
from drillreg.demo.network import load_network
from drillreg.demo.office import load_office
from drillreg.demo.patrols import load_patrols
from drillreg.demo.people import load_people
from drillreg.demo.plan_parts import load_plan_parts
from drillreg.demo.plan_signing import load_signing, prepare_signing
from drillreg.demo.plans import load_plans, prepare_plans
from drillreg.demo.proofs import load_proofs
from drillreg.demo.registers import load_registers, sign_on_paper
from drillreg.demo.reports import load_reports, print_thread_report
from drillreg.demo.resources import load_resources
from drillreg.demo.revisions import load_revisions
from drillreg.demo.search import read_demo_papers
from drillreg.demo.site_care import load_site_care, prepare_site_care
from drillreg.demo.sites import load_checks, load_sites
from drillreg.demo.tasks import load_tasks, send_notices
from drillreg.i18n import N_
from drillreg.orgs.models import Org

MARK = "demo-stage-loaded"


@dataclass(frozen=True)
class Stage:
    """A part of the demo, written in one unit of work; `before` and `after` run outside of it."""

    name: str
    load: Callable[[Lookup], Mapping[str, int]]
    before: Callable[[Lookup], None] | None = None
    after: Callable[[Lookup], None] | None = None


@dataclass(frozen=True)
class Loaded:
    """A stage that is done: what it wrote, and how many seconds it took."""

    name: str
    counts: Mapping[str, int]
    seconds: float


STAGES = (
    Stage("county", load_county),
    Stage("people", load_people),
    Stage("office", load_office),
    Stage("sites", load_sites),
    Stage("checks", load_checks),
    Stage("plans", load_plans, before=prepare_plans, after=read_demo_papers),
    Stage("drills", load_drills, before=prepare_drills, after=sweep),
    Stage("reports", load_reports, after=print_thread_report),
    Stage("access", load_access),
    Stage("network", load_network),
    Stage("resources", load_resources),
    Stage("plan-parts", load_plan_parts),
    Stage("tasks", load_tasks, after=send_notices),
    Stage("grants", load_grants),
    Stage("registers", load_registers, after=sign_on_paper),
    Stage("ground", load_ground),
    Stage("proofs", load_proofs),
    Stage("books", load_books),
    Stage("plan-signing", load_signing, before=prepare_signing),
    Stage("filings", load_filings),
    Stage("revisions", load_revisions),
    Stage("inspections", load_inspections, before=prepare_inspections),
    Stage("site-care", load_site_care, before=prepare_site_care),
    Stage("disputes", load_disputes),
    Stage("patrols", load_patrols),
    Stage("leaving", load_leaving),
    Stage("dangers", load_dangers, before=prepare_dangers),
    Stage("exposures", load_exposures),
    Stage("duties", load_duties, after=work_out),
)


def is_empty() -> bool:
    """Say whether the database has no organisation yet."""
    return db.session.scalar(select(Org.id).limit(1)) is None


def stages_done() -> dict[str, str]:
    """Return the stages that were written, with the day the load counts from."""
    rows = db.session.scalars(
        select(AuditRow.detail).where(AuditRow.action == MARK).order_by(AuditRow.id)
    )
    return {str(detail["stage"]): str(detail["today"]) for detail in rows}


def load_demo(today: date, now: datetime, *, scale: float = 1.0) -> Iterator[Loaded]:
    """Write what is missing of the demo and yield each stage as it is done.

    A load that was interrupted goes on with the day it began on. Raises DomainError when the
    database holds organisations that are not the demo's.
    """
    done = stages_done()
    if not done and not is_empty():
        raise DomainError(N_("There are organisations already; the demo needs an empty database."))
    for day in done.values():
        today = date.fromisoformat(day)
    db.session.rollback()
    for stage in STAGES:
        if stage.name not in done:
            yield _load(stage, Lookup(today, now, scale))


def _load(stage: Stage, known: Lookup) -> Loaded:
    began = time.monotonic()
    if stage.before:
        stage.before(known)
    with unit_of_work():
        counts = stage.load(known)
        record(
            MARK,
            subject_kind="demo",
            subject_id=None,
            actor=None,
            now=known.now,
            stage=stage.name,
            today=known.today,
            counts=dict(counts),
        )
    if stage.after:
        stage.after(known)
    db.session.expunge_all()
    return Loaded(stage.name, counts, time.monotonic() - began)
