"""The same paper as a Word file: grid, styles, counted heads, fields, tables, figures as pictures.

Made in this process: everything in it is our own data or a photo that was cleaned before.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import docx
import segno
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from drillreg.documents import word_xml as xml
from drillreg.documents.composing import cells, head_size
from drillreg.documents.ladder import Counted, counted
from drillreg.documents.layouts import Layout, layout_of
from drillreg.documents.paper import (
    Align,
    Blank,
    Cards,
    CheckBox,
    Cover,
    Figure,
    FormGrid,
    Heading,
    Manner,
    NumberedList,
    PageBreak,
    PageList,
    Paper,
    Paragraph,
    Photos,
    QrCode,
    Signatures,
    Slips,
    Strong,
    Table,
    Words,
    day_text,
)
from drillreg.documents.pictures import figure_pictures
from drillreg.geo.svg import text_width

PLACES: Mapping[str, Any] = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
BLACK = "000000"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# Fonts of this package are no fonts of an office machine.
OURS = ("Doc", "Noto", "SimSun-ExtB")
RULED = dict.fromkeys(
    ("top", "left", "bottom", "right", "insideH", "insideV"), ("single", 0.6, BLACK)
)
THREE_LINES = {
    "top": ("single", 1.2, BLACK),
    "bottom": ("single", 1.2, BLACK),
    "insideH": ("single", 0.4, "8a8a8a"),
}


def word_of(
    paper: Paper, *, layout: Layout | None = None, images: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a paper as a .docx file; figures are drawn in the sandbox, so call it outside any
    transaction.
    """
    chosen = layout or layout_of(paper.layout)
    drawings = [block.svg for block in paper.blocks if isinstance(block, Figure)]
    pictures = figure_pictures(drawings, chosen) if drawings else []
    return _Writer(paper, chosen, dict(images or {}), list(pictures)).write()


def _font_of(layout: Layout, role: str) -> str:
    return next(name for name in layout.fonts[role] if not name.startswith(OURS))


