"""Sorting uploaded files by what they are: sniffed contents, opened archives, fixed safe names."""

import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from zlib import error as ZlibError  # noqa: N812 - the module's own name says nothing alone

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

MAX_MEMBERS = 500
MAX_UNPACKED = 60 * 1024 * 1024
MAX_RATIO = 100
RATIO_MATTERS_ABOVE = 1024 * 1024

SQLITE_MAGIC = b"SQLite format 3\x00"
SHAPEFILE_MAGIC = (9994).to_bytes(4, "big")
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
HEAD = 4096

KML_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?kml[\s>]")
DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
RUBBISH = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Kind(StrEnum):
    """What a file is by its contents (the side files of a shapefile: by their ending)."""

    JSON = "json"
    KML = "kml"
    GPKG = "gpkg"
    SHP = "shp"
    SHX = "shx"
    DBF = "dbf"
    PRJ = "prj"
    CPG = "cpg"
    OTHER = "other"


SIDE_FILES = frozenset({Kind.SHX, Kind.DBF, Kind.PRJ, Kind.CPG})


@dataclass(frozen=True)
class Part:
    """One file: the name the person gave it (for sentences only), and where the copy lies."""

    name: str
    kind: Kind
    path: Path

    @property
    def stem(self) -> str:
        """Return the name without folders and ending, in lower case."""
        return PurePosixPath(self.name).stem.lower()


@dataclass(frozen=True)
class Source:
    """One data set: its main file and, for a shapefile, what belongs to it."""

    main: Part
    sides: dict[Kind, Part]


def sources_of(files: Iterable[tuple[str, Path]], folder: Path) -> list[Source]:
    """Return the data sets among (name, path) files; archives are unpacked into `folder`."""
    parts: list[Part] = []
    for name, path in files:
        if path.read_bytes()[:4] in ZIP_MAGICS:
            parts += unpacked(name, path, folder)
        else:
            parts.append(Part(name, sniffed(name, path), path))
    return grouped(parts)


def sniffed(name: str, path: Path) -> Kind:
    """Return what a file is; raise Refused for what may not reach the reading library."""
    with path.open("rb") as reader:
        head = reader.read(HEAD)
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    if head.startswith(SQLITE_MAGIC):
        return Kind.GPKG
    if head.startswith(SHAPEFILE_MAGIC):
        return Kind.SHX if ending == "shx" else Kind.SHP
    if ending in {"dbf", "prj", "cpg"}:
        return Kind(ending)
    return _text_kind(name, path, head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _text_kind(name: str, path: Path, head: bytes) -> Kind:
    if head.startswith((b"{", b"[")):
        return Kind.JSON
    if head.startswith(b"<") and KML_ROOT.search(head):
        if DTD.search(path.read_bytes()):
            raise Refused(
                N_("%(name)s contains a document type definition, which is not read."), name=name
            )
        return Kind.KML
    ending = PurePosixPath(name).suffix.lower()
    if ending in {".shp", ".shx", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".zip"}:
        raise Refused(
            N_("%(name)s does not contain what its ending promises: it cannot be read."), name=name
        )
    return Kind.OTHER


def unpacked(name: str, path: Path, folder: Path) -> list[Part]:
    """Return the members of an archive, copied under fixed names; raise Refused for a bad one."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not _is_rubbish(member)]
            ensure_harmless(name, members, path.stat().st_size)
            return [
                _copied(archive, member, folder / f"{path.stem}_{number}")
                for number, member in enumerate(members)
            ]
    except (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, ValueError) as error:
        raise Refused(N_("The archive %(name)s is damaged."), name=name) from error


def _is_rubbish(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or any(word in member.filename for word in RUBBISH)


def ensure_harmless(name: str, members: Sequence[zipfile.ZipInfo], packed: int) -> None:
    """Raise Refused for an archive that is a bomb, encrypted or points outside itself."""
    if len(members) > MAX_MEMBERS:
        raise Refused(
            N_("The archive %(name)s holds more than %(limit)d files."),
            name=name,
            limit=MAX_MEMBERS,
        )
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED or (size > RATIO_MATTERS_ABOVE and size > packed * MAX_RATIO):
        raise Refused(
            N_("The archive %(name)s unpacks to too much: at most %(limit)d MB are read."),
            name=name,
            limit=MAX_UNPACKED // 1024 // 1024,
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused(N_("The archive %(name)s is protected by a password."), name=name)
    if any(_points_outside(member.filename) for member in members):
        raise Refused(N_("The archive %(name)s contains unsafe file names."), name=name)


def _points_outside(filename: str) -> bool:
    path = PurePosixPath(filename.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in filename


def _copied(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Part:
    with archive.open(member) as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer)
    name = PurePosixPath(_readable_name(member)).name
    with target.open("rb") as reader:
        if reader.read(4) in ZIP_MAGICS:
            raise Refused(N_("%(name)s is an archive inside an archive."), name=name)
    return Part(name, sniffed(name, target), target)


def _readable_name(member: zipfile.ZipInfo) -> str:
    """Undo the code page that Chinese archivers use without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def grouped(parts: Sequence[Part]) -> list[Source]:
    """Return one source for each main file with its side files; raise Refused when there is none.

    A side file belongs to the shapefile of the same name, or to the only one there is.
    """
    mains = [part for part in parts if part.kind in {Kind.JSON, Kind.KML, Kind.GPKG, Kind.SHP}]
    if not mains:
        names = "、".join(part.name for part in parts[:5])
        if any(part.kind in {Kind.SHX, Kind.DBF} for part in parts):
            raise Refused(
                N_("A shapefile needs its .shp file as well: found only %(names)s."), names=names
            )
        raise Refused(
            N_("%(names)s: not a GeoJSON, Shapefile, GeoPackage, KML or KMZ file."), names=names
        )
    alone = sum(part.kind is Kind.SHP for part in mains) == 1
    return [Source(main, _sides_of(main, parts, alone)) for main in mains]


def _sides_of(main: Part, parts: Sequence[Part], alone: bool) -> dict[Kind, Part]:
    if main.kind is not Kind.SHP:
        return {}
    return {
        part.kind: part
        for part in parts
        if part.kind in SIDE_FILES and (alone or part.stem == main.stem)
    }
