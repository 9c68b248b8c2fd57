"""The shell around every page: menu, title, unread count."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flask import Flask, g, request, url_for

from drillreg.config import LOOPBACK, settings
from drillreg.core.access import Permission, actor_or_none
from drillreg.i18n import N_, current_locale, translate
from drillreg.notices.queries import unread_count


@dataclass(frozen=True)
class Entry:
    """A menu entry: the sentence, where it leads, who may see it, what stands below it."""

    label: str
    endpoint: str
    icon: str = ""
    permission: Permission | None = Permission.VIEW
    children: tuple["Entry", ...] = ()
    # Pages below this one, where several entries share a package.
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A menu entry as one person sees it."""

    label: str
    url: str
    icon: str
    active: bool
    children: tuple["Shown", ...]
    count: int | None = None
    count_red: bool = False


# None separates groups. Only entries that lead somewhere stand here.
MENU: tuple[Entry | None, ...] = (
    Entry(
        N_("Home"),
        "dashboard.home",
        "home",
        None,
        children=(
            Entry(N_("Home"), "dashboard.home", permission=None),
            Entry(N_("Tasks"), "tasks.index"),
            Entry(N_("To-do list"), "tasks.todo"),
            Entry(N_("Chasing list"), "tasks.chasing", permission=Permission.ASSIGN_TASKS),
            Entry(N_("Evidence and grades"), "evidence.index"),
        ),
    ),
    None,
    Entry(N_("Map"), "maps.index", "map"),
    Entry(
        N_("Plans"),
        "plans.index",
        "plan",
        children=(
            Entry(N_("Register"), "plans.index"),
            Entry(N_("Filing and publication"), "filings.index"),
            Entry(
                N_("Plans to look at again"), "revisions.triggers", leads_to=("revisions.orphans",)
            ),
            Entry(
                N_("Yearly drafting plans"),
                "revisions.draftings",
                leads_to=("revisions.drafting", "revisions.item", "revisions.proposals"),
            ),
            Entry(N_("Coverage matrix"), "duties.matrix"),
            Entry(N_("Compiled book"), "books.index"),
        ),
    ),
    Entry(
        N_("Hazards"),
        "hazards.index",
        "haz",
        children=(
            Entry(N_("Ledger of sites"), "hazards.index"),
            Entry(
                N_("Sites reported to the county"),
                "hazards.reports",
                leads_to=("hazards.report", "hazards.report_new"),
            ),
            Entry(N_("Checks to make"), "hazards.mine", permission=Permission.LOG_CHECKS),
            Entry(N_("Dangers put right"), "dangers.index"),
            Entry(N_("Figures of dangers"), "dangers.figures"),
            Entry(
                N_("Enter a paper book"),
                "hazards.book",
                permission=Permission.EDIT_HAZARDS,
                leads_to=("hazards.sheet",),
            ),
            Entry(
                N_("Signals about checks"),
                "hazards.signals",
                permission=Permission.ASSIGN_TASKS,
                leads_to=("hazards.signal",),
            ),
            Entry(
                N_("Checks and patrols"),
                "patrols.index",
                leads_to=(
                    "patrols.new",
                    "patrols.show",
                    "patrols.edit",
                    "patrols.due",
                    "patrols.people",
                    "patrols.inspections",
                    "patrols.inspection",
                ),
            ),
            Entry(
                N_("What is exposed"),
                "exposures.index",
                leads_to=("exposures.sites", "exposures.area"),
            ),
        ),
    ),
    Entry(
        N_("Drills"),
        "drills.index",
        "drill",
        children=(
            Entry(N_("Drill ledger"), "drills.index"),
            Entry(N_("Drill calendar"), "drills.month"),
            Entry(N_("Programmes"), "drills.programmes"),
        ),
    ),
    Entry(
        N_("Reports"),
        "reports.index",
        "rep",
        children=(
            Entry(N_("After-action reports"), "reports.index"),
            Entry(N_("Corrective actions"), "reports.actions"),
        ),
    ),
    Entry(
        N_("Duties"),
        "duties.index",
        "duty",
        children=(
            Entry(N_("My duties"), "duties.index"),
            Entry(N_("Late"), "duties.late"),
            Entry(N_("Coverage"), "duties.matrix"),
            Entry(N_("Period by period"), "duties.closed"),
            Entry(N_("Calendar of duties"), "duties.month"),
            Entry(N_("Rules"), "duties.rules", leads_to=("duties.rule", "duties.text")),
        ),
    ),
    Entry(
        N_("Official papers"),
        "documents.sheets",
        "plan",
        children=(
            Entry(
                N_("Document numbers"),
                "documents.numbers",
                permission=Permission.KEEP_NUMBERS,
                leads_to=("documents.series", "documents.new_series", "documents.number"),
            ),
            Entry(
                N_("Printed sheets"),
                "documents.sheets",
                leads_to=("documents.sheet", "documents.scan"),
            ),
        ),
    ),
    None,
    Entry(
        N_("Organisations"),
        "orgs.index",
        "org",
        children=(
            Entry(N_("Tree and list"), "orgs.index"),
            Entry(N_("Contact book"), "contacts.index"),
            Entry(N_("Emergency network"), "network.index"),
            Entry(N_("Duty roster"), "roster.index"),
            Entry(N_("Teams, supplies, shelters"), "resources.teams"),
            Entry(N_("Divisions"), "orgs.divisions"),
            Entry(N_("Supervision gaps"), "orgs.unsupervised"),
            Entry(N_("Grants given"), "reach.given", permission=Permission.GRANT_ACCESS),
            Entry(N_("Grants received"), "reach.received"),
        ),
    ),
    Entry(
        N_("Accounts and phones"),
        "people.lower",
        "org",
        Permission.RESET_ACCOUNTS,
        children=(
            Entry(N_("Accounts below"), "people.lower", permission=Permission.RESET_ACCOUNTS),
            Entry(N_("Phones of monitors"), "people.phones", permission=Permission.BIND_DEVICES),
            Entry(
                N_("People who left"),
                "staff.departures_below",
                permission=Permission.RESET_ACCOUNTS,
            ),
        ),
    ),
    Entry(N_("Imports"), "imports.index", "up", Permission.EDIT_ORGS),
    # Each of the three administrators has one of these and none of the above.
    Entry(
        N_("Accounts"),
        "people.index",
        "org",
        Permission.MANAGE_ACCOUNTS,
        children=(
            Entry(N_("Accounts"), "people.index", permission=Permission.MANAGE_ACCOUNTS),
            Entry(
                N_("Roles and permissions"),
                "people.role_table",
                permission=Permission.MANAGE_ACCOUNTS,
            ),
            Entry(N_("Slips to print"), "staff.slips", permission=Permission.MANAGE_ACCOUNTS),
            Entry(
                N_("People who left"),
                "staff.departures",
                permission=Permission.MANAGE_ACCOUNTS,
                leads_to=("staff.departure", "staff.leaving"),
            ),
            Entry(
                N_("Security settings"),
                "office.security_settings",
                permission=Permission.MANAGE_ACCOUNTS,
                leads_to=("office.security_setting",),
            ),
            Entry(N_("Who can see what"), "reach.index", permission=Permission.MANAGE_ACCOUNTS),
        ),
    ),
    Entry(
        N_("System"),
        "upkeep.home",
        "sys",
        Permission.MANAGE_SYSTEM,
        children=(
            Entry(N_("At a glance"), "upkeep.home", permission=Permission.MANAGE_SYSTEM),
            Entry(
                N_("Office settings"),
                "office.settings",
                permission=Permission.MANAGE_SYSTEM,
                leads_to=("office.setting",),
            ),
            Entry(
                N_("Code lists"),
                "office.codes",
                permission=Permission.MANAGE_SYSTEM,
                leads_to=("office.code_entries", "office.new_code", "office.edit_code"),
            ),
            Entry(
                N_("Calendar"),
                "office.calendar",
                permission=Permission.MANAGE_SYSTEM,
                leads_to=(
                    "office.new_day",
                    "office.new_season",
                    "office.edit_season",
                    "office.start_calendar_import",
                ),
            ),
            Entry(
                N_("Layouts of papers"),
                "documents.layouts_index",
                permission=Permission.MANAGE_SYSTEM,
            ),
            Entry(N_("Background work"), "office.all_work", permission=Permission.MANAGE_SYSTEM),
            Entry(N_("Scheduled jobs"), "scheduler.index", permission=Permission.MANAGE_SYSTEM),
            Entry(N_("Backups"), "upkeep.backup_list", permission=Permission.MANAGE_SYSTEM),
            Entry(N_("Health"), "upkeep.health", permission=Permission.MANAGE_SYSTEM),
        ),
    ),
    Entry(N_("Audit trail"), "office.trail", "duty", Permission.READ_AUDIT),
    Entry(N_("Roles and permissions"), "people.role_table", "sys", Permission.READ_AUDIT),
)


