"""The blueprint of the import wizard, and who may use which kind."""

from flask import Blueprint

from drillreg.core.access import Permission, current_actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_
from drillreg.imports.queries import get_batch
from drillreg.imports.registry import kind_of, kinds_for
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for, ensure_may
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


def reach_of_imports() -> OrgScope:
    """Return where a person may see imports: administrators view nothing but what they bring in."""
    actor = current_actor()
    kinds = kinds_for(actor)
    if actor.may(Permission.VIEW) or not kinds:
        return current_scope()
    return current_scope_for(kinds[0].permission)


def own_batch(public_id: str) -> tuple[ImportBatch, Kind, Org]:
    """Return an import in scope with its kind and organisation; raise unless the person may."""
    batch = get_batch(public_id, reach_of_imports())
    kind = kind_of(batch.kind)
    org = db.session.get_one(Org, batch.org_id)
    ensure_may(kind.permission, org)
    return batch, kind, org
