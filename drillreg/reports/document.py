"""The paper of a report, made from its snapshot and nothing else; always Chinese."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from drillreg.documents.figures import MapArea, MapPoint, TimelineEvent, map_svg, timeline_svg
from drillreg.documents.layouts import Layout, layout_of, wishes_from, with_wishes
from drillreg.documents.paper import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Manner,
    NumberedList,
    Paper,
    Paragraph,
    Photo,
    Photos,
    QrCode,
    Row,
    Strong,
    Table,
    day_text,
)
from drillreg.documents.pdf import UNDATED, Attachment, Rendered, print_paper
from drillreg.documents.word import word_of
from drillreg.files.operations import path_of
from drillreg.reports.snapshot import LAYOUT, canonical, digest, moment_of
from drillreg.reports.wording import RATING_NOTE
from drillreg.sandbox.limits import INTERACTIVE, Limits

# Without a start on the clock the timeline counts from midnight.
MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a naive zero, never shown as a date
MAP_HEIGHT = 270.0


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _time(moment: Mapping[str, Any]) -> str:
    """Write when something happened: the clock, else minutes and seconds since the start."""
    if moment["clock"]:
        return moment_of(moment["clock"]).strftime("%H:%M:%S")
    minutes, seconds = divmod(moment["seconds"], 60)
    return f"+{minutes:02d}:{seconds:02d}"


def _paragraphs(texts: Sequence[str]) -> list[Block]:
    return [Paragraph(text) for text in texts]


def _groups(snapshot: Mapping[str, Any]) -> list[Block]:
    groups = snapshot["groups"]
    if not groups:
        return []
    columns = [Column("序号", 14, "center"), Column("组别", 60), Column("人数", 26, "center")]
    rows: list[Row] = [(str(at), g["name"], str(g["people"])) for at, g in enumerate(groups, 1)]
    rows.append(("", "合计", str(sum(group["people"] for group in groups))))
    return [Table(columns, rows, "参演人员")]


def _map(snapshot: Mapping[str, Any]) -> list[Block]:
    found = snapshot["map"]
    if not found:
        return []
    points = [MapPoint(**point) for point in found["points"]]
    areas = [
        MapArea(area["name"], [[(lon, lat) for lon, lat in ring] for ring in area["rings"]])
        for area in found["areas"]
    ]
    drawn = map_svg(points, areas, title="演练地点位置示意图", height=MAP_HEIGHT)
    return [Figure(drawn, "演练地点位置示意（不作权属依据）")]


def _timeline(snapshot: Mapping[str, Any]) -> list[Block]:
    moments: Sequence[Mapping[str, Any]] = snapshot["moments"]
    if len(moments) < 2:
        return []
    events = [
        TimelineEvent(
            row=moment["who"],
            start=moment_of(moment["clock"])
            if moment["clock"]
            else MIDNIGHT + timedelta(seconds=moment["seconds"]),
            text=moment["what"],
        )
        for moment in moments
    ]
    return [Figure(timeline_svg(events, title="演练时间线"), "演练时间线")]


def _course(snapshot: Mapping[str, Any]) -> list[Block]:
    moments, against = snapshot["moments"], snapshot["drill"]["against_target"]
    if not moments and not against:
        return [Paragraph("本次演练没有记录分步用时。")]
    blocks: list[Block] = [Paragraph(f"从下达指令到清点完毕{against}。")] if against else []
    blocks += _timeline(snapshot)
    if moments:
        columns = [Column("时间", 18, "center"), Column("执行人", 24), Column("情况", 58)]
        rows: list[Row] = [(_time(each), each["who"], each["what"]) for each in moments]
        blocks.append(Table(columns, rows, "主要经过"))
    return blocks


def _photos(snapshot: Mapping[str, Any]) -> list[Block]:
    photos = [Photo(each["sha256"], each["caption"] or "演练现场") for each in snapshot["photos"]]
    return [Photos(photos)] if photos else []


def _problem(finding: Mapping[str, Any]) -> str:
    text: str = finding["text"].rstrip("。；")
    return f"{text}；原因：{finding['cause'].rstrip('。；')}。" if finding["cause"] else f"{text}。"


def _evaluation(snapshot: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    if rating := snapshot["drill"]["rating"]:
        blocks.append(Paragraph(["综合评定为", Strong(rating), "。"]))
        blocks.append(Paragraph(RATING_NOTE, Manner.NOTE))
    if snapshot["strengths"]:
        blocks += [Heading("好的做法", 2), NumberedList(snapshot["strengths"])]
    blocks.append(Heading("问题和不足", 2))
    problems = [_problem(finding) for finding in snapshot["findings"]]
    if problems:
        return [*blocks, NumberedList(problems)]
    return [*blocks, Paragraph("本次演练没有发现需要改进的问题。")]


def _action_rows(number: int, finding: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a finding: its actions, else why there is none."""
    actions, text = finding["actions"], finding["text"]
    if not actions:
        reason = finding["no_action_reason"]
        why = f"不需整改：{reason}" if reason else "（措施待定）"
        return [(str(number), text, Cell(why, across=3))]
    rows: list[Row] = []
    for at, action in enumerate(actions):
        due = date.fromisoformat(action["due_on"])
        rows.append(
            (
                "" if at else str(number),
                "" if at else text,
                action["text"],
                f"{action['org']}\n{action['person']}",
                day_text(due).replace("年", "年\n"),
            )
        )
    return rows