class _Writer:
    """Writes one paper into one document, from top to bottom."""

    def __init__(
        self, paper: Paper, layout: Layout, images: dict[str, bytes], pictures: list[bytes]
    ) -> None:
        self.paper, self.layout = paper, layout
        self.images, self.pictures = images, pictures
        self.document = docx.Document()
        self.body: Any = self.document

    # The whole

    def write(self) -> bytes:
        self._set_page()
        self._set_styles()
        xml.add_numberings(self.document)
        if self.paper.cover:
            self._add_front(self.paper.cover)
        self._add_footers()
        self._add_head()
        for each in counted(self.paper.blocks):
            self._add_block(each)
        self._add_end()
        core = self.document.core_properties
        core.title, core.author = self.paper.title.replace("\n", ""), ""
        core.language, core.comments = self.paper.language, ""
        held = io.BytesIO()
        self.document.save(held)
        return _undated(held)

    def _set_page(self) -> None:
        section, page = self.document.sections[0], self.layout.page
        section.page_width, section.page_height = Mm(page.width), Mm(page.height)
        if page.width > page.height:
            section.orientation = WD_ORIENT.LANDSCAPE
        section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
        section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
        xml.set_grid(section, self.layout)

    def _set_styles(self) -> None:
        sizes, styles = self.layout.sizes, self.document.styles
        self._style(styles["Normal"], "body", sizes.body)
        paragraph = styles["Normal"].paragraph_format
        paragraph.space_before = paragraph.space_after = Pt(0)
        paragraph.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        paragraph.line_spacing = Mm(self.layout.line_mm)
        for level, role in enumerate(("hei", "kai", "body", "body"), start=1):
            style = styles[f"Heading {level}"]
            self._style(style, role, sizes.body)
            style.paragraph_format.first_line_indent = Mm(2 * self.layout.char_mm)
            style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
            style.paragraph_format.keep_with_next = True
            xml.set_number(style.element.get_or_add_pPr(), xml.HEADS, level - 1)
        self._style(styles["Title"], "title", sizes.title)
        title = styles["Title"].paragraph_format
        title.alignment, title.line_spacing = WD_ALIGN_PARAGRAPH.CENTER, Pt(sizes.title * 1.45)
        title.space_after = Mm(self.layout.line_mm)
        for border in styles["Title"].element.pPr.findall(qn("w:pBdr")):
            styles["Title"].element.pPr.remove(border)
        self._style(styles["Caption"], "hei", sizes.table)
        caption = styles["Caption"].paragraph_format
        caption.alignment, caption.line_spacing = WD_ALIGN_PARAGRAPH.CENTER, Pt(sizes.table * 1.66)
        names = {
            _font_of(self.layout, role): [
                name for name in self.layout.fonts[role][1:] if not name.startswith(OURS)
            ]
            for role in self.layout.fonts
        }
        xml.add_alternatives(self.document, names)

    def _style(self, style: Any, role: str, size: float) -> None:
        xml.set_fonts(style.element.get_or_add_rPr(), _font_of(self.layout, role))
        style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
        style.font.color.rgb = RGBColor(0, 0, 0)

    def _add_footers(self) -> None:
        number = self.layout.page_number
        if number is None:
            return
        section, size = self.document.sections[-1], self.layout.sizes.small
        for footer in (section.footer, section.even_page_footer):
            footer.is_linked_to_previous = False
        section.footer_distance = Mm(self.layout.page.bottom - number.gap_mm - size * xml.POINT_MM)
        self.document.settings.odd_and_even_pages_header_footer = number.mirrored
        odd = "right" if number.mirrored else "center"
        self._page_number(section.footer, odd, number.inset_chars * size)
        if number.mirrored:
            self._page_number(section.even_page_footer, "left", number.inset_chars * size)

    def _page_number(self, footer: Any, place: str, inset: float) -> None:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = PLACES[place]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if place == "right":
            paragraph.paragraph_format.right_indent = Pt(inset)
        elif place == "left":
            paragraph.paragraph_format.left_indent = Pt(inset)
        runs = [paragraph.add_run("— "), *xml.add_field(paragraph, "PAGE", "1")]
        for run in [*runs, paragraph.add_run(" —")]:
            run.font.size = Pt(self.layout.sizes.small)
            xml.set_fonts(run._r.get_or_add_rPr(), "宋体", "宋体")

    # Head and end

    def _add_head(self) -> None:
        paper = self.paper
        if paper.code and self.layout.first_page_code:
            self._qr(paper.code.url, 15, ["扫码回到原记录", f"编码 {paper.code.short}"])
        for text in filter(None, (paper.copy_number, paper.secrecy, paper.urgency)):
            role = "body" if text == paper.copy_number else "hei"
            self._run(self._paragraph(indent=False), text, role)
        if paper.red_head and self.layout.red_head and paper.issuers:
            self._add_red_head()
        elif paper.number:
            self._text(paper.number, place="center", indent=False)
        self._add_title()

    def _add_front(self, cover: Cover) -> None:
        """Write what comes before the counted pages; they begin a section of their own."""
        line, size = self.layout.line_mm, self.layout.sizes.title + 6
        self._run(self._paragraph(indent=False), cover.mark, "hei")
        title = self._paragraph(place="center", indent=False)
        title.paragraph_format.space_before = Mm(4 * line)
        title.paragraph_format.space_after = Mm(line)
        title.paragraph_format.line_spacing = Pt(size * 1.5)
        self._run(title, cover.title, "title").font.size = Pt(size)
        draft = f"（{self.paper.draft}）" if self.paper.draft else ""
        above = [text for text in (draft, cover.number, cover.edition) if text]
        for text in above:
            self._text(text, place="center", indent=False)
        # The name of the issuer stands near the foot of the page, as on the printed cover.
        rows = -(-text_width(cover.title, size * xml.POINT_MM) // self.layout.page.type_width)
        room = 12 - len(above) - 1.5 * (rows - 1) - cover.issuer.count("\n")
        for at, text in enumerate([*cover.issuer.split("\n"), cover.day]):
            paragraph = self._text(text, place="center", indent=False)
            if not at:
                paragraph.paragraph_format.space_before = Mm(max(room, 1) * line)
        self.body.add_page_break()
        for each in counted(self.paper.front):
            self._add_block(each)
        if self.paper.front and self.paper.contents:
            self.body.add_page_break()
        if self.paper.contents:
            self._add_contents()
        section = self.document.add_section(WD_SECTION.ODD_PAGE)
        counted_from = xml.element("pgNumType", start=1)
        section._sectPr.insert_element_before(counted_from, "w:cols", "w:docGrid")

    def _add_title(self) -> None:
        paper = self.paper
        if paper.title:
            self.body.add_paragraph(paper.title, style="Title")
        if paper.draft:
            note = self._text(f"{paper.draft}，未经审批，不得外传", place="center", indent=False)
            note.runs[0].font.color.rgb = RGBColor(0xA5, 0x23, 0x1B)
        if paper.contents and not paper.cover:
            self._add_contents()
            self.body.add_page_break()
        if paper.addressee:
            self._text(f"{paper.addressee}：", indent=False)

    def _add_red_head(self) -> None:
        head, paper, line = self.layout.red_head, self.paper, self.layout.line_mm
        if head is None:
            return
        colour = RGBColor.from_string(head.colour.removeprefix("#").upper())
        taken = sum(bool(text) for text in (paper.copy_number, paper.secrecy, paper.urgency))
        names = list(paper.issuers)
        names[-1] += head.word
        for at, name in enumerate(names):
            paragraph = self._paragraph(place="center", indent=False)
            size = head_size(paper, self.layout)
            paragraph.paragraph_format.line_spacing = Pt(size * 1.15)
            if not at:
                paragraph.paragraph_format.space_before = Mm(max(head.top_mm - taken * line, 0))
            run = self._run(paragraph, name, "title")
            run.font.size, run.font.color.rgb = Pt(size), colour
        refs = self._paragraph(place="center" if paper.signer is None else "left", indent=False)
        refs.paragraph_format.space_before = Mm(head.blank_lines_above * line)
        refs.paragraph_format.space_after = Mm(head.blank_lines_below * line)
        self._run(refs, paper.number or "（文号待编）")
        if paper.signer is not None:
            width = Mm(self.layout.page.type_width - self.layout.char_mm)
            refs.paragraph_format.left_indent = Mm(self.layout.char_mm)
            refs.paragraph_format.tab_stops.add_tab_stop(width, alignment=2)
            self._run(refs, "\t签发人：")
            self._run(refs, paper.signer or "　　　", "kai")
        line_below = {"bottom": ("single", head.rule_pt, head.colour.removeprefix("#"))}
        xml.set_borders(refs._p.get_or_add_pPr(), "pBdr", line_below)

    def _add_contents(self) -> None:
        self._run(self._paragraph(place="center", indent=False), "目　　录", "hei")
        paragraph = self._paragraph(indent=False)
        xml.add_field(
            paragraph, 'TOC \\o "1-2" \\h \\z \\u', "在此处点右键，选择“更新域”生成目录。"
        )

    def _add_end(self) -> None:
        paper = self.paper
        for at, name in enumerate(paper.attachments):
            count = f"{at + 1}．" if len(paper.attachments) > 1 else ""
            paragraph = self._text(("附件：" if not at else "　　　") + count + name)
            if not at:
                paragraph.paragraph_format.space_before = Mm(self.layout.line_mm)
        if paper.proof:
            self._qr(paper.proof.url, paper.proof.size_mm, paper.proof.lines)
        if paper.signed and paper.issuers:
            self._add_signature()
        if paper.notes:
            self._text(f"（{paper.notes}）")
        if paper.printed_by or paper.copies:
            self._add_imprint()

    def _add_signature(self) -> None:
        chars, room = self.layout.signature.date_chars, self.layout.signature
        day = day_text(self.paper.dated)
        for at, name in enumerate(self.paper.issuers):
            paragraph = self._paragraph(place="right", indent=False)
            if not at:
                space = max((room.stamp_mm - 2 * self.layout.line_mm) / 2, 0)
                paragraph.paragraph_format.space_before = Mm(space)
            over = (text_width(day, 1) - text_width(name, 1)) / 2
            paragraph.paragraph_format.right_indent = Mm(max(chars + over, 0) * self.layout.char_mm)
            paragraph.paragraph_format.keep_with_next = True
            self._run(paragraph, name)
        paragraph = self._paragraph(place="right", indent=False)
        paragraph.paragraph_format.right_indent = Mm(chars * self.layout.char_mm)
        self._run(paragraph, day)

    def _add_imprint(self) -> None:
        paper, width = self.paper, self.layout.page.type_width
        rows = [f"抄送：{paper.copies}。"] if paper.copies else []
        printed = f"{day_text(paper.printed_on)}印发" if paper.printed_on else ""
        for text in [*rows, f"{paper.printed_by}\t{printed}"]:
            paragraph = self._paragraph(indent=False)
            run = self._run(paragraph, text)
            run.font.size = Pt(self.layout.sizes.small)
            paragraph.paragraph_format.line_spacing = Pt(22)
            paragraph.paragraph_format.left_indent = Pt(self.layout.sizes.small)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(width - 5), alignment=2)
            sides = {"top": ("single", 1.0, BLACK), "bottom": ("single", 1.0, BLACK)}
            xml.set_borders(paragraph._p.get_or_add_pPr(), "pBdr", sides)
            xml.set_frame(paragraph, width)

    # Lines

    def _paragraph(self, *, place: Align | None = None, indent: bool = True) -> Any:
        paragraph = self.body.add_paragraph()
        if indent:
            paragraph.paragraph_format.first_line_indent = Mm(2 * self.layout.char_mm)
        if place:
            paragraph.alignment = PLACES[place]
        return paragraph

    def _run(self, paragraph: Any, text: str, role: str = "body") -> Any:
        run = paragraph.add_run(text)
        if role != "body":
            xml.set_fonts(run._r.get_or_add_rPr(), _font_of(self.layout, role))
        return run

    def _text(self, words: Words, *, place: Align | None = None, indent: bool = True) -> Any:
        paragraph = self._paragraph(place=place, indent=indent)
        self._add_words(paragraph, words)
        return paragraph

    def _add_words(self, paragraph: Any, words: Words) -> None:
        for part in [words] if isinstance(words, str) else words:
            if isinstance(part, str):
                self._run(paragraph, part)
            elif isinstance(part, Blank):
                self._run(paragraph, "　" * part.chars).underline = True
            elif isinstance(part, CheckBox):
                box = paragraph.add_run("☑" if part.ticked else "☐")
                xml.set_fonts(box._r.get_or_add_rPr(), "Segoe UI Symbol", "Segoe UI Symbol")
                self._run(paragraph, part.text)
            else:
                self._run(paragraph, part.text, "hei" if isinstance(part, Strong) else "kai")

    # Blocks

    def _add_block(self, each: Counted) -> None:
        block = each.block
        adders: Mapping[type, Any] = {
            Heading: self._add_heading,
            Paragraph: self._add_paragraph,
            NumberedList: self._add_list,
            Table: self._add_table,
            Figure: self._add_figure,
            Photos: self._add_photos,
            FormGrid: self._add_form,
            Signatures: self._add_signatures,
            QrCode: lambda code, _: self._qr(code.url, code.size_mm, code.lines),
            Slips: self._add_slips,
            Cards: self._add_cards,
            PageList: self._add_page_list,
            PageBreak: lambda *_: self.body.add_paragraph().add_run().add_break(WD_BREAK.PAGE),
        }
        adders[type(block)](block, each)

    def _add_heading(self, block: Heading, _: Counted) -> None:
        paragraph = self.body.add_paragraph(block.text, style=f"Heading {block.level}")
        if not block.numbered:
            xml.set_number(paragraph._p.get_or_add_pPr(), 0)

    def _add_cards(self, block: Cards, _: Counted) -> None:
        for card in block.cards:
            self._run(self._paragraph(indent=False), card.title, "hei")
            steps = [f"{at}．{step}" for at, step in enumerate(card.steps, start=1)]
            for text in filter(None, (card.who, *steps, card.place, card.phones)):
                self._text(text)
            self._qr(card.url, 17, [card.source])

    def _add_page_list(self, block: PageList, _: Counted) -> None:
        self._run(self._paragraph(place="center", indent=False), block.title, "hei")
        for entry in block.entries:
            page = "" if entry.page is None else f"　{entry.page}"
            self._text(entry.text + page, indent=entry.page is not None)

    def _add_paragraph(self, block: Paragraph, _: Counted) -> None:
        centred: Align | None = "center" if block.manner is Manner.CENTER else None
        paragraph = self._text(block.text, place=centred, indent=block.manner is Manner.BODY)
        if block.manner is Manner.NOTE:
            paragraph.paragraph_format.line_spacing = Pt(self.layout.sizes.note * 1.45)
            for run in paragraph.runs:
                run.font.size = Pt(self.layout.sizes.note)

    def _add_list(self, block: NumberedList, _: Counted) -> None:
        number = xml.new_list(self.document)
        for item in block.items:
            paragraph = self._text(item)
            xml.set_number(paragraph._p.get_or_add_pPr(), number)

    def _caption(self, mark: str, words: str) -> None:
        paragraph = self.body.add_paragraph(style="Caption")
        self._run(paragraph, mark[0], "hei")
        xml.add_field(paragraph, f"SEQ {mark[0]} \\* ARABIC", mark[1:])
        self._run(paragraph, f"　{words}", "hei")

    def _new_table(
        self, rows: int, shares: Sequence[float], sides: Mapping[str, tuple[str, float, str]]
    ) -> Any:
        table = self.body.add_table(rows, len(shares))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        xml.set_borders(table._tbl.tblPr, "tblBorders", sides)
        whole = self.layout.page.type_width / sum(shares)
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Mm(share * whole)
            for cell in column.cells:
                cell.width = Mm(share * whole)
        return table

    def _fill(self, cell: Any, words: Words, place: Align, role: str = "body") -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = PLACES[place]
        size = self.layout.sizes.table
        paragraph.paragraph_format.line_spacing = Pt(size * 1.5)
        if role == "body":
            self._add_words(paragraph, words)
        else:
            self._run(paragraph, str(words), role)
        for run in paragraph.runs:
            run.font.size = Pt(size)

    def _add_table(self, block: Table, each: Counted) -> None:
        if block.caption:
            self._caption(each.mark, block.caption)
        has_head = any(column.title for column in block.columns)
        sides = RULED if block.ruled else THREE_LINES
        shares = [column.share for column in block.columns]
        table = self._new_table(len(block.rows) + has_head, shares, sides)
        if has_head:
            for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
                self._fill(cell, column.title, "center", "hei")
            xml.repeat_head(table.rows[0])
        free = [[True] * len(shares) for _ in block.rows]
        for at, row in enumerate(block.rows):
            self._fill_row(table, block, at, row, has_head, free)

    def _fill_row(
        self, table: Any, block: Table, at: int, row: Any, head: bool, free: list[list[bool]]
    ) -> None:
        line = table.rows[at + head]
        xml.keep_whole(line)
        if block.row_mm:
            line.height, line.height_rule = Mm(block.row_mm), WD_ROW_HEIGHT_RULE.AT_LEAST
        column = 0
        for words, place, across, down in cells(block, row):
            while not free[at][column]:
                column += 1
            for below in range(at, at + down):
                free[below][column : column + across] = [False] * across
            cell = table.cell(at + head, column)
            if across > 1 or down > 1:
                cell = cell.merge(table.cell(at + head + down - 1, column + across - 1))
            self._fill(cell, words, place)
            column += across

    def _add_figure(self, block: Figure, each: Counted) -> None:
        paragraph = self._paragraph(place="center", indent=False)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.keep_with_next = True
        picture = io.BytesIO(self.pictures.pop(0))
        paragraph.add_run().add_picture(picture, width=Mm(self.layout.page.type_width))
        if block.caption:
            self._caption(each.mark, block.caption)

    def _add_photos(self, block: Photos, each: Counted) -> None:
        for photo, mark in zip(block.photos, each.marks, strict=True):
            paragraph = self._paragraph(place="center", indent=False)
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.paragraph_format.keep_with_next = True
            try:
                shown = paragraph.add_run().add_picture(io.BytesIO(self.images[photo.name]))
            except UnrecognizedImageError:
                self._run(paragraph, "（照片见PDF版）")
                self._caption(mark, photo.caption)
                continue
            scale = min(Mm(self.layout.page.type_width * 0.7) / shown.width, Mm(80) / shown.height)
            shown.width, shown.height = int(shown.width * scale), int(shown.height * scale)
            self._caption(mark, photo.caption)

    def _add_form(self, block: FormGrid, _: Counted) -> None:
        for row in block.rows:
            table = self._new_table(1, [place.share for place in row], RULED)
            line = table.rows[0]
            line.height = Mm(max(place.height_mm for place in row))
            line.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
            for cell, place in zip(line.cells, row, strict=True):
                self._fill(cell, place.label, "left", "hei")
                self._add_words_below(cell, place.text)
            # Two tables that touch would become one; a paragraph of no height keeps them apart.
            gap = self.body.add_paragraph().paragraph_format
            gap.line_spacing = Pt(1)

    def _add_words_below(self, cell: Any, words: Words) -> None:
        if not words:
            return
        paragraph = cell.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(self.layout.sizes.table * 1.5)
        self._add_words(paragraph, words)
        for run in paragraph.runs:
            run.font.size = Pt(self.layout.sizes.table)

    def _add_signatures(self, block: Signatures, _: Counted) -> None:
        table = self._new_table(len(block.people) + 1, (30, 44, 26), RULED)
        for cell, text in zip(table.rows[0].cells, block.head, strict=True):
            self._fill(cell, text, "center", "hei")
        for row, name in zip(table.rows[1:], block.people, strict=False):
            row.height, row.height_rule = Mm(block.row_mm), WD_ROW_HEIGHT_RULE.AT_LEAST
            self._fill(row.cells[0], name, "left")

    def _qr(self, url: str, size_mm: float, lines: Sequence[str]) -> None:
        if url:
            paragraph = self._paragraph(indent=False)
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.add_run().add_picture(_qr_png(url), width=Mm(size_mm))
        for text in lines:
            paragraph = self._text(text, indent=False)
            paragraph.paragraph_format.line_spacing = Pt(13)
            for run in paragraph.runs:
                run.font.size = Pt(9)

    def _add_slips(self, block: Slips, _: Counted) -> None:
        height = self.layout.page.type_height / block.per_page - 1
        cut = {"insideH": ("dashed", 0.6, "666666")}
        table = self._new_table(len(block.slips), (6, 4), cut)
        for row, slip in zip(table.rows, block.slips, strict=True):
            xml.keep_whole(row)
            row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.EXACTLY
            left, right = row.cells
            self._fill(left, slip.title, "left", "hei")
            for term, value in slip.rows:
                self._add_words_below(left, f"{term}　{value}")
            if slip.url:
                right.paragraphs[0].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
                right.paragraphs[0].add_run().add_picture(_qr_png(slip.url), width=Mm(20))
            for step in slip.steps:
                self._add_words_below(right, step)


def _undated(saved: io.BytesIO) -> bytes:
    """Return a file whose parts carry no time of day: equal papers make equal bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, FIRST_DAY), old.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _qr_png(url: str) -> io.BytesIO:
    held = io.BytesIO()
    segno.make(url, error="m", micro=False).save(held, kind="png", scale=8, border=1)
    held.seek(0)
    return held
