"""The shell around every page: menu, title, unread count."""

from dataclasses import dataclass

from flask import Flask, g, request, url_for

from drillreg.config import settings
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
    Entry(N_("Home"), "dashboard.home", "home", None),
    None,
    Entry(N_("Organisations"), "orgs.index", "org"),
)


def _show(entry: Entry) -> Shown:
    children = tuple(_show(child) for child in entry.children if _visible(child))
    here = request.endpoint == entry.endpoint or request.url_rule is not None and (
        request.blueprint == entry.endpoint.split(".")[0] and not entry.children
    )
    return Shown(translate(entry.label), url_for(entry.endpoint), entry.icon, bool(here), children)


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
        actor = actor_or_none()
        found = settings()
        return {
            "nav": menu() if actor else [],
            "site_title": found.site_title_en
            if current_locale() == "en"
            else found.site_title_zh,
            "unread": unread_count(actor) if actor and "refused_form" not in g else 0,
        }