def _actions(snapshot: Mapping[str, Any]) -> list[Block]:
    if not snapshot["findings"]:
        return []
    columns = [
        Column("序号", 8, "center"),
        Column("问题", 26),
        Column("措施", 28),
        Column("责任单位、人", 22),
        Column("完成时限", 16, "center"),
    ]
    rows = [
        row
        for number, finding in enumerate(snapshot["findings"], start=1)
        for row in _action_rows(number, finding)
    ]
    return [Heading("整改措施"), Table(columns, rows, "整改措施")]


def _proof(snapshot: Mapping[str, Any]) -> QrCode:
    url = snapshot["report"]["check_url"]
    if not snapshot["report"]["number"]:
        return QrCode("", ["草稿没有编号，不能核验。"])
    lines = ["扫码核验真伪", url or "", f"数据快照 SHA-256：{digest(snapshot)}"]
    return QrCode(url or "", [line for line in lines if line], size_mm=18)


def report_paper(snapshot: Mapping[str, Any]) -> Paper:
    """Return the paper of a snapshot; without a number it is a draft and says so."""
    report, issuer = snapshot["report"], snapshot["issuer"]["name"]
    approved = _day(report["approved_on"])
    blocks: list[Block] = [
        Paragraph(snapshot["opening"]),
        Heading("基本情况"),
        *_paragraphs(snapshot["summary"]),
        *_groups(snapshot),
        *_map(snapshot),
        Heading("过程和用时"),
        *_course(snapshot),
        *_photos(snapshot),
        Heading("评估"),
        *_evaluation(snapshot),
        *_actions(snapshot),
    ]
    return Paper(
        LAYOUT,
        report["title"],
        blocks,
        issuers=[issuer],
        red_head=True,
        number=report["number"] or "",
        signer=report["approved_by"] or "",
        addressee=report["addressee"] or "",
        dated=approved,
        copies=report["copies_to"] or "",
        printed_by=issuer,
        printed_on=approved,
        draft="" if report["number"] else "草稿",
        proof=_proof(snapshot),
    )


def layout_of_snapshot(snapshot: Mapping[str, Any]) -> Layout:
    """Return the layout a snapshot was frozen with; one from before layouts were noted has the
    first version.
    """
    kept = snapshot.get("layout")
    if kept is None:
        return layout_of(LAYOUT, 1)
    return with_wishes(layout_of(LAYOUT, kept["version"]), wishes_from(kept))


def photos_of(snapshot: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the bytes of the photos of a snapshot, by their hash."""
    return {photo["sha256"]: path_of(photo["sha256"]).read_bytes() for photo in snapshot["photos"]}


def render_report(snapshot: Mapping[str, Any], *, limits: Limits = INTERACTIVE) -> Rendered:
    """Print a snapshot as tagged PDF/A-3a with the snapshot itself attached.

    Raises the errors of the sandbox; call it outside any transaction.
    """
    approved = snapshot["report"]["approved_on"]
    return print_paper(
        report_paper(snapshot),
        layout=layout_of_snapshot(snapshot),
        attachments=[
            Attachment("report.json", canonical(snapshot), "报告数据", relationship="Source")
        ],
        images=photos_of(snapshot),
        dated=datetime.fromisoformat(approved).replace(tzinfo=UTC) if approved else UNDATED,
        limits=limits,
    )


def word_report(snapshot: Mapping[str, Any]) -> bytes:
    """Return the same paper as a Word file; call it outside any transaction."""
    return word_of(
        report_paper(snapshot), layout=layout_of_snapshot(snapshot), images=photos_of(snapshot)
    )
