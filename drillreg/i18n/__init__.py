"""Chinese and English: marking sentences, translating at the edge, choosing the language."""

from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, force_locale, get_domain, get_locale, gettext

__all__ = ["LOCALES", "N_", "current_locale", "force_locale", "init_app", "pick", "translate"]

LOCALES = ("zh_Hans_CN", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark a sentence for translation without translating it yet."""
    return message


def translate(message: str, **params: Any) -> str:
    """Translate a marked sentence into the language of the request."""
    return str(gettext(message, **params))


def current_locale() -> str:
    """Return the code of the language in use, one of LOCALES."""
    return "en" if str(get_locale() or "").startswith("en") else "zh_Hans_CN"


def pick(text: dict[str, str] | None) -> str:
    """Return the side of a `{zh, en}` text for the language in use, else the other side."""
    if not text:
        return ""
    first, second = ("en", "zh") if current_locale() == "en" else ("zh", "en")
    return text.get(first) or text.get(second) or ""


def select_locale() -> str:
    """Choose the language: the person's choice, else Chinese."""
    chosen = session.get("locale") if has_request_context() else None
    if has_request_context() and chosen is None and request.args.get("lang") in LOCALES:
        chosen = request.args["lang"]
    return chosen if chosen in LOCALES else "zh_Hans_CN"


def domains() -> list[str]:
    """Return the catalogue names: one per package, so that each keeps its own words."""
    folder = TRANSLATIONS / "zh_Hans_CN" / "LC_MESSAGES"
    return sorted(path.stem for path in folder.glob("*.po"))


def init_app(app: Flask) -> None:
    """Set up translation for the application."""
    names = domains() or ["messages"]
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_domain=";".join(names),
        default_translation_directories=";".join([str(TRANSLATIONS)] * len(names)),
        locale_selector=select_locale,
    )
    app.jinja_env.globals["get_domain"] = get_domain
