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


def scopes_of_imports() -> dict[str, OrgScope]:
    """Return where the person making this request may import, by kind."""
    kinds = kinds_for(current_actor())
    return {kind.code: current_scope_for(kind.permission) for kind in kinds}


def viewed_for(kind: Kind) -> OrgScope:
    """Return where an organisation to import for is found: administrators view nothing else."""
    sees = current_actor().may(Permission.VIEW)
    return current_scope() if sees else current_scope_for(kind.permission)


def own_batch(public_id: str) -> tuple[ImportBatch, Kind, Org]:
    """Return an import in scope with its kind and organisation; raise unless the person may."""
    batch = get_batch(public_id, current_scope(), scopes_of_imports())
    kind = kind_of(batch.kind)
    org = db.session.get_one(Org, batch.org_id)
    ensure_may(kind.permission, org)
    return batch, kind, org
