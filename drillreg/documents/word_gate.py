"""The gate before the Word reader: what a file really is and holds, without trusting it."""

import html
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

ZIP, OLE, RTF, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%PDF-"
# The stream in which an encrypted Word file lies (MS-OFFCRYPTO 2.3.2).
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CHUNK = 1024 * 1024
MEMBERS = 5000
# A text of thousands of like lines packs well; beyond this much it must pack like a real one.
FREE_BYTES, RATIO = 8 * 1024 * 1024, 200
MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml)$", re.IGNORECASE)
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Parts that hold words: the text, heads and feet of pages, notes, comments.
WORDED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
WORDS = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|(</w:p>)|(<w:(?:tab|br)\b)")
LINKED = re.compile(r'TargetMode\s*=\s*["\']External["\']', re.IGNORECASE)
HYPERLINK = re.compile(r'Type\s*=\s*["\'][^"\']*/hyperlink["\']')
RELATION = re.compile(r"<Relationship\b[^>]*>")

DAMAGED = N_(
    "This file is damaged or is not a Word document. Open it in Word or WPS, save it"
    " as .docx and send that."
)
TOO_LARGE = N_("This file is too large when unpacked. Take large pictures out and send it again.")


@dataclass(frozen=True)
class Inside:
    """What the gate found: every word as plain lines, paragraphs, links to other files."""

    text: str
    paragraphs: int
    links: int


def _ensure_zip(data: bytes) -> None:
    if data.startswith(ZIP):
        return
    if data.startswith(OLE) and ENCRYPTED in data:
        raise Refused(
            N_(
                "This file is protected by a password. Open it in Word or WPS, take the password"
                " off, save it and send it again."
            )
        )
    if data.startswith(OLE):
        raise Refused(
            N_(
                "This is an old Word or WPS file (.doc, .wps). Open it in Word or WPS, choose “Save"
                " as”, the type “Word document (*.docx)”, and send that file."
            )
        )
    if data.startswith((RTF, PDF)):
        raise Refused(
            N_(
                "This is an RTF or PDF file. Send the Word file: in Word or WPS choose “Save as”,"
                " the type “Word document (*.docx)”."
            )
        )
    raise Refused(DAMAGED)


def _ensure_sound(archive: zipfile.ZipFile, packed: int, most: int) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS or unpacked > most:
        raise Refused(TOO_LARGE)
    if unpacked > max(FREE_BYTES, RATIO * packed):
        raise Refused(N_("This file is packed unusually tightly and is not opened."))
    if any(member.flag_bits & 1 for member in members):
        raise Refused(N_("This file is protected by a password. Save it without one."))
    names = [member.filename for member in members]
    if "word/document.xml" not in names:
        raise Refused(DAMAGED)
    kinds = _read(archive, "[Content_Types].xml", most) if "[Content_Types].xml" in names else b""
    if any(MACROS.search(name) for name in names) or b"macroEnabled" in kinds:
        raise Refused(
            N_(
                "This file contains macros, which are never taken. Open it in Word or WPS, choose"
                " “Save as”, the type “Word document (*.docx)”, and send that file."
            )
        )


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Read a member, whatever its head says of its size; refuse declarations in XML."""
    pieces, seen = [], 0
    with archive.open(name) as opened:
        while piece := opened.read(CHUNK):
            seen += len(piece)
            if seen > most:
                raise Refused(TOO_LARGE)
            pieces.append(piece)
    data = b"".join(pieces)
    if DECLARATION.search(data) or b"\x00" in data:
        raise Refused(DAMAGED)
    return data


def _words(xml: str) -> str:
    found = (
        "\n" if end else "\t" if gap else html.unescape(word)
        for word, end, gap in WORDS.findall(xml)
    )
    return "".join(found)


def look_inside(path: Path, *, most: int) -> Inside:
    """Return what a .docx of at most `most` bytes unpacked holds, or raise Refused.

    Refused are other kinds of files, passwords, macros, bombs and damage, each with a sentence.
    """
    _ensure_zip(path.read_bytes())
    try:
        with zipfile.ZipFile(path) as archive:
            _ensure_sound(archive, path.stat().st_size, most)
            parts, links, left = [], 0, most
            for name in archive.namelist():
                if not name.endswith((".xml", ".rels")):
                    continue
                data = _read(archive, name, left)
                left -= len(data)
                if WORDED.fullmatch(name):
                    parts.append((name, data.decode("utf-8", "replace")))
                if name.endswith(".rels"):
                    links += _links(data.decode("utf-8", "replace"))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise Refused(DAMAGED) from error
    text = "\n".join(_words(xml) for _, xml in parts)
    return Inside(text, sum(xml.count("</w:p>") for _, xml in parts), links)


def _links(relations: str) -> int:
    """Count what a file would fetch from elsewhere; links for the reader do not count."""
    return sum(
        bool(LINKED.search(each)) and not HYPERLINK.search(each)
        for each in RELATION.findall(relations)
    )
