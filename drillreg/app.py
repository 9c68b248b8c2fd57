"""The one place where the application is put together."""

import logging
import os
from pathlib import Path

import click
from flask import Flask
from flask.cli import FlaskGroup
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import drillreg.accounts.cli
import drillreg.accounts.reach.routes
import drillreg.accounts.routes
import drillreg.audit.cli
import drillreg.books.routes
import drillreg.dangers.routes
import drillreg.dashboard.routes
import drillreg.demo.cli
import drillreg.documents.routes
import drillreg.drills.routes
import drillreg.duties.routes
import drillreg.evidence.routes
import drillreg.exposures.routes
import drillreg.filings.routes
import drillreg.hazards.cli
import drillreg.hazards.routes
import drillreg.imports.cli
import drillreg.imports.routes
import drillreg.maps.routes
import drillreg.network.routes
import drillreg.notices.routes
import drillreg.office.cli
import drillreg.office.routes
import drillreg.orgs.routes
import drillreg.patrols.routes
import drillreg.plans.cli
import drillreg.plans.routes
import drillreg.reports.routes
import drillreg.resources.routes
import drillreg.revisions.routes
import drillreg.scheduler.cli
import drillreg.scheduler.routes
import drillreg.signoffs.routes
import drillreg.staff.routes
import drillreg.tasks.routes
import drillreg.upkeep.cli
import drillreg.upkeep.routes
import drillreg.upkeep.tls_cli
import drillreg.work.routes
from drillreg import i18n
from drillreg.accounts import guard
from drillreg.accounts.reach.panels import (
    grants_of_danger,
    grants_of_drill,
    grants_of_org,
    grants_of_plan,
    grants_of_report,
    grants_of_site,
)
from drillreg.accounts.succession import POSTS, ROLES, reach_lines
from drillreg.audit.checking import WORK_KIND as VERIFY_WORK
from drillreg.audit.checking import verify_trail
from drillreg.books.compiling import compile_book
from drillreg.books.panels import abridged_for_all, short_papers_of_plan
from drillreg.books.queries import BOOK_WORK
from drillreg.config import Settings, read_settings, with_secret
from drillreg.core import db as database
from drillreg.core import page, web
from drillreg.core.access import Permission
from drillreg.core.changes import listen
from drillreg.core.codes import register_overlay
from drillreg.core.panels import Panel, add_panel
from drillreg.core.subjects import register_subjects
from drillreg.dangers.danger_import import DangerImport
from drillreg.dangers.listening import note_check
from drillreg.dangers.panels import dangers_at_home, dangers_at_site, dangers_of_org
from drillreg.dangers.scope import DANGER
from drillreg.dangers.sheets import KIND as DANGER_REVIEW
from drillreg.dangers.sheets import (
    REVIEW_SHEET,
    danger_references,
    listing_references,
    round_references,
    transfer_references,
)
from drillreg.dangers.succession import DANGERS
from drillreg.dangers.waiting import LATE_DANGERS, dangers_to_fix, dangers_to_move
from drillreg.dashboard import shell
from drillreg.dashboard.threads import site_thread
from drillreg.documents.registry import (
    Resolver,
    SheetKind,
    register_references,
    register_sheets,
)
from drillreg.drills.operations.programmes import plan_anew_below
from drillreg.drills.panels import drills_at_site, drills_of_org, drills_of_plan
from drillreg.drills.planned import next_drills
from drillreg.drills.proving import drills_to_prove
from drillreg.drills.scope import DRILL
from drillreg.drills.succession import PLANNED, PROGRAMMES
from drillreg.drills.waiting import OVERDUE_DRILLS, drills_to_hold
from drillreg.duties import following
from drillreg.duties.at_home import periods_at_home
from drillreg.duties.chasing import LATE_DUTIES
from drillreg.duties.doing import Doing, Given, register_doing
from drillreg.duties.panels import duties_at_home, duties_of_org_panel
from drillreg.duties.planned import NextDates, UnderWay, register_planned, register_under_way
from drillreg.duties.serving import counts_toward
from drillreg.duties.terms import Basis, Owed
from drillreg.duties.waiting import duties_to_do
from drillreg.evidence.choosing import Chooser, register_choosers
from drillreg.evidence.panels import evidence_of_org, evidence_panel
from drillreg.exposures import following as exposures_following
from drillreg.exposures.panels import exposed_by_site, exposed_on_thread, threats_to_org
from drillreg.filings.operations import clocks as plan_clocks
from drillreg.filings.panels import filing_of_plan
from drillreg.filings.papers import filing_references
from drillreg.filings.waiting import (
    LATE_FILINGS,
    LATE_PUBLICATIONS,
    filings_to_answer,
    plans_to_file,
)
from drillreg.hazards.counting import note_change as count_sites_anew
from drillreg.hazards.panels import sites_of_org
from drillreg.hazards.proving import sites_to_prove
from drillreg.hazards.reporting import report_references as site_report_references
from drillreg.hazards.reporting import reports_to_file
from drillreg.hazards.scope import SITE
from drillreg.hazards.site_import import SiteImport
from drillreg.hazards.succession import SITES
from drillreg.hazards.waiting import STALE_CHECKS, checks_to_make
from drillreg.i18n import N_
from drillreg.imports.jobs import read_large, write_import
from drillreg.imports.registry import register_imports
from drillreg.imports.rules import APPLY_WORK, READ_WORK
from drillreg.maps.layers import MAP_LAYERS
from drillreg.network.panels import contacts_of_org, network_at_home, responsible_for_duties
from drillreg.network.waiting import contacts_to_complete, shifts_to_take_over
from drillreg.notices.working import tell_work_end
from drillreg.office.reading import overlay
from drillreg.orgs.boundary_import import BoundaryImport
from drillreg.orgs.division_import import DivisionImport
from drillreg.orgs.effects import Area, Effect, register_effects
from drillreg.orgs.layers import Layer, register_layers
from drillreg.orgs.org_import import OrgImport
from drillreg.orgs.previews import duty_lines, past_lines, record_lines, supervision_lines
from drillreg.orgs.records import ORG, register_records
from drillreg.orgs.successions import Succession, register_successions
from drillreg.patrols.listening import take_result
from drillreg.patrols.panels import patrols_of_site
from drillreg.patrols.planning import plan_anew_below as patrol_anew_below
from drillreg.patrols.proving import note_check as note_patrol_check
from drillreg.patrols.waiting import MISSED_PATROLS, patrols_to_make
from drillreg.plans.brought import WORD_WORK
from drillreg.plans.freezing import FREEZE_WORK, print_frozen
from drillreg.plans.marking import register_marks
from drillreg.plans.panels import plans_of_org, plans_over_site, signing_action, unread_of_plan
from drillreg.plans.part_panels import copied_and_alike, parts_of_plan
from drillreg.plans.proving import plans_to_prove
from drillreg.plans.scope import PLAN
from drillreg.plans.succession import DRAFTS, PLANS
from drillreg.plans.underway import plans_being_written
from drillreg.plans.waiting import PLANS_TO_REVIEW, plans_to_review
from drillreg.plans.word_jobs import read_long
from drillreg.plans.word_panels import link_in_head, link_to_word
from drillreg.reports.panels import drill_panel, org_panel, post_panel
from drillreg.reports.printing import print_report
from drillreg.reports.scope import REPORT
from drillreg.reports.sheets import KIND as SIGN_OFF
from drillreg.reports.sheets import SIGN_OFF_SHEET, report_references
from drillreg.reports.succession import ACTIONS
from drillreg.reports.waiting import (
    LATE_ACTIONS,
    MISSING_REPORTS,
    actions_to_do,
    reports_sent_back,
    reports_to_decide,
)
from drillreg.resources.panels import resources_of_org
from drillreg.resources.succession import SHELTERS, SUPPLIES, TEAMS
from drillreg.revisions.listening import note_findings, note_plan
from drillreg.revisions.panels import revisions_of_plan, to_revise
from drillreg.revisions.waiting import reasons_to_answer
from drillreg.sandbox import client as sandbox
from drillreg.scheduler.jobs import BACKUP_WORK
from drillreg.scheduler.operations import JOB_WORK
from drillreg.scheduler.runner import run_asked
from drillreg.signoffs.sheets import KIND as SIGN_OFF_STEP
from drillreg.signoffs.sheets import STEP_SHEET, stage_references
from drillreg.signoffs.succession import SIGN_OFFS
from drillreg.signoffs.waiting import (
    LATE_OPINIONS,
    LATE_STEPS,
    opinions_to_give,
    returned_to_me,
    steps_on_paper,
    steps_to_take,
)
from drillreg.staff.panels import leaving_link, leaving_link_below
from drillreg.staff.people_import import PeopleImport
from drillreg.tasks.chasing import ChaseSource, register_chasing
from drillreg.tasks.panels import tasks_of_holder, tasks_of_org, tasks_panel
from drillreg.tasks.succession import TASKS
from drillreg.tasks.todos import TodoSource, register_todos
from drillreg.tasks.waiting import LATE_TASKS, tasks_to_do
from drillreg.upkeep.trial import CHECK_WORK, back_up, try_restore
from drillreg.work.ending import register_end
from drillreg.work.importers import Kind
from drillreg.work.worker import Handler, register_work

