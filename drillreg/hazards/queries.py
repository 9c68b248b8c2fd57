"""Reading sites and checks within a scope: lists, counts, map data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.files.models import StoredFile
from drillreg.hazards.intervals import is_fresh
from drillreg.hazards.kinds import kinds_of_event
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.rules import LEVEL_ORDER, Freshness, RiskLevel, number_after
from drillreg.hazards.scope import SITE, as_seen
from drillreg.hazards.standing import has_ended, is_standing
from drillreg.i18n import N_
from drillreg.orgs.models import Division, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

# The same expression as the index: a site never checked comes first.
LAST_CHECK = func.coalesce(HazardSite.last_check_on, literal_column("'0001-01-01'"), type_=Date())

SORTS: dict[str, Order] = {
    "-level": [(HazardSite.level_rank, "asc"), (HazardSite.id, "asc")],
    "level": [(HazardSite.level_rank, "desc"), (HazardSite.id, "desc")],
    "checked": [(LAST_CHECK, "asc"), (HazardSite.id, "asc")],
    "-checked": [(LAST_CHECK, "desc"), (HazardSite.id, "desc")],
}
DEFAULT_SORT = "-level"
FILED, NOT_FILED = "yes", "no"


@dataclass(frozen=True)
class SiteFilter:
    """What the filter row of the ledger asks for; the map and the export take the same."""

    within: Org | None = None
    kind: str = ""
    event_type: str = ""
    level: str = ""
    fresh: str = ""
    words: str = ""
    # How sites left the ledger: those that stand where nothing is asked.
    ended: str = ""
    # Whether the county has filed them: "yes", "no" or either.
    filed: str = ""

    def key(self) -> tuple[Any, ...]:
        """Return what tells two filters apart."""
        within = self.within.id if self.within else None
        asked = (self.kind, self.event_type, self.level, self.fresh, self.words)
        return (within, *asked, self.ended, self.filed)


def _freshness(wanted: str, today: date) -> ColumnElement[bool]:
    if wanted == Freshness.NEVER:
        return HazardSite.last_check_on.is_(None)
    if wanted == Freshness.FRESH:
        return is_fresh(today)
    return and_(HazardSite.last_check_on.is_not(None), ~is_fresh(today))


def is_within(org: Org) -> ColumnElement[bool]:
    """Return the condition that a site belongs below an organisation or lies in its division."""
    below = and_(Org.path >= org.path, Org.path < subtree_end(org.path))
    if org.division_id is None:
        return below
    path = db.session.scalar(select(Division.path).where(Division.id == org.division_id))
    if path is None:
        return below
    divisions = select(Division.id).where(Division.path >= path, Division.path < subtree_end(path))
    return or_(below, HazardSite.division_id.in_(divisions))


def conditions(wanted: SiteFilter, scope: OrgScope, today: date) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter within a scope; the statement joins the organisation."""
    standing = has_ended(wanted.ended) if wanted.ended else is_standing()
    found: list[ColumnElement[bool]] = [SITE.within(scope), standing]
    if wanted.filed:
        filed = HazardSite.filed_on.is_not(None)
        found.append(filed if wanted.filed == FILED else ~filed)
    if wanted.within is not None:
        found.append(is_within(wanted.within))
    if wanted.kind:
        found.append(HazardSite.kind == wanted.kind)
    if wanted.event_type:
        found.append(HazardSite.kind.in_(kinds_of_event(wanted.event_type)))
    if wanted.level:
        found.append(HazardSite.level == RiskLevel(wanted.level))
    if wanted.fresh:
        found.append(_freshness(wanted.fresh, today))
    if wanted.words:
        texts = (
            HazardSite.name,
            HazardSite.name_en,
            HazardSite.number,
            HazardSite.outside_number,
            HazardSite.address,
        )
        found.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    return found


def _with_places(statement: Select[Any]) -> Select[Any]:
    return statement.options(
        contains_eager(HazardSite.org),
        joinedload(HazardSite.division).joinedload(Division.parent),
    )


def sites_page(
    wanted: SiteFilter,
    scope: OrgScope,
    *,
    today: date,
    sort: str = DEFAULT_SORT,
    cursor: str | None = None,
    size: int = 20,
) -> Page[HazardSite]:
    """Return a page of the ledger with organisation and division of each site."""
    statement = _with_places(
        select(HazardSite).join(HazardSite.org).where(*conditions(wanted, scope, today))
    )
    page = keyset_page(
        statement, order=SORTS.get(sort, SORTS[DEFAULT_SORT]), cursor=cursor, size=size
    )
    return Page([as_seen(site, scope) for site in page.rows], page.next_cursor, page.size)


