"""Pages that look after the installation, and health addresses for the machine that watches it."""

from flask import Blueprint, Response, current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, public, requires
from drillreg.core.errors import NotFound
from drillreg.core.web import see_other, writes
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.scheduler.jobs import BACKUP_WORK
from drillreg.upkeep.asking import ask_for_backup, ask_for_check
from drillreg.upkeep.health import ALL, HOME, READY, examine
from drillreg.upkeep.tls import fingerprint, good_until, places_in
from drillreg.upkeep.trial import CHECK_WORK, backup_folder, backups, path_of_backup
from drillreg.work.queries import latest_of_kind
from drillreg.work.rules import WorkState

bp = Blueprint("upkeep", __name__)
OPEN = frozenset({WorkState.QUEUED, WorkState.RUNNING})


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether the system can work: database, background process, room on the disk."""
    found = {check.name: check.state for check in examine(READY)}
    return {"checks": found}, 503 if "bad" in found.values() else 200


@bp.get("/system/")
@requires(Permission.MANAGE_SYSTEM)
def home() -> str:
    """Show at a glance whether everything runs, with the way to each page."""
    return render_template("upkeep/home.html", checks=list(examine(HOME)))


@bp.get("/system/health")
@requires(Permission.MANAGE_SYSTEM)
def health() -> str:
    """Show every check of the installation and what to do."""
    return render_template("upkeep/health.html", checks=list(examine(ALL)))


@bp.get("/system/backups")
@requires(Permission.MANAGE_SYSTEM)
def backup_list() -> str:
    """List the backups, how old they are and whether one was tried."""
    found = settings()
    checks = {str(item.args.get("name")): item for item in reversed(latest_of_kind(CHECK_WORK))}
    return render_template(
        "upkeep/backups.html",
        backups=backups(found),
        folder=backup_folder(found).resolve(),
        checks=checks,
        making=next((i for i in latest_of_kind(BACKUP_WORK) if i.state in OPEN), None),
        failed=next((i for i in latest_of_kind(BACKUP_WORK, at_most=1) if i.message), None),
        now=clock.now(),
        hour=setting("machine.backup-hour"),
        kept=setting("machine.backups-kept"),
    )


@bp.post("/system/backups")
@requires(Permission.MANAGE_SYSTEM)
@writes
def back_up_now() -> ResponseReturnValue:
    """Have a backup made by the background process."""
    ask_for_backup(actor=current_actor(), now=clock.now())
    flash(translate(N_("The backup is being made. It appears in the list.")), "success")
    return see_other(url_for(".backup_list"))


@bp.post("/system/backups/<name>/check")
@requires(Permission.MANAGE_SYSTEM)
@writes
def check_backup_now(name: str) -> ResponseReturnValue:
    """Have a backup restored on trial by the background process."""
    path_of_backup(settings(), name)
    ask_for_check(name, actor=current_actor(), now=clock.now())
    flash(translate(N_("The backup is being tried. The result appears in the list.")), "success")
    return see_other(url_for(".backup_list"))


@bp.get("/trust")
@public
def trust() -> str:
    """Say how phones and computers come to trust this office's certificate authority."""
    path = places_in(settings().data_dir).ca_cert
    if not path.exists():
        raise NotFound(N_("This site has no certificate authority of its own."))
    return render_template(
        "upkeep/trust.html", fingerprint=fingerprint(path), until=clock.local_date(good_until(path))
    )


@bp.get("/trust/drillreg-ca.crt")
@public
def authority() -> ResponseReturnValue:
    """Hand out the certificate of the office's authority; it holds nothing secret."""
    path = places_in(settings().data_dir).ca_cert
    if not path.exists():
        raise NotFound(N_("This site has no certificate authority of its own."))
    response: Response = current_app.response_class(
        path.read_bytes(), mimetype="application/x-x509-ca-cert"
    )
    response.headers.set("Content-Disposition", "attachment", filename="drillreg-ca.crt")
    return response
