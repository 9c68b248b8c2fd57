"""Small real papers for the demo: Word documents written by hand, a PDF printed as usual."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from drillreg.documents.paper import Block, Heading, Paper, Paragraph
from drillreg.documents.pdf import print_paper

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# The same text gives the same bytes: entries of the archive carry the first day a zip can name.
UNDATED = (1980, 1, 1, 0, 0, 0)

Section = tuple[str, Sequence[str]]


def _paragraph(text: str, *, size: int, bold: bool = False, centred: bool = False) -> str:
    place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:p>{place}<w:r><w:rPr>{weight}<w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def docx(title: str, sections: Sequence[Section]) -> bytes:
    """Return a Word document: a title and sections of plain paragraphs."""
    body = [_paragraph(title, size=44, bold=True, centred=True)]
    for heading, paragraphs in sections:
        body.append(_paragraph(heading, size=32, bold=True))
        body += [_paragraph(text, size=32) for text in paragraphs]
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{WORD}"><w:body>{"".join(body)}</w:body></w:document>'
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/document.xml", document),
        ):
            archive.writestr(zipfile.ZipInfo(name, UNDATED), text)
    return held.getvalue()


def _paper(title: str, sections: Sequence[Section]) -> Paper:
    blocks: list[Block] = []
    for heading, paragraphs in sections:
        blocks.append(Heading(heading, numbered=False))
        blocks += [Paragraph(text) for text in paragraphs]
    return Paper("official", title, blocks, signed=False)


def pdf(title: str, sections: Sequence[Section]) -> bytes:
    """Return the same as a PDF; runs in the sandbox, call it outside any transaction."""
    return print_paper(_paper(title, sections)).pdf