BLUEPRINTS = (
    drillreg.accounts.routes.bp,
    drillreg.accounts.routes.people_bp,
    drillreg.accounts.cli.bp,
    drillreg.accounts.reach.routes.bp,
    drillreg.audit.cli.bp,
    drillreg.books.routes.bp,
    drillreg.dangers.routes.bp,
    drillreg.dashboard.routes.bp,
    drillreg.demo.cli.bp,
    drillreg.demo.cli.start_bp,
    drillreg.documents.routes.bp,
    drillreg.drills.routes.bp,
    drillreg.duties.routes.bp,
    drillreg.evidence.routes.bp,
    drillreg.exposures.routes.bp,
    drillreg.filings.routes.bp,
    drillreg.filings.routes.published_bp,
    drillreg.hazards.cli.bp,
    drillreg.hazards.routes.bp,
    drillreg.imports.cli.bp,
    drillreg.imports.routes.bp,
    drillreg.maps.routes.bp,
    *drillreg.network.routes.BLUEPRINTS,
    drillreg.notices.routes.bp,
    drillreg.office.cli.bp,
    drillreg.office.routes.bp,
    drillreg.orgs.routes.bp,
    drillreg.patrols.routes.bp,
    drillreg.plans.cli.bp,
    drillreg.plans.routes.bp,
    drillreg.reports.routes.bp,
    drillreg.resources.routes.bp,
    drillreg.scheduler.cli.bp,
    drillreg.revisions.routes.bp,
    drillreg.scheduler.routes.bp,
    drillreg.signoffs.routes.bp,
    drillreg.staff.routes.bp,
    drillreg.tasks.routes.bp,
    drillreg.upkeep.cli.bp,
    drillreg.upkeep.routes.bp,
    drillreg.upkeep.tls_cli.bp,
    drillreg.work.routes.bp,
)