def _show(entry: Entry) -> Shown:
    visible = [child for child in entry.children if _visible(child)]
    # A single page below an entry is the entry itself.
    children = tuple(_show(child) for child in visible) if len(visible) > 1 else ()
    # A page that another entry is the home of is marked there alone.
    homes = {_package(each) for each in MENU if each is not None and _visible(each)}
    others = homes - {_package(entry)}
    own = tuple(child for child in entry.children if _package(child) not in others)
    if children and request.blueprint in {_package(child) for child in own}:
        children = _with_one_active(children, entry.children)
    elif children:
        children = tuple(replace(child, active=False) for child in children)
    here = any(child.active for child in children) or request.endpoint == entry.endpoint
    if not children:
        here = here or request.blueprint == _package(entry)
    return Shown(translate(entry.label), url_for(entry.endpoint), entry.icon, here, children)


def _package(entry: Entry) -> str:
    return entry.endpoint.split(".")[0]


def _with_one_active(shown: tuple[Shown, ...], entries: tuple[Entry, ...]) -> tuple[Shown, ...]:
    """Mark the entry of this very page, else the first one of the page's package."""
    visible = [entry for entry in entries if _visible(entry)]
    exact = [each for each in visible if request.endpoint in {each.endpoint, *each.leads_to}]
    near = [entry for entry in visible if _package(entry) == request.blueprint]
    chosen = (exact or near)[:1]
    return tuple(
        replace(each, active=entry in chosen) for each, entry in zip(shown, visible, strict=True)
    )


