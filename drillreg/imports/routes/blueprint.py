"""The blueprint of the import wizard, and who may use which kind."""

from flask import Blueprint

from drillreg.core.access import current_actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_
from drillreg.imports.queries import get_batch
from drillreg.imports.registry import kind_of
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, ensure_may
from drillreg.work.importers import Kind
from drillreg.work.models import ImportBatch

bp = Blueprint("imports", __name__, url_prefix="/imports")


def kind_asked(code: str | None) -> Kind:
    """Return the kind that a page was asked for; raise unless the person may import it."""
    if not code:
        raise DomainError(N_("Choose first what is to be imported."))
    kind = kind_of(code)
    if not current_actor().may(kind.permission):
        raise NotAllowed(N_("You may not import this."))
    return kind


def own_batch(public_id: str) -> tuple[ImportBatch, Kind, Org]:
    """Return an import in scope with its kind and organisation; raise unless the person may."""
    batch = get_batch(public_id, current_scope())
    kind = kind_of(batch.kind)
    org = db.session.get_one(Org, batch.org_id)
    ensure_may(kind.permission, org)
    return batch, kind, org