def count_sites(wanted: SiteFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many sites the ledger has under a filter."""
    statement = (
        select(func.count())
        .select_from(HazardSite)
        .join(HazardSite.org)
        .where(*conditions(wanted, scope, today))
    )
    return db.session.scalar(statement) or 0


def all_sites(
    wanted: SiteFilter, scope: OrgScope, *, today: date, sort: str, at_most: int
) -> Sequence[HazardSite]:
    """Return every site under a filter, for an export, in the order of the list."""
    order = SORTS.get(sort, SORTS[DEFAULT_SORT])
    statement = _with_places(
        select(HazardSite).join(HazardSite.org).where(*conditions(wanted, scope, today))
    ).order_by(*(column.asc() if way == "asc" else column.desc() for column, way in order))
    return [as_seen(site, scope) for site in db.session.scalars(statement.limit(at_most))]


def _one_site(condition: ColumnElement[bool], scope: OrgScope) -> HazardSite:
    found: HazardSite | None = db.session.scalar(
        _with_places(select(HazardSite).join(HazardSite.org))
        .options(joinedload(HazardSite.department))
        .where(condition, SITE.within(scope), is_imported(HazardSite))
    )
    if found is None:
        raise NotFound(N_("There is no such site."))
    return as_seen(found, scope)


def get_site(site_id: int, scope: OrgScope) -> HazardSite:
    """Return a site, also one that was struck out; raise NotFound out of scope."""
    return _one_site(HazardSite.id == site_id, scope)


def get_site_of_code(public_id: str, scope: OrgScope) -> HazardSite:
    """Return the site whose QR code holds this id; raise NotFound out of scope."""
    return _one_site(HazardSite.public_id == public_id, scope)


def _checks_in(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that a check is in scope: it goes with its site, by its own day."""
    return scope.allows_record(SITE.code, HazardSite.id, dated=HazardCheck.checked_on)


def checks_page(
    site: HazardSite, scope: OrgScope, *, cursor: str | None = None
) -> Page[HazardCheck]:
    """Return a page of the checks on a site, newest first, with their photos."""
    return keyset_page(
        select(HazardCheck)
        .join(HazardSite, HazardSite.id == HazardCheck.site_id)
        .join(HazardSite.org)
        .where(HazardCheck.site_id == site.id, _checks_in(scope)),
        order=[(HazardCheck.checked_on, "desc"), (HazardCheck.id, "desc")],
        cursor=cursor,
        size=10,
    )


def get_check(check_id: int, scope: OrgScope) -> HazardCheck:
    """Return a check with its site, or raise NotFound out of scope."""
    found = db.session.scalar(
        select(HazardCheck)
        .join(HazardCheck.site)
        .join(HazardSite.org)
        .options(contains_eager(HazardCheck.site))
        .where(HazardCheck.id == check_id, _checks_in(scope), is_imported(HazardSite))
    )
    if found is None:
        raise NotFound(N_("There is no such check."))
    return found


def get_photo(photo_id: int, scope: OrgScope) -> StoredFile:
    """Return the file of a photo of a check, or raise NotFound out of scope."""
    found = db.session.scalar(
        select(StoredFile)
        .join(CheckPhoto, CheckPhoto.file_id == StoredFile.id)
        .join(HazardCheck, HazardCheck.id == CheckPhoto.check_id)
        .join(HazardCheck.site)
        .join(HazardSite.org)
        .where(CheckPhoto.id == photo_id, _checks_in(scope), is_imported(HazardSite))
    )
    if found is None:
        raise NotFound(N_("There is no such photo."))
    return found


def sites_to_check(scope: OrgScope, *, today: date, at_most: int = 60) -> Sequence[HazardSite]:
    """Return the sites of a scope whose check is the longest ago, first those never checked."""
    statement = _with_places(
        select(HazardSite).join(HazardSite.org).where(SITE.within(scope), is_standing())
    ).order_by(LAST_CHECK, HazardSite.level_rank, HazardSite.id)
    return db.session.scalars(statement.limit(at_most)).all()


def counts_by_level(org: Org, scope: OrgScope) -> dict[RiskLevel, int]:
    """Return how many sites of each level stand below an organisation or in its division."""
    rows = db.session.execute(
        select(HazardSite.level, func.count())
        .join(HazardSite.org)
        .where(SITE.within(scope), is_standing(), is_within(org))
        .group_by(HazardSite.level)
    ).all()
    counts = {row[0]: int(row[1]) for row in rows}
    return {level: counts[level] for level in LEVEL_ORDER if level in counts}


def suggested_number(org: Org) -> str:
    """Return the number that follows the newest one of an organisation."""
    newest = db.session.scalar(
        select(HazardSite.number)
        .where(HazardSite.org_id == org.id, is_imported(HazardSite))
        .order_by(HazardSite.id.desc())
        .limit(1)
    )
    number = number_after(newest or "")
    taken = set(
        db.session.scalars(
            select(HazardSite.number_taken).where(
                HazardSite.org_id == org.id, HazardSite.number_taken.is_not(None)
            )
        )
    )
    while number in taken:
        number = number_after(number)
    return number
