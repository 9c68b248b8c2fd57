"""Compile every catalogue: `python -m drillreg.i18n.compile`."""

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from drillreg.i18n import TRANSLATIONS


def compile_all() -> int:
    """Write the .mo beside every .po that is newer and return how many were written."""
    written = 0
    for source in sorted(TRANSLATIONS.rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as reader:
            catalogue = read_po(reader, locale="zh_Hans_CN", abort_invalid=True)
        with target.open("wb") as writer:
            write_mo(writer, catalogue)
        written += 1
    return written


if __name__ == "__main__":
    compile_all()
