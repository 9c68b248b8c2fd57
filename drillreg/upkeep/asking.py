"""Asking for a backup or a restore check; the background process does it."""

from datetime import datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.i18n import N_, translate
from drillreg.scheduler.jobs import BACKUP_WORK
from drillreg.upkeep.trial import CHECK_WORK
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue


def ask_for_backup(*, actor: Actor, now: datetime) -> WorkItem:
    """Queue a backup."""
    return _ask(BACKUP_WORK, {}, translate(N_("Backup")), "backup-asked", actor, now)


def ask_for_check(name: str, *, actor: Actor, now: datetime) -> WorkItem:
    """Queue a trial restore of a backup."""
    title = translate(N_("Restore check of %(name)s"), name=name)
    return _ask(CHECK_WORK, {"name": name}, title, "restore-check-asked", actor, now)


def _ask(
    kind: str, args: dict[str, str], title: str, action: str, actor: Actor, now: datetime
) -> WorkItem:
    item = enqueue(kind, args, title=title, actor=actor, org_id=None, now=now)
    record(
        action,
        subject_kind="backup",
        subject_id=item.id,
        actor=actor,
        now=now,
        name=args.get("name", ""),
    )
    return item