def _visible(entry: Entry) -> bool:
    actor = actor_or_none()
    return actor is not None and (entry.permission is None or actor.may(entry.permission))


def menu() -> list[Shown | None]:
    """Return the menu of the person making this request; separators are None."""
    shown: list[Shown | None] = []
    for entry in MENU:
        if entry is None:
            if shown and shown[-1] is not None:
                shown.append(None)
        elif _visible(entry):
            shown.append(_show(entry))
    return shown[:-1] if shown and shown[-1] is None else shown


def init_app(app: Flask) -> None:
    """Give every template the menu and the title of the site."""

    @app.context_processor
    def shell() -> dict[str, object]:
        # Panels are templates of their own: the menu is made, and the inbox counted, once a page.
        if "shell" not in g:
            g.shell = _shell()
        return dict(g.shell)


def _shell() -> dict[str, object]:
    actor = actor_or_none()
    found = settings()
    return {
        "nav": menu() if actor else [],
        "site_title": found.site_title_en if current_locale() == "en" else found.site_title_zh,
        # Browsers give position and offline work only over HTTPS or on the machine itself.
        "secure_context": found.https or urlsplit(request.host_url).hostname in LOOPBACK,
        "unread": unread_count(actor) if actor and "refused_form" not in g else 0,
    }
