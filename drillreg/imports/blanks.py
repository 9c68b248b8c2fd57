"""Templates to fill in: the right headings, drop-downs, an example, and how to fill them."""

from collections.abc import Mapping, Sequence

from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.sheets.write import Cell, xlsx_bytes
from drillreg.work.importers import Field, Kind

MOST_OFFERED = 2000
TYPE_NOTES = {
    "integer": N_("A whole number; “约” and units are understood."),
    "decimal": N_("A number; units are understood."),
    "date": N_("A date in any usual form."),
    "yes-no": N_("Yes or no: 是 or 否."),
    "choice": N_("One of the list."),
    "phone": N_("Kept as text; several may be written."),
    "degrees": N_("Degrees, in decimals or as 115°28′43″."),
}
YES_NO = {"zh_Hans_CN": ("是", "否"), "en": ("yes", "no")}


def blank_xlsx(kind: Kind, owner_id: int | None) -> bytes:
    """Return the template of a kind, with the names that an organisation's rows can use."""
    fields = kind.fields()
    heads = {each.code: heading_of(each) for each in fields}
    offered = kind.offered(owner_id) if owner_id else {}
    choices = {heads[each.code]: words for each in fields if (words := words_of(each, offered))}
    example = _example(fields)
    return xlsx_bytes(
        [
            (translate(kind.label), list(heads.values()), [example] if any(example) else []),
            (
                translate(N_("How to fill it in")),
                [translate(N_("Column")), translate(N_("Needed")), translate(N_("What to write"))],
                [_note(each, heads[each.code]) for each in fields],
            ),
        ],
        choices=choices,
    )


def heading_of(wanted: Field) -> str:
    """Return the heading of a field, with a star where every row needs it."""
    return f"{pick(wanted.label)}{' *' if wanted.required else ''}"


def words_of(wanted: Field, offered: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return what a cell of a field can be chosen from, nothing where it is free."""
    if wanted.code in offered:
        return list(offered[wanted.code])[:MOST_OFFERED]
    codes = wanted.code_list()
    if codes is not None:
        return [pick(item.label) for item in codes]
    return YES_NO[current_locale()] if wanted.type == "yes-no" else ()


def _example(fields: Sequence[Field]) -> list[Cell]:
    """Return a row that shows what to write; reading passes it over because of its mark."""
    cells: list[Cell] = [each.example for each in fields]
    place = next((at for at, cell in enumerate(cells) if cell), None)
    if place is not None:
        mark = translate(N_("Example: "))
        cells[place] = f"{mark}{cells[place]}"
    return cells


def _note(wanted: Field, heading: str) -> list[Cell]:
    known = TYPE_NOTES.get(wanted.type)
    said = [pick(wanted.note), translate(known) if known else ""]
    needed = translate(N_("Yes")) if wanted.required else ""
    return [heading, needed, " ".join(text for text in said if text)]
