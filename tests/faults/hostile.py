"""Files and documents made to do harm: each opens what it should not, or costs without end."""

import io
import json
import struct
import zipfile
import zlib

from xlsxwriter import Workbook


def vrt_reading(path: str) -> bytes:
    """Return an OGR VRT that reads another file of the machine as a table."""
    return f"""<OGRVRTDataSource><OGRVRTLayer name="x">
<SrcDataSource relativeToVRT="0">CSV:{path}</SrcDataSource><SrcLayer>x</SrcLayer>
<GeometryType>wkbNone</GeometryType></OGRVRTLayer></OGRVRTDataSource>""".encode()


def vrt_calling(port: int) -> bytes:
    """Return an OGR VRT that fetches from a server."""
    return vrt_reading(f"/vsicurl/http://127.0.0.1:{port}/secret.csv")


def far_cell_xlsx() -> bytes:
    """Return a workbook of a few kilobytes whose one cell is the last one there can be."""
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write(1_048_575, 16_383, "x")
    return stream.getvalue()


def _zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def zip_bomb(megabytes: int = 700) -> bytes:
    """Return a zipped Shapefile whose attribute table unpacks to hundreds of megabytes."""
    chunk = bytes(1024 * 1024)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("sites.shp", b"\x00\x00\x27\x0a" + bytes(96))
        archive.writestr("sites.shx", b"\x00\x00\x27\x0a" + bytes(96))
        with archive.open("sites.dbf", "w") as writer:
            for _ in range(megabytes):
                writer.write(chunk)
    return stream.getvalue()


def xlsx_bomb(megabytes: int = 300) -> bytes:
    """Return a workbook whose sheet unpacks to hundreds of megabytes of rows."""
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>aaaaaaaaaaaaaaaa</t></is></c></row>'
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    sheet += row * (megabytes * 1024 * 1024 // len(row)) + b"</sheetData></worksheet>"
    with zipfile.ZipFile(io.BytesIO(far_cell_xlsx())) as plain:
        members = {name: plain.read(name) for name in plain.namelist()}
    return _zipped({**members, "xl/worksheets/sheet1.xml": sheet})


CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _docx(document: bytes) -> bytes:
    return _zipped({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": document})


def docx_bomb(megabytes: int = 300) -> bytes:
    """A Word document of a few hundred kilobytes whose text unfolds to hundreds of megabytes."""
    start = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>'.encode()
    return _docx(start + b"a" * (megabytes << 20) + b"</w:t></w:r></w:p></w:body></w:document>")


def docx_laughs() -> bytes:
    """A Word document whose entities unfold without end, and that asks for a file of ours."""
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12)
    )
    entities += '<!ENTITY ours SYSTEM "file:///etc/passwd">'
    text = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&l11;&ours;</w:t></w:r></w:p>'
    return _docx(f"<!DOCTYPE d [{entities}]>{text}</w:body></w:document>".encode())


def deep_docx(depth: int = 200_000) -> bytes:
    """A Word document whose tables lie in each other far deeper than anybody writes."""
    inner = "<w:tbl><w:tr><w:tc>" * depth + "</w:tc></w:tr></w:tbl>" * depth
    return _docx(f'<w:document xmlns:w="{WORD}"><w:body>{inner}</w:body></w:document>'.encode())


def deep_geojson(depth: int = 200_000) -> bytes:
    """Return GeoJSON whose brackets are nested far deeper than any parser's stack."""
    opened = b'{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":'
    return opened + b"[" * depth + b"]" * depth + b"}}"


def endless_geojson(points: int = 400_000) -> bytes:
    """Return valid GeoJSON with more sites than may be read while somebody waits."""
    one = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Point", "coordinates": [115, 24.7]},
    }
    text = json.dumps(one, separators=(",", ":")).encode()
    inside = b",".join([text] * (points // 10))
    return b'{"type":"FeatureCollection","features":[' + inside + b"]}"


def pixel_flood(side: int = 30_000) -> bytes:
    """Return a PNG of some kilobytes that unpacks to almost a thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(9)
    line = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(line * 100) for _ in range(side // 100)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# Documents for the printer: what each tries.
COLSPAN = "<table><tr><td colspan=10000000>x</td></tr></table>"
NESTED = "<div style='display:flex'>" * 25 + "x" + "</div>" * 25
DEEP = "<div>" * 5000 + "x" + "</div>" * 5000
LAUGHS = (
    "<svg xmlns='http://www.w3.org/2000/svg'><defs><g id='a0'><rect width='1' height='1'/></g>"
    + "".join(f"<g id='a{n}'>" + f"<use href='#a{n - 1}'/>" * 10 + "</g>" for n in range(1, 9))
    + "</defs><use href='#a8'/></svg>"
)
LONG_TABLE = "<table>" + "<tr><td>x</td></tr>" * 10_000 + "</table>"


def calling_out(port: int) -> str:
    """Return a document that tries every known way to fetch something."""
    url = f"http://127.0.0.1:{port}/"
    return f"""<html><head><link rel=stylesheet href="{url}a"><link rel=attachment href="{url}b">
<base href="{url}"><style>@import "{url}c"; p {{ background: url({url}d) }}
@font-face {{ font-family: x; src: url({url}e) }}</style></head><body style="font-family:x">
<img src="{url}f"><img src="file:///etc/passwd"><object data="{url}g"></object>
<embed src="{url}h"><a rel=attachment href="file:///etc/passwd">x</a>
<ul style="list-style-image:url({url}i)"><li>x</li></ul>
<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}j" width="9" height="9"/></svg>
<p>x</p></body></html>"""