# Kinds of background work: what the row says, and who does it.
WORK: dict[str, Handler] = {
    READ_WORK: read_large,
    APPLY_WORK: write_import,
    "reports.pdf": print_report,
    BOOK_WORK: compile_book,
    FREEZE_WORK: print_frozen,
    VERIFY_WORK: verify_trail,
    JOB_WORK: run_asked,
    BACKUP_WORK: back_up,
    CHECK_WORK: try_restore,
    WORD_WORK: read_long,
}

# What can be imported, in the order in which it is offered.
IMPORTS: tuple[Kind, ...] = (
    SiteImport(),
    DangerImport(),
    OrgImport(),
    DivisionImport(),
    BoundaryImport(),
    PeopleImport(),
)

# What higher features show on the pages of lower ones.
PANELS: tuple[tuple[str, Panel], ...] = (
    ("org", contacts_of_org),
    ("org", tasks_of_org),
    ("org", plans_of_org),
    ("org", sites_of_org),
    ("org", threats_to_org),
    ("org", drills_of_org),
    ("org", org_panel),
    ("org-aside", resources_of_org),
    ("org-reach", grants_of_org),
    ("plan-aside", short_papers_of_plan),
    ("public-abridged", abridged_for_all),
    ("plan-actions", signing_action),
    ("site", grants_of_site),
    ("drill", grants_of_drill),
    ("report", grants_of_report),
    ("site-thread", exposed_on_thread),
    ("site-thread", site_thread),
    ("home", duties_at_home),
    ("home", periods_at_home),
    ("home", network_at_home),
    ("org", resources_of_org),
    ("org", duties_of_org_panel),
    ("org", tasks_of_org),
    ("account", leaving_link),
    ("account-below", leaving_link_below),
    ("org-past", sites_of_org),
    ("org-past", plans_of_org),
    ("org-past", drills_of_org),
    ("drill", drill_panel),
    ("plan", parts_of_plan),
    ("plan", copied_and_alike),
    ("plan", revisions_of_plan),
    ("plan", filing_of_plan),
    ("plan", drills_of_plan),
    ("plan-begin", link_to_word),
    ("plan-write-actions", link_in_head),
    ("plan", unread_of_plan),
    ("site", exposed_by_site),
    ("site", plans_over_site),
    ("site", patrols_of_site),
    ("site", drills_at_site),
    ("post-open", tasks_of_holder),
    ("post-open", post_panel),
    ("org", evidence_of_org),
    ("plan", evidence_panel("plan")),
    ("site", evidence_panel("hazard_site")),
    ("drill", evidence_panel("drill")),
    ("report", evidence_panel("report")),
    ("drill", tasks_panel("drill")),
    ("site", tasks_panel("hazard_site")),
    ("plan", tasks_panel("plan")),
    ("report", tasks_panel("report")),
    ("drill", counts_toward("drill")),
    ("report", counts_toward("report")),
    ("plan", counts_toward("plan")),
    ("plan", grants_of_plan),
    ("site", counts_toward("hazard_site")),
    ("home", dangers_at_home),
    ("org", dangers_of_org),
    ("org-past", dangers_of_org),
    ("site", dangers_at_site),
    ("danger", evidence_panel("danger")),
    ("danger", tasks_panel("danger")),
    ("danger", counts_toward("danger")),
    ("danger", grants_of_danger),
    ("duty", responsible_for_duties),
    ("action", tasks_panel("corrective-action")),
)

