"""Tables of the numbers a map shows: how many sites of an owner lie in a cell of a grid."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class SiteCell(Base):
    """How many standing sites of one organisation lie in one cell, by kind and level.

    Where `kind` or `level` is empty the row counts all of them, so that every filter the keys hold
    is one row a cell.
    """

    __tablename__ = "site_cell"
    __table_args__ = (UniqueConstraint("zoom", "kind", "level", "cell", "org_id"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    # The zoom of web maps at which the cell is 64 pixels wide, and the cell: the Morton number of
    # its positions without the bits that differ inside it.
    zoom: Mapped[int]
    cell: Mapped[int]
    kind: Mapped[str]
    level: Mapped[str]
    sites: Mapped[int]
    # The highest level there, red 0 … blue 3, and the site with the smallest key.
    level_rank: Mapped[int]
    first_site_id: Mapped[int]
    # Sums of longitude and latitude in millionths of a degree: whole numbers, so that they add up
    # the same in any order.
    lon_sum: Mapped[int]
    lat_sum: Mapped[int]


class SiteMark(Base):
    """An organisation whose sites changed since they were counted; its rows are counted instead.

    Written in the transaction of the change, taken away by the one that counts.
    """

    __tablename__ = "site_mark"
    __table_args__ = (Index("ix_site_mark_org_id", "org_id", "id"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
