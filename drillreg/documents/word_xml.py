"""The parts of a Word file that python-docx has no words for: grid, numbering, fields, frames."""

from collections.abc import Mapping, Sequence
from typing import Any

from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from drillreg.documents.layouts import Layout

POINT_MM = 25.4 / 72
TWIPS_MM = 1440 / 25.4
HEADS, LISTS = 71, 72  # ids of our numberings, beside those of the template
FORMATS = (
    ("chineseCountingThousand", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
)


def twips(millimetres: float) -> int:
    """Return millimetres in twentieths of a point."""
    return round(millimetres * TWIPS_MM)


def element(tag: str, **values: Any) -> Any:
    """Make an element of the w: namespace with attributes of it."""
    made = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_grid(section: Any, layout: Layout) -> None:
    """Give a section its grid of lines and characters (22 × 28 on a letter)."""
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    pitch = round(layout.line_mm / POINT_MM * 20)
    if layout.page.chars:
        space = round((layout.char_mm / POINT_MM - layout.sizes.body) * 4096)
        grid = element("docGrid", type="linesAndChars", linePitch=pitch, charSpace=space)
    else:
        grid = element("docGrid", type="lines", linePitch=pitch)
    properties.append(grid)


def set_fonts(properties: Any, east_asian: str, latin: str = "Times New Roman") -> None:
    """Name the fonts of a style or run: one for Chinese, one for the rest."""
    fonts = properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name, value in (("ascii", latin), ("hAnsi", latin), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), value)


def add_numberings(document: Any) -> None:
    """Define how heads and lists count, ready to be pointed to by styles and paragraphs."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="Heading{at + 1}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/></w:lvl>'
        for at, (form, text) in enumerate(FORMATS)
    )
    plain = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:suff w:val="nothing"/>'
        '<w:lvlText w:val="%1．"/><w:lvlJc w:val="left"/></w:lvl>'
    )
    for number, kind, inside in ((HEADS, "multilevel", levels), (LISTS, "singleLevel", plain)):
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">'
            f'<w:multiLevelType w:val="{kind}"/>{inside}</w:abstractNum>'
        )
        root.insert(0, abstract)
    _add_num(root, HEADS, HEADS)


def _add_num(root: Any, number: int, abstract: int, *, anew: bool = False) -> None:
    made = element("num", numId=number)
    made.append(element("abstractNumId", val=abstract))
    if anew:
        override = element("lvlOverride", ilvl=0)
        override.append(element("startOverride", val=1))
        made.append(override)
    root.append(made)


def new_list(document: Any) -> int:
    """Return the id of a list that counts from one."""
    root = document.part.numbering_part.element
    number = LISTS + len(root.findall(qn("w:num")))
    _add_num(root, number, LISTS, anew=True)
    return number


def set_number(properties: Any, number: int, level: int = 0) -> None:
    """Make a paragraph or style count; number 0 stops it."""
    chosen = properties.get_or_add_numPr()
    for child in list(chosen):
        chosen.remove(child)
    chosen.append(element("ilvl", val=level))
    chosen.append(element("numId", val=number))


def add_field(paragraph: Any, code: str, shown: str) -> list[Any]:
    """Add a field such as PAGE with the text it shows until Word counts; return its runs."""
    runs = []
    for kind in ("begin", None, "separate", "text", "end"):
        run = paragraph.add_run()
        if kind is None:
            instruction = element("instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind == "text":
            run.text = shown
        else:
            run._r.append(element("fldChar", fldCharType=kind))
        runs.append(run)
    return runs


def set_borders(properties: Any, tag: str, sides: Mapping[str, tuple[str, float, str]]) -> None:
    """Draw lines around a paragraph (pBdr), cell (tcBorders) or table (tblBorders).

    `sides` maps a side to kind, width in points and colour.
    """
    borders = element(tag)
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if side in sides:
            kind, points, colour = sides[side]
            borders.append(element(side, val=kind, sz=round(points * 8), space=0, color=colour))
    if tag == "pBdr":
        properties.insert_element_before(borders, *AFTER_BORDERS)
    else:
        properties.append(borders)


AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
    "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd",
    "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
    "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip


def set_frame(paragraph: Any, width_mm: float) -> None:
    """Pin a paragraph to the foot of the type area; neighbours with the same frame share it."""
    frame = element(
        "framePr", w=twips(width_mm), wrap="notBeside", hAnchor="margin", vAnchor="margin",
        xAlign="center", yAlign="bottom",
    )  # fmt: skip
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        frame, "w:widowControl", "w:numPr", "w:suppressLineNumbers", "w:pBdr", *AFTER_BORDERS
    )


def repeat_head(row: Any) -> None:
    """Show a row again at the head of every page its table runs to."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))


def keep_whole(row: Any) -> None:
    """Never break a row over two pages."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def add_alternatives(document: Any, fonts: Mapping[str, Sequence[str]]) -> None:
    """Tell Word which font to take where the first of a list is not installed."""
    part = next(
        each
        for each in document.part.package.iter_parts()
        if each.partname.endswith("fontTable.xml")
    )
    root = parse_xml(part.blob)
    for name, others in fonts.items():
        made = element("font", name=name)
        if others:
            made.append(element("altName", val=",".join(others)))
        root.append(made)
    part._blob = serialize_part_xml(root)
