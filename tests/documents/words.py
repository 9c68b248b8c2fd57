"""Word files for tests, made on the spot: good ones, and ones that must be refused."""

import io
import zipfile

import docx

SENTENCE = "镇人民政府统一领导本辖区的防汛工作，各村按照职责做好转移避险。"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ENCRYPTED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(64)


def saved(document) -> bytes:
    """Return the bytes of a python-docx document."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def plan_file(*lines: str, table: bool = False) -> bytes:
    """Return a plan whose numbers are plain text."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        made = document.add_table(2, 2)
        for at, words in enumerate(("职务", "电话", "镇长", "0797|5550101")):
            made.cell(at // 2, at % 2).text = words
    return saved(document)


TOWN_PLAN = (
    "白岩镇防汛应急预案",
    "为做好防汛工作，制定本预案。",
    "一、总则",
    "（一）编制目的",
    SENTENCE,
    "（二）适用范围",
    SENTENCE,
    "二、组织体系",
    SENTENCE,
    "三、附则",
    SENTENCE,
)


def long_plan(chapters: int = 30, sections: int = 10, paragraphs: int = 15) -> bytes:
    """Return a plan of about 300 pages: 4,500 paragraphs of 60 characters and more."""
    lines = []
    for chapter in range(1, chapters + 1):
        lines.append(f"{chapter}　第{chapter}方面工作")
        for section in range(1, sections + 1):
            lines.append(f"{chapter}.{section}　工作要求")
            lines += [f"{SENTENCE}{SENTENCE}第{n}段。" for n in range(paragraphs)]
    return plan_file(*lines)


def altered(data: bytes, members: dict[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    """Return a .docx with members replaced or added, and some left out."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in members and name not in without:
                new.writestr(name, old.read(name))
        for name, content in members.items():
            new.writestr(name, content)
    return stream.getvalue()


def with_macros() -> bytes:
    """Return a Word file that holds a macro project."""
    return altered(plan_file("一、总则"), {"word/vbaProject.bin": OLE})


def bomb() -> bytes:
    """Return a Word file whose text unpacks to hundreds of megabytes."""
    return altered(plan_file("一"), {"word/document.xml": b"<w:p>" + b" " * 300_000_000})


def with_entities() -> bytes:
    """Return a Word file that declares an entity reading another file."""
    xml = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><w:document>&y;</w:document>'
    return altered(plan_file("一"), {"word/document.xml": xml})


def linked(port: int = 9) -> bytes:
    """Return a Word file that wants a template from a server."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    start = "http://schemas.openxmlformats.org/package/2006/relationships"
    xml = (
        f'<Relationships xmlns="{start}"><Relationship Id="r1" Type="{kind}"'
        f' Target="http://127.0.0.1:{port}/x.dotm" TargetMode="External"/></Relationships>'
    )
    return altered(plan_file("一、总则"), {"word/_rels/settings.xml.rels": xml.encode()})
