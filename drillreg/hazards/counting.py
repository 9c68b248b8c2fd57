"""Keeping the numbers of the map in step with the ledger.

Whoever changes where a site lies, whose it is, its kind, its level or whether it stands marks its
organisation in the same transaction. A marked organisation is counted from its rows until the
worker has counted it anew, so that map and ledger agree at any moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    delete,
    event,
    func,
    insert,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from drillreg.core.db import db, unit_of_work
from drillreg.geo import morton
from drillreg.hazards.cell_models import SiteCell, SiteMark
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing

# Zooms that are counted ahead; those between take the next closer one, closer ones the rows.
ZOOMS = (8, 10, 12)
# So many organisations are counted in one transaction: others may write in between.
AT_ONCE = 20
KEYS = ("org_id", "zoom", "cell", "kind", "level")
FIGURES = ("sites", "level_rank", "first_site_id", "lon_sum", "lat_sum")
ANY: Any = literal_column("''")


def cell_at(zoom: int) -> Any:
    """Return, as SQL, the cell that a site lies in at a zoom."""
    shift: Any = literal_column(str(morton.cell_bits(zoom)))
    return HazardSite.morton.op(">>", return_type=BigInteger())(shift)


def millionths(degrees: Any) -> Any:
    """Return, as SQL, the sum of degrees in whole millionths."""
    return func.sum(cast(func.round(degrees * 1_000_000), BigInteger))


# Noting what changed


def mark_orgs(org_ids: Iterable[int]) -> None:
    """Note that the sites of organisations are to be counted anew."""
    rows = [{"org_id": org_id} for org_id in sorted(set(org_ids))]
    if rows:
        db.session.execute(insert(SiteMark), rows)


def mark_sites(these: ColumnElement[bool]) -> None:
    """Note that the organisations of some sites are to be counted anew, in one statement."""
    owners = select(HazardSite.org_id).where(these).distinct()
    db.session.execute(insert(SiteMark).from_select(["org_id"], owners))


def note_change(facts: Mapping[str, Any]) -> None:
    """Listen to what is announced of sites (`site_ids`): count their organisations anew."""
    mark_sites(HazardSite.id.in_(sorted(facts["site_ids"])))


def _mark_saved(mapper: Mapper[Any], connection: Connection, site: HazardSite) -> None:
    """Mark the owner of a site that is saved one by one, and the owner it had before."""
    owners = {site.org_id, *(inspect(site).attrs.org_id.history.deleted or ())}
    connection.execute(insert(SiteMark), [{"org_id": each} for each in sorted(owners)])


for _moment in ("before_insert", "before_update"):
    event.listen(HazardSite, _moment, _mark_saved)


# Counting


def count_anew(org_ids: Sequence[int]) -> None:
    """Count the standing sites of organisations by cells, in a fixed number of statements."""
    db.session.execute(delete(SiteCell).where(SiteCell.org_id.in_(org_ids)))
    _count_rows(org_ids)
    for coarse, fine in ((ZOOMS[1], ZOOMS[2]), (ZOOMS[0], ZOOMS[1])):
        wider: Any = literal_column(str(morton.cell_bits(coarse) - morton.cell_bits(fine)))
        up = SiteCell.cell.op(">>", return_type=BigInteger())(wider)
        _sum_up(org_ids, SiteCell.zoom == fine, zoom=literal_column(str(coarse)), cell=up)
    single = (SiteCell.kind != ANY) & (SiteCell.level != ANY)
    _sum_up(org_ids, single, kind=ANY)
    _sum_up(org_ids, single, level=ANY)
    _sum_up(org_ids, single, kind=ANY, level=ANY)


def _count_rows(org_ids: Sequence[int]) -> None:
    """Count sites by the smallest cells."""
    keys = [HazardSite.org_id, cell_at(ZOOMS[-1]), HazardSite.kind, HazardSite.level]
    found = (
        select(
            keys[0],
            literal_column(str(ZOOMS[-1])),
            *keys[1:],
            func.count(),
            func.min(HazardSite.level_rank),
            func.min(HazardSite.id),
            millionths(HazardSite.lon),
            millionths(HazardSite.lat),
        )
        .where(HazardSite.org_id.in_(org_ids), is_standing())
        .group_by(*keys)
    )
    db.session.execute(insert(SiteCell).from_select([*KEYS, *FIGURES], found))


def _sum_up(org_ids: Sequence[int], of: ColumnElement[bool], **instead: Any) -> None:
    """Add rows that sum others: `instead` says what stands in place of which key."""
    keys = {name: instead.get(name, getattr(SiteCell, name)) for name in KEYS}
    constant = {name for name, key in instead.items() if name != "cell"}
    found = (
        select(
            *keys.values(),
            func.sum(SiteCell.sites),
            func.min(SiteCell.level_rank),
            func.min(SiteCell.first_site_id),
            func.sum(SiteCell.lon_sum),
            func.sum(SiteCell.lat_sum),
        )
        .where(SiteCell.org_id.in_(org_ids), of)
        .group_by(*(key for name, key in keys.items() if name not in constant))
    )
    db.session.execute(insert(SiteCell).from_select([*KEYS, *FIGURES], found))


def _marked(at_most: int) -> dict[int, list[int]]:
    """Return organisations that are marked, the longest waiting first, with their marks."""
    first = select(SiteMark.org_id).order_by(SiteMark.id).limit(5000).subquery()
    org_ids = db.session.scalars(select(first.c.org_id).distinct().limit(at_most)).all()
    found: dict[int, list[int]] = {}
    # Locked, so that no second process counts the same; SQLite has one writer anyway.
    rows = db.session.execute(
        select(SiteMark.org_id, SiteMark.id)
        .where(SiteMark.org_id.in_(org_ids))
        .with_for_update(skip_locked=True)
    )
    for org_id, mark in rows:
        found.setdefault(org_id, []).append(mark)
    return found


def count_marked(now: datetime) -> int:
    """Count every marked organisation anew; return how many there were.

    Marks that come meanwhile stay: what this has not seen is counted the next time.
    """
    done = 0
    while db.session.scalar(select(SiteMark.id).limit(1)) is not None:
        with unit_of_work():
            marked = _marked(AT_ONCE)
            if not marked:
                break
            count_anew(sorted(marked))
            marks = [mark for each in marked.values() for mark in each]
            db.session.execute(delete(SiteMark).where(SiteMark.id.in_(marks)))
        done += len(marked)
    return done


# Looking whether it is true


def wrong_counts() -> list[int]:
    """Return the organisations, none of them marked, whose numbers are not those of the ledger."""
    marked = select(SiteMark.org_id)
    figures = (func.count(), millionths(HazardSite.lon), millionths(HazardSite.lat))
    rows = db.session.execute(
        select(HazardSite.org_id, HazardSite.kind, HazardSite.level, *figures)
        .where(is_standing(), HazardSite.org_id.not_in(marked))
        .group_by(HazardSite.org_id, HazardSite.kind, HazardSite.level)
    )
    true = {tuple(row[:3]): tuple(map(int, row[3:])) for row in rows}
    sums = (SiteCell.sites, SiteCell.lon_sum, SiteCell.lat_sum)
    rows = db.session.execute(
        select(SiteCell.org_id, SiteCell.kind, SiteCell.level, *map(func.sum, sums))
        .where(SiteCell.zoom == ZOOMS[0], SiteCell.kind != ANY, SiteCell.level != ANY)
        .where(SiteCell.org_id.not_in(marked))
        .group_by(SiteCell.org_id, SiteCell.kind, SiteCell.level)
    )
    held = {tuple(row[:3]): tuple(map(int, row[3:])) for row in rows}
    return sorted({key[0] for key in true.keys() | held.keys() if true.get(key) != held.get(key)})


def mend_counts(now: datetime) -> int:
    """Mark the organisations whose numbers are wrong, and count them anew; return how many."""
    if wrong := wrong_counts():
        with unit_of_work():
            mark_orgs(wrong)
        count_marked(now)
    return len(wrong)


def count_all(now: datetime) -> int:
    """Count every organisation that has sites or had some; return how many."""
    with unit_of_work():
        db.session.execute(delete(SiteCell))
        mark_sites(HazardSite.id.is_not(None))
    return count_marked(now)
