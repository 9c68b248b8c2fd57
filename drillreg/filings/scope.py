"""Which filings, clocks and trainings a person reaches.

A filing is a letter: who sent it, who takes it and who got a copy see it.
"""

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from drillreg.filings.models import Filing, FilingCopy
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

Recipient = aliased(Org, name="recipient")


def filings_within(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that a filing is in scope; joined with `Org`, outer with `Recipient`."""
    copied: Any = (
        select(FilingCopy.filing_id)
        .join(Org, Org.id == FilingCopy.org_id)
        .where(scope.allows())
        .correlate(None)
    )
    return or_(scope.allows(), scope.allows(Recipient), Filing.id.in_(copied))
