"""What every template may use: filters for dates and codes, addresses of static files."""

import hashlib
from datetime import date, datetime
from pathlib import Path

from flask import Flask, session, url_for
from flask_babel import format_date

from drillreg.core import clock
from drillreg.core.access import actor_or_none
from drillreg.core.codes import code_label, code_list
from drillreg.core.panels import panels
from drillreg.i18n import current_locale, pick, translate

WEEKDAYS_ZH = "一二三四五六日"


def day(value: date | None) -> str:
    """Write a date short: 2026-11-23."""
    return value.isoformat() if value else ""


def day_long(value: date | None) -> str:
    """Write a date in full, with its weekday, in the language of the request."""
    if value is None:
        return ""
    if current_locale() == "en":
        return str(format_date(value, "EEEE, d MMMM y"))
    return f"{day_cn(value)}（星期{WEEKDAYS_ZH[value.weekday()]}）"


def day_cn(value: date | None) -> str:
    """Write a date as official papers do: 2026年11月23日; in English 23 November 2026."""
    if value is None:
        return ""
    if current_locale() == "en":
        return str(format_date(value, "d MMMM y"))
    return f"{value.year}年{value.month}月{value.day}日"


def instant(value: datetime | None) -> str:
    """Write an instant in the installation's time zone: 2026-11-23 08:40."""
    return clock.local(value).strftime("%Y-%m-%d %H:%M") if value else ""


def duration(seconds: int | None) -> str:
    """Write a number of seconds as minutes and seconds: 2分41秒, 2 min 41 s."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    if current_locale() == "en":
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes}分{rest:02d}秒" if minutes else f"{rest}秒"


def name_of(record: object) -> str:
    """Write a record's name or title in the language of the request, else the Chinese one."""
    for base in ("title", "name"):
        chinese = getattr(record, base, None)
        if chinese:
            english = getattr(record, f"{base}_en", None)
            return str(english) if english and current_locale() == "en" else str(chinese)
    return ""


def init_app(app: Flask) -> None:
    """Register the filters and globals."""
    digests: dict[str, str] = {}

    def asset_url(path: str) -> str:
        """Return the address of a static file, with its digest so that browsers may keep it."""
        if path not in digests or app.debug:
            source = Path(app.static_folder or "") / path
            digests[path] = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
        return url_for("static", filename=path, v=digests[path])

    app.jinja_env.filters.update(
        day=day,
        day_long=day_long,
        day_cn=day_cn,
        instant=instant,
        duration=duration,
        code_label=code_label,
        name_of=name_of,
        pick=pick,
    )
    app.jinja_env.globals.update(asset_url=asset_url, panels=panels, code_list=code_list)

    @app.context_processor
    def common() -> dict[str, object]:
        locale = current_locale()
        return {
            "actor": actor_or_none(),
            "locale": locale,
            "html_lang": "en" if locale == "en" else "zh-CN",
            "text_size": session.get("text_size", "normal"),
            "density": "normal",
            "say": translate,
        }
