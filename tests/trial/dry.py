"""Dry runs: tables that offices keep and that are not kept here yet, read as the wizard would."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.codes import read_code_list
from drillreg.i18n import pick
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.work.importers import Entry, Field, Kind, Note, Plan, Source, field_of


class DryKind(Kind):
    """A table known by its columns alone; nothing of it can be written."""

    permission = Permission.VIEW

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields

    def fields(self) -> Sequence[Field]:
        """Return the fields of the data file."""
        return self._fields

    def plan(self, source: Source) -> Plan:
        """Read every cell; a row with all that is required would come in."""
        columns = {each.code: source.read(each) for each in self._fields}
        required = [each for each in self._fields if each.required]
        entries, problems = [], []
        for at in range(len(source.grid.rows)):
            bad = next((c.errors[at] for c in columns.values() if at in c.errors), None)
            lacking = next((e for e in required if columns[e.code].values[at] is None), None)
            if bad is not None:
                problems.append(Note(at, bad.message, bad.params))
            elif lacking is not None:
                problems.append(Note(at, "%(label)s is missing.", {"label": pick(lacking.label)}))
            else:
                entries.append(Entry(at, {code: c.values[at] for code, c in columns.items()}))
        return Plan(entries, problems)


def dry_fields(name: str) -> tuple[Field, ...]:
    """Return the fields of a data file beside this module."""
    path = Path(__file__).parent / f"{name}.toml"
    return tuple(field_of(item) for item in read_code_list(path))


def dry_run(name: str, files: Mapping[str, bytes]) -> Examined:
    """Find header and columns of a table and read its rows."""
    upload = Upload(files, {}, None, clock.today(), in_background=True)
    return examine(DryKind(dry_fields(name)), upload)