# Where a record is shown, by what the trail, the step log and evidence call its kind.
SUBJECTS = {
    "task": ("tasks.show", "task_id"),
    "danger": ("dangers.show", "danger_id"),
    "plan": ("plans.show", "plan_id"),
    "hazard_site": ("hazards.show", "site_id"),
    "hazard_check": ("hazards.show_check", "check_id"),
    "check_sheet": ("hazards.sheet", "sheet_id"),
    "patrol_plan": ("patrols.show", "plan_id"),
    "inspection": ("patrols.inspection", "inspection_id"),
    "drill": ("drills.show", "drill_id"),
    "report": ("reports.show", "report_id"),
    "corrective-action": ("reports.action", "action_id"),
    "org": ("orgs.show", "org_id"),
    "duty": ("duties.open_duty", "duty_id"),
    "duty-dispute": ("duties.show_dispute", "dispute_id"),
    "evidence": ("evidence.show", "evidence_id"),
    "sign-off-stage": ("signoffs.step", "stage_id"),
    "consultation": ("plans.consultation", "consultation_id"),
    "filing": ("filings.show", "filing_id"),
    "site-report": ("hazards.report", "report_id"),
    "training": ("filings.training", "training_id"),
    "revision-trigger": ("revisions.trigger", "trigger_id"),
    "plan-evaluation": ("revisions.evaluation", "evaluation_id"),
    "drafting-plan": ("revisions.drafting", "drafting_id"),
    "drafting-item": ("revisions.item", "item_id"),
}

# What the one map shows beside boundaries and sites, in the order of its switches.
LAYERS: tuple[Layer, ...] = MAP_LAYERS

# What of an organisation evidence entered by hand can be about, by the type of the field.
CHOOSERS: dict[str, Chooser] = {
    "plan": plans_to_prove,
    "site": sites_to_prove,
    "drill": drills_to_prove,
}

# Who knows when what is owed is planned next.
PLANNED_NEXT: dict[Owed, NextDates] = {Owed.DRILL: next_drills}

# Who knows what of what is owed is being written.
UNDER_WAY: dict[Owed, UnderWay] = {Owed.PLAN: plans_being_written}

# What waits for a person, for the to-do list.
TODOS: tuple[TodoSource, ...] = (
    reports_to_decide,
    reports_sent_back,
    steps_to_take,
    steps_on_paper,
    opinions_to_give,
    returned_to_me,
    tasks_to_do,
    shifts_to_take_over,
    contacts_to_complete,
    patrols_to_make,
    drills_to_hold,
    checks_to_make,
    actions_to_do,
    plans_to_review,
    plans_to_file,
    filings_to_answer,
    reports_to_file,
    reasons_to_answer,
    dangers_to_fix,
    dangers_to_move,
    duties_to_do,
)

