"""Figures of dangers: by level for the returns, by town and kind for the county; rows behind each.

Found in the period; put right means struck off by now, so that a number and its list agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.dangers.filters import DangerFilter
from drillreg.dangers.models import Danger
from drillreg.dangers.queries import conditions, stands
from drillreg.dangers.rules import DangerLevel, Stage, Standing
from drillreg.documents.paper import Block, Column, Manner, Paper, Paragraph, Row, Table, day_text
from drillreg.orgs.models import Org
from drillreg.orgs.queries import places_to_choose
from drillreg.orgs.scope import OrgScope

COUNTED = ("found", "fixed", "late")


@dataclass(frozen=True)
class LevelFigures:
    """Of one level: found, put right, money in yuan."""

    level: str
    found: int = 0
    fixed: int = 0
    yuan: int = 0

    @property
    def rate(self) -> float | None:
        """Return the share put right in percent, None where nothing was found."""
        return round(100 * self.fixed / self.found, 1) if self.found else None


def _counted(*columns: Any) -> Any:
    closed = case((Danger.stage == Stage.CLOSED, 1), else_=0)
    return select(*columns, func.count(), func.sum(closed))


def _in_return(wanted: DangerFilter, scope: OrgScope, today: date) -> list[Any]:
    # What nobody has confirmed is no danger yet.
    return [*conditions(wanted, scope, today), Danger.stage != Stage.DRAFT]


def by_level(wanted: DangerFilter, scope: OrgScope, *, today: date) -> list[LevelFigures]:
    """Return the figures of the return of 16号令 §14, one line a level."""
    rows = db.session.execute(
        _counted(Danger.level)
        .add_columns(func.sum(func.coalesce(Danger.cost_yuan, 0)))
        .select_from(Danger)
        .join(Danger.org)
        .where(*_in_return(wanted, scope, today))
        .group_by(Danger.level)
    ).all()
    known = {row[0]: LevelFigures(row[0].value, row[1], int(row[2]), int(row[3])) for row in rows}
    return [known.get(level, LevelFigures(level.value)) for level in DangerLevel]


@dataclass(frozen=True)
class PlaceFigures:
    """One line of the table: a territory with its counts, in all and by kind."""

    org: Org
    found: int
    fixed: int
    late: int
    kinds: dict[str, int]


def _towns(within: Org, scope: OrgScope) -> Sequence[Org]:
    """Return the territories of the table: an organisation itself and what lies below by towns."""
    ids = [place.id for place in places_to_choose(scope, within)]
    return db.session.scalars(
        select(Org).where(Org.id.in_(ids), Org.parent_id == within.id).order_by(Org.path)
    ).all()


def by_place(
    within: Org, wanted: DangerFilter, scope: OrgScope, *, today: date
) -> list[PlaceFigures]:
    """Return the counts of each town (or village) below an organisation, and of all of it last."""
    late = case((stands(Standing.LATE, today), 1), else_=0)
    rows = db.session.execute(
        _counted(Org.path, Danger.category)
        .add_columns(func.sum(late))
        .select_from(Danger)
        .join(Danger.org)
        .where(*_in_return(wanted, scope, today))
        .group_by(Org.path, Danger.category)
    ).all()
    towns = _towns(within, scope)
    lines = [_line(town, [row for row in rows if row[0].startswith(town.path)]) for town in towns]
    return [*lines, _line(within, rows)]


def _line(org: Org, rows: Sequence[Any]) -> PlaceFigures:
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row[1] or ""] = kinds.get(row[1] or "", 0) + row[2]
    return PlaceFigures(
        org,
        sum(row[2] for row in rows),
        sum(int(row[3]) for row in rows),
        sum(int(row[4]) for row in rows),
        kinds,
    )


def kinds_shown(lines: Sequence[PlaceFigures]) -> list[str]:
    """Return the kinds that occur, in the order of their list."""
    there = {kind for line in lines for kind in line.kinds}
    return [item.code for item in code_list("danger_category") if item.code in there]


def table_of(lines: Sequence[PlaceFigures]) -> tuple[list[str], list[list[Any]]]:
    """Return head (kinds as codes after four fixed columns) and rows of the table by place."""
    kinds = kinds_shown(lines)
    rows: list[list[Any]] = [
        [name_of(line.org), line.found, line.fixed, line.late]
        + [line.kinds.get(kind, 0) for kind in kinds]
        for line in lines
    ]
    return kinds, rows


def figures_paper(
    within: Org, lines: Sequence[PlaceFigures], levels: Sequence[LevelFigures], span: str
) -> Paper:
    """Return the figures by town and kind as a paper to be put on the wall."""
    kinds, rows = table_of(lines)
    columns = [
        Column("单位", 16),
        Column("排查", 7, "right"),
        Column("销号", 7, "right"),
        Column("逾期", 7, "right"),
        *[Column(code_label(kind, "danger_category"), 8, "right") for kind in kinds],
    ]
    told: list[Row] = [[str(cell) for cell in row] for row in rows]
    blocks: list[Block] = [
        Table(columns, told, ruled=True),
        *level_table(levels),
        Paragraph(f"统计范围：{span}发现的隐患；销号数为截至统计时已销号的。", Manner.NOTE),
    ]
    return Paper("roster", f"{within.name}事故隐患排查治理统计表", blocks, signed=False)


def level_table(levels: Sequence[LevelFigures]) -> list[Block]:
    """Return the table by level, as the return has it."""
    columns = [
        Column("隐患等级", 22),
        Column("排查（项）", 18, "right"),
        Column("已整改（项）", 18, "right"),
        Column("整改率（%）", 18, "right"),
        Column("整改资金（元）", 24, "right"),
    ]
    rows: list[Row] = [
        (
            str(code_list("danger_level").get(each.level).label["zh"]),  # type: ignore[union-attr]
            str(each.found),
            str(each.fixed),
            "—" if each.rate is None else f"{each.rate:g}",
            str(each.yuan),
        )
        for each in levels
    ]
    return [Table(columns, rows, ruled=True)]


def span_text(first: date | None, last: date | None) -> str:
    """Return a stretch of days as papers write it."""
    return f"{day_text(first) if first else '此前'}至{day_text(last) if last else '今'}"


def towns_of(dangers: Sequence[Danger]) -> dict[int, str]:
    """Return the town that each organisation of dangers lies in, by organisation, in one query."""
    paths = {danger.org_id: danger.org.path for danger in dangers}
    ids = {int(part) for path in paths.values() for part in path.strip("/").split("/")}
    found = db.session.execute(
        select(Org.id, Org.name).where(Org.kind == "town").order_by(Org.id)
    ).all()
    towns = {row.id: row.name for row in found if row.id in ids}
    return {
        org_id: towns[above]
        for org_id, path in paths.items()
        for above in map(int, path.strip("/").split("/"))
        if above in towns
    }
