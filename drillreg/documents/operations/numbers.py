"""Giving out document numbers: in order, each once, none lost without a reason."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.rules import (
    LARGEST_NUMBER,
    NumberState,
    ensure_first_number,
    ensure_in_year,
    ensure_not_taken,
    ensure_reserved,
    ensure_template,
    ensure_voidable,
    number_text,
)
from drillreg.i18n import N_


def _own_template(issuer_org_id: int, document_kind: str, year: int) -> str | None:
    """Return the pattern the office wrote itself for the latest year before."""
    return db.session.scalar(
        select(NumberSeries.template)
        .where(
            NumberSeries.issuer_org_id == issuer_org_id,
            NumberSeries.document_kind == document_kind,
            NumberSeries.year < year,
            NumberSeries.template_is_own,
        )
        .order_by(NumberSeries.year.desc())
        .limit(1)
    )


def _series_id(issuer_org_id: int, document_kind: str, year: int, template: str) -> int:
    """Return the series, made at its first use; two who make it at once get the same one."""
    key = {"issuer_org_id": issuer_org_id, "document_kind": document_kind, "year": year}
    wanted = select(NumberSeries.id).filter_by(**key)
    found = db.session.scalar(wanted)
    if found is not None:
        return found
    own = _own_template(issuer_org_id, document_kind, year)
    ensure_template(own or template)
    insert = (
        postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    values = {
        **key,
        "template": own or template,
        "template_is_own": own is not None,
        "first_number": 1,
        "last_number": 0,
        "row_version": 1,
    }
    db.session.execute(insert(NumberSeries).values(values).on_conflict_do_nothing())
    return db.session.execute(wanted).scalar_one()


def _lock(series_id: int) -> None:
    """Let nobody else take a number of the series before this unit of work ends."""
    db.session.execute(
        select(NumberSeries.id).where(NumberSeries.id == series_id).with_for_update()
    ).one()


def _held_text(series_id: int, subject_kind: str, subject_id: int) -> str | None:
    return db.session.scalar(
        select(IssuedNumber.text)
        .where(
            IssuedNumber.series_id == series_id,
            IssuedNumber.subject_kind == subject_kind,
            IssuedNumber.subject_id == subject_id,
            IssuedNumber.state == NumberState.USED,
        )
        .order_by(IssuedNumber.number)
        .limit(1)
    )


def _next_number(series_id: int) -> tuple[int, str]:
    """Advance a series and return the number as such and as it reads."""
    row = db.session.execute(
        update(NumberSeries)
        .where(NumberSeries.id == series_id)
        .values(last_number=NumberSeries.last_number + 1)
        .returning(NumberSeries.last_number, NumberSeries.template, NumberSeries.year)
        .execution_options(synchronize_session=False)
    ).one()
    return row.last_number, number_text(row.template, year=row.year, number=row.last_number)


def issue_number(
    *,
    issuer_org_id: int,
    document_kind: str,
    year: int,
    now: datetime,
    subject_kind: str,
    subject_id: int,
    template: str,
    title: str = "",
    dated_on: date | None = None,
    actor: Actor | None = None,
) -> str:
    """Give a document the next number of its series and return its text.

    `template`, such as "青应急报〔{year}〕{number}号", serves when the series is first used, unless
    the office wrote its own. A subject that has a number keeps it. When the unit of work fails,
    the number is free again: the row of the series stays locked to its end, so nobody can have
    taken the next one.
    """
    series_id = _series_id(issuer_org_id, document_kind, year, template)
    _lock(series_id)
    held = _held_text(series_id, subject_kind, subject_id)
    if held is not None:
        return held
    number, text = _next_number(series_id)
    db.session.add(
        IssuedNumber(
            series_id=series_id,
            number=number,
            text=text,
            state=NumberState.USED,
            subject_kind=subject_kind,
            subject_id=subject_id,
            title=title,
            dated_on=dated_on,
            issued_at=now,
            **_who(actor),
        )
    )
    db.session.flush()
    return text


def _who(actor: Actor | None) -> dict[str, Any]:
    return {"account_id": actor.account_id, "actor_name": actor.name} if actor else {}


def _audit(action: str, series: NumberSeries, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="number-series",
        subject_id=series.id,
        org_id=series.issuer_org_id,
        actor=actor,
        now=now,
        **detail,
    )


def open_series(
    *,
    issuer_org_id: int,
    document_kind: str,
    year: int,
    template: str,
    first_number: int,
    actor: Actor,
    now: datetime,
) -> NumberSeries:
    """Begin a series before its first number, with the office's own pattern and start."""
    ensure_template(template)
    ensure_first_number(first_number, last=0, has_numbers=False)
    key = {"issuer_org_id": issuer_org_id, "document_kind": document_kind, "year": year}
    if db.session.scalar(select(exists().where(*_same(key)))):
        raise DomainError(N_("This issuer has a series of that kind and year already."))
    series = NumberSeries(
        **key,
        template=template,
        template_is_own=True,
        first_number=first_number,
        last_number=first_number - 1,
    )
    db.session.add(series)
    db.session.flush()
    _audit("number-series-opened", series, actor, now, template=template, first=first_number)
    return series