# What somebody can be chased for.
CHASING: tuple[ChaseSource, ...] = (
    LATE_TASKS,
    OVERDUE_DRILLS,
    MISSING_REPORTS,
    LATE_ACTIONS,
    STALE_CHECKS,
    MISSED_PATROLS,
    PLANS_TO_REVIEW,
    LATE_FILINGS,
    LATE_PUBLICATIONS,
    LATE_DUTIES,
    LATE_STEPS,
    LATE_OPINIONS,
    LATE_DANGERS,
)

# Where a duty is done; the first page that fits its rule.
DOING: tuple[Doing, ...] = (
    Doing(
        N_("Record a drill"),
        "drills.due",
        Permission.RECORD_DRILLS,
        {"org": Given.ORG, "event_type": Given.EVENT_TYPE},
        kind="drill-held",
    ),
    Doing(
        N_("Record a check"),
        "hazards.mine",
        Permission.LOG_CHECKS,
        {},
        kind="hazard-checked",
    ),
    Doing(
        N_("Revise the plan"),
        "plans.revise",
        Permission.EDIT_PLANS,
        {"plan_id": Given.KEY},
        kind="plan-issued",
        owed=frozenset({Owed.REVISE}),
    ),
    Doing(
        N_("Register the plan"),
        "plans.new",
        Permission.EDIT_PLANS,
        {"org": Given.ORG, "event_type": Given.EVENT_TYPE},
        kind="plan-issued",
    ),
    Doing(
        N_("Evaluate the plan"),
        "revisions.evaluate",
        Permission.EDIT_PLANS,
        {"plan_id": Given.KEY},
        kind="plan-evaluated",
        owed=frozenset({Owed.EVALUATE}),
    ),
    Doing(
        N_("Write the report"),
        "reports.new",
        Permission.WRITE_REPORTS,
        {"drill_id": Given.KEY},
        kind="report-approved",
        bases=frozenset({Basis.DRILL}),
    ),
    Doing(
        N_("File the plan"),
        "filings.send",
        Permission.EDIT_PLANS,
        {"plan_id": Given.KEY},
        kind="plan-filed",
        bases=frozenset({Basis.PLAN}),
    ),
    Doing(
        N_("Make the plan known"),
        "filings.publish",
        Permission.EDIT_PLANS,
        {"plan_id": Given.KEY},
        kind="plan-published",
        bases=frozenset({Basis.PLAN}),
    ),
    Doing(
        N_("Check the filing"),
        "filings.received",
        Permission.ISSUE_PLANS,
        {"org": Given.ORG, "key": Given.KEY},
        kind="filing-answered",
        bases=frozenset({Basis.FILING}),
    ),
    Doing(
        N_("Enter a training"),
        "filings.train",
        Permission.RECORD_DRILLS,
        {"org": Given.ORG, "kind": Given.KIND, "next": Given.BACK},
        kind="training-held",
    ),
    Doing(
        N_("Enter publicity"),
        "filings.train",
        Permission.RECORD_DRILLS,
        {"org": Given.ORG, "kind": Given.KIND, "next": Given.BACK},
        kind="publicity-held",
    ),
    *(
        Doing(
            N_("Open the danger"),
            "dangers.owed",
            Permission.VIEW,
            {"org": Given.ORG, "key": Given.KEY, "kind": Given.KIND},
            kind=kind,
            bases=frozenset({Basis.DANGER}),
        )
        for kind in ("danger-reported", "danger-plan-made", "danger-supervised", "danger-accepted")
    ),
    Doing(
        N_("Make the return"),
        "dangers.return_due",
        Permission.REPORT_DANGERS,
        {"org": Given.ORG, "kind": Given.KIND, "next": Given.BACK},
        kind="return-sent",
        bases=frozenset({Basis.ORG}),
    ),
    # Everything else is entered by hand as evidence.
    Doing(
        N_("Enter what was done"),
        "evidence.new",
        Permission.RECORD_DRILLS,
        {
            "org": Given.ORG,
            "kind": Given.KIND,
            "event_type": Given.EVENT_TYPE,
            "next": Given.BACK,
        },
        by_key=True,
    ),
)

# What is open at an organisation and passes to its successor, in the order in which it passes.
SUCCESSIONS: tuple[Succession, ...] = (
    PLANS,
    DRAFTS,
    SIGN_OFFS,
    PLANNED,
    PROGRAMMES,
    SITES,
    DANGERS,
    ACTIONS,
    ROLES,
    POSTS,
    TASKS,
    TEAMS,
    SUPPLIES,
    SHELTERS,
)

