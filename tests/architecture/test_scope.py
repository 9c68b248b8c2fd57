"""Every reading of records asks the scope of their kind; exceptions stand here with a reason."""

import ast
from pathlib import Path

import pytest

import drillreg

pytestmark = pytest.mark.one_database

PACKAGE = Path(drillreg.__file__).parent
FEATURES = ("plans", "hazards", "exposures", "drills", "reports", "maps", "dashboard")
RECORDS = {
    "Plan", "PlanVersion", "PlanFile", "HazardSite", "HazardCheck", "CheckPhoto", "Drill",
    "DrillPhoto", "Report", "CorrectiveAction",
}  # fmt: skip
# Where a read begins from: a scope, or a record that was read within one.
BEGINNINGS = {"scope", "org", "plan", "site", "drill", "report", "version", "actor", "batch"}
ASKING = {"within", "allows", "allows_record", "includes"}

# Reads of records by nobody in particular, each with its reason.
FOR_NOBODY = {
    "hazards.mapping.stamp": "says whether anything changed, and nothing of what",
    "hazards.reminding._due": "a sweep over every county",
    "hazards.sheet_entry._prove": "of the page of a paper book that is being entered",
    "hazards.sheet_entry._note_newest": "of the page of a paper book that is being entered",
    "hazards.sheet_entry._announce": "of the page of a paper book that is being entered",
    "hazards.checking.check_or_none": "the device's own random id of its own submission",
    "exposures.following._noted": "a sweep over every county",
    "exposures.following._outdated": "a sweep over every county",
    "exposures.working._load_sites": "works links out; who reads them asks for both sides",
    "drills.operations.programmes._rows_of": "of a programme that was read within a scope",
    "hazards.site_placing._numbers_of": "of the organisation an import goes into",
    "hazards.site_placing.standing_sites": "of the organisation an import goes into",
    "hazards.counting.mark_sites": "notes whose sites an act or import names",
    "hazards.counting._count_rows": "numbers by owner; who reads them asks the scope",
    "hazards.counting.wrong_counts": "a sweep over every county",
    "hazards.mapping._counted_rows": "under the conditions of map_data, which asks",
    "plans.carrying.current_version_of": "of the plan above that a plan names",
    "plans.sections.hold_draft": "locks a draft that was read within a scope",
    "plans.operations._title_taken": "of the organisation a plan is registered at",
    "plans.freezing._locked_draft": "background work prints what was signed",
    "plans.signing.plan_of_version": "the question a body was asked opens the text",
    "plans.indexing._parts_of": "writes the index; who searches asks the scope",
    "plans.indexing._behind": "a sweep over every county",
    "plans.indexing._gone": "a sweep over every county",
    "plans.indexing._index": "a sweep over every county",
    "plans.indexing.rebuild_index": "a command for every county",
    "plans.queries._row_statement": "the columns of a read that asks",
    "plans.queries._has_words": "a condition inside a read that asks",
    "drills.succession._pass_drills": "of an organisation whose change was decided in scope",
    "drills.succession._planned": "of organisations whose change was decided in scope",
    "hazards.succession.carry_sites": "of an organisation whose change was decided in scope",
    "hazards.registering._about": "evidence written with the sites that an act or import names",
    "hazards.registering.note_sites": "evidence written with the sites that an act or import names",
    "plans.succession._current": "of organisations whose change was decided in scope",
    "plans.succession._drafts": "of organisations whose change was decided in scope",
    "reports.sheets.report_references": "names on papers; their list asks for the organisation",
    "reports.succession._open": "of organisations whose change was decided in scope",
    "reports.checking.genuine_report": "the public check of a printed code: genuine or not",
    "reports.printing.print_report": "background work prints what was approved",
    "reports.sources._plan_number": "of a drill that was read within a scope",
    "reports.sweeps._without_paper": "a sweep over every county",
    "reports.operations.freezing.attach_pdf": "background work attaches what was approved",
    "drills.queries.drills_to_sweep": "a sweep over every county",
    "drills.queries.programmes.next_dates": "of programmes that were read within a scope",
}
# Reads that ask for the territory and the field alone, without single records that were granted.
TERRITORY_ALONE = {}


def functions():
    """Yield (name, function) of every function of the features."""
    for feature in FEATURES:
        for path in sorted((PACKAGE / feature).rglob("*.py")):
            parts = path.relative_to(PACKAGE).with_suffix("").parts
            module = ".".join(part for part in parts if part != "__init__")
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield f"{module}.{node.name}", node


def records_selected(node):
    """Return the records that a function selects."""
    found = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "select":
            names = {each.id for arg in call.args for each in ast.walk(arg)
                     if isinstance(each, ast.Name)}  # fmt: skip
            found |= names & RECORDS
    return found


def arguments(node):
    return {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}


def calls_on_scope(node):
    """Return the methods by which a function asks a scope, and whether it passes one on."""
    asked, passed = set(), False
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        given = [ast.unparse(each) for each in (*call.args, *(k.value for k in call.keywords))]
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in ASKING:
            asked.add(method)
        elif {"scope", "scope.present"} & set(given):
            passed = True
    return asked, passed


def test_reads_of_records_begin_from_a_scope_or_a_record():
    bare = [
        name
        for name, node in functions()
        if records_selected(node)
        and not arguments(node) & BEGINNINGS
        and not name.endswith(".scope._describe")  # the caller shows what its scope holds
        and name not in FOR_NOBODY
    ]
    assert bare == []


def test_a_scope_that_is_taken_is_asked():
    idle = []
    for name, node in functions():
        if "scope" in arguments(node):
            asked, passed = calls_on_scope(node)
            if not asked and not passed and "scope." not in ast.unparse(node):
                idle.append(name)
    assert idle == []


def test_records_are_asked_for_by_their_kind():
    """`allows` speaks of organisations: it knows neither single grants nor the time before."""
    by_org = [
        name
        for name, node in functions()
        if records_selected(node) - {"CorrectiveAction"}
        and "scope" in arguments(node)
        and calls_on_scope(node) == ({"allows"}, False)
        and name not in TERRITORY_ALONE
    ]
    assert by_org == []


def test_the_exceptions_are_still_there():
    known = {name for name, _ in functions()}
    assert [name for name in (*FOR_NOBODY, *TERRITORY_ALONE) if name not in known] == []


def test_the_check_sees_what_it_is_for():
    code = "def f(scope):\n    return select(Plan).where(scope.allows())"
    (node,) = ast.parse(code).body
    assert records_selected(node) == {"Plan"}
    assert calls_on_scope(node) == ({"allows"}, False)