def _same(key: dict[str, Any]) -> list[Any]:
    return [getattr(NumberSeries, name) == value for name, value in key.items()]


def change_series(
    series: NumberSeries, *, template: str, first_number: int, actor: Actor, now: datetime
) -> None:
    """Change how later numbers read; the start only while no number is given out."""
    _lock(series.id)
    ensure_template(template)
    if first_number != series.first_number:
        given = db.session.scalar(select(exists().where(IssuedNumber.series_id == series.id)))
        ensure_first_number(first_number, last=series.last_number, has_numbers=bool(given))
    changes = {
        "template": [series.template, template],
        "first_number": [series.first_number, first_number],
    }
    if first_number != series.first_number:
        series.first_number, series.last_number = first_number, first_number - 1
    series.template, series.template_is_own = template, True
    _audit("number-series-changed", series, actor, now, changes=changes)


def reserve_number(
    series: NumberSeries, *, title: str, actor: Actor, now: datetime
) -> IssuedNumber:
    """Keep the next number free for a paper that is being prepared."""
    _lock(series.id)
    number, text = _next_number(series.id)
    found = IssuedNumber(
        series_id=series.id,
        number=number,
        text=text,
        state=NumberState.RESERVED,
        title=title,
        issued_at=now,
        **_who(actor),
    )
    db.session.add(found)
    db.session.flush()
    _audit("number-reserved", series, actor, now, number=text)
    return found


def use_reserved(
    number: IssuedNumber, *, title: str, dated_on: date, actor: Actor, now: datetime
) -> None:
    """Note which paper, written outside, carries a reserved number."""
    _lock(number.series_id)
    db.session.refresh(number, ["state"])
    ensure_reserved(number.state)
    ensure_in_year(dated_on, number.series.year)
    number.state, number.title, number.dated_on = NumberState.USED, title, dated_on
    _audit("number-used", number.series, actor, now, number=number.text)


def take_over_number(
    series: NumberSeries,
    *,
    number: int,
    title: str,
    dated_on: date,
    actor: Actor,
    now: datetime,
) -> IssuedNumber:
    """Enter a number that was given in the paper register; the series goes on after the highest."""
    _lock(series.id)
    db.session.refresh(series)
    if not series.first_number <= number <= LARGEST_NUMBER:
        raise DomainError(N_("This series begins with %(first)d."), first=series.first_number)
    ensure_in_year(dated_on, series.year)
    text = number_text(series.template, year=series.year, number=number)
    taken = exists().where(IssuedNumber.series_id == series.id, IssuedNumber.number == number)
    ensure_not_taken(text, is_taken=bool(db.session.scalar(select(taken))))
    found = IssuedNumber(
        series_id=series.id,
        number=number,
        text=text,
        state=NumberState.USED,
        title=title,
        dated_on=dated_on,
        by_hand=True,
        issued_at=now,
        **_who(actor),
    )
    db.session.add(found)
    db.session.execute(
        update(NumberSeries)
        .where(NumberSeries.id == series.id, NumberSeries.last_number < number)
        .values(last_number=number)
        .execution_options(synchronize_session=False)
    )
    db.session.flush()
    _audit("number-taken-over", series, actor, now, number=text, dated=dated_on)
    return found


def void_number(number: IssuedNumber, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike a number for a reason; it is never given out again."""
    _lock(number.series_id)
    db.session.refresh(number, ["state"])
    ensure_voidable(number.state, is_carried=number.subject_id is not None)
    number.state = NumberState.VOID
    number.voided_at, number.voided_by_id, number.void_reason = now, actor.account_id, reason
    _audit("number-voided", number.series, actor, now, number=number.text, reason=reason)