# Who can say, before it is done, what a change of the tree would do.
EFFECTS: tuple[tuple[Area, Effect], ...] = (
    (Area.REACH, reach_lines),
    (Area.REACH, past_lines),
    (Area.REACH, supervision_lines),
    (Area.DUTIES, duty_lines),
    (Area.RECORDS, record_lines),
)


# How records are named where a document number or a printed sheet refers to them.
REFERENCES: dict[str, Resolver] = {
    "danger": danger_references,
    "danger-listing": listing_references,
    "danger-round": round_references,
    "danger-transfer": transfer_references,
    "filing": filing_references,
    "site-report": site_report_references,
    "report": report_references,
    "sign-off-stage": stage_references,
}

# Forms that are printed, signed on paper and sent back by their code.
SHEETS: dict[str, SheetKind] = {
    SIGN_OFF: SIGN_OFF_SHEET,
    SIGN_OFF_STEP: STEP_SHEET,
    DANGER_REVIEW: REVIEW_SHEET,
}


# Kinds of records that somebody can be granted, or that stay open to a former territory.
RECORDS = (ORG, PLAN, SITE, DANGER, DRILL, REPORT)


def shipped_folder(name: str) -> Path:
    """Return a top-level folder of the checkout, or its copy inside an installed wheel."""
    here = Path(__file__).parent
    installed = here / f"_{name}"
    return installed if installed.is_dir() else here.parent / name


def configure(app: Flask, found: Settings) -> None:
    """Turn the settings into what Flask wants to know."""
    app.extensions["drillreg.settings"] = found
    cookie = "__Host-drillreg" if found.https else "drillreg"
    app.config.update(
        SECRET_KEY=found.secret_key,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_SECURE=found.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=found.upload_megabytes * 1024 * 1024,
        TRUSTED_HOSTS=[h for h in found.trusted_hosts.split(",") if h] or None,
    )
    if found.trusted_proxies:
        hops = found.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def create_app(found: Settings | None = None) -> Flask:
    """Build the application."""
    found = with_secret(found or read_settings(os.environ))
    app = Flask(__name__, template_folder=str(shipped_folder("templates")))
    configure(app, found)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    logging.basicConfig(
        level=found.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for chatty in ("alembic", "apscheduler", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sandbox.configure(found.data_dir / "run", allow_network=found.sandbox_without_network_isolation)
    database.init_app(app, found.url_of_database())
    Migrate(app, database.db, directory=str(Path(__file__).parent / "migrations"))
    i18n.init_app(app)
    web.init_app(app)
    page.init_app(app)
    guard.init_app(app)
    shell.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for place, panel in PANELS:
        add_panel(app, place, panel)
    register_work(app, WORK)
    register_records(app, RECORDS)
    register_subjects(app, SUBJECTS)
    register_layers(app, LAYERS)
    register_planned(app, PLANNED_NEXT)
    register_under_way(app, UNDER_WAY)
    register_choosers(app, CHOOSERS)
    register_todos(app, TODOS)
    register_chasing(app, CHASING)
    register_doing(app, DOING)
    register_references(app, REFERENCES)
    register_sheets(app, SHEETS)
    register_successions(app, SUCCESSIONS)
    register_effects(app, EFFECTS)
    register_overlay(app, overlay)
    listen(app, "calendar", plan_anew_below)
    listen(app, "calendar", plan_clocks.recount)
    listen(app, "calendar", patrol_anew_below)
    listen(app, "check", note_check)
    listen(app, "check", take_result)
    listen(app, "plan", plan_clocks.follow_plan)
    listen(app, "site", count_sites_anew)
    for what in ("calendar", "evidence", "org", "duties"):
        listen(app, what, following.note_change)
    listen(app, "check", note_patrol_check)
    listen(app, "plan", note_plan)
    listen(app, "findings", note_findings)
    listen(app, "site", exposures_following.note_sites)
    listen(app, "org", exposures_following.note_orgs)
    listen(app, "resource", exposures_following.note_resource)
    register_marks(app, to_revise)
    database.after_commit(app, following.follow)
    database.after_commit(app, exposures_following.follow)
    register_end(app, tell_work_end)
    register_imports(app, IMPORTS)
    guard.ensure_all_marked(app)
    return app


@click.group(cls=FlaskGroup, create_app=create_app)
def cli() -> None:
    """Run and look after drillreg."""
