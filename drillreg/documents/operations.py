"""Giving out document numbers: in order, without gaps, each once."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from drillreg.core.db import db
from drillreg.documents.models import IssuedNumber, NumberSeries, NumberState
from drillreg.documents.rules import ensure_template, number_text


def _series_id(issuer_org_id: int, document_kind: str, year: int, template: str) -> int:
    """Return the series, made at its first use; two who make it at once get the same one."""
    key = {"issuer_org_id": issuer_org_id, "document_kind": document_kind, "year": year}
    wanted = select(NumberSeries.id).filter_by(**key)
    found = db.session.scalar(wanted)
    if found is not None:
        return found
    ensure_template(template)
    insert = (
        postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    values = {**key, "template": template, "last_number": 0}
    db.session.execute(insert(NumberSeries).values(values).on_conflict_do_nothing())
    return db.session.execute(wanted).scalar_one()


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
    """Advance a series and return the number and the template."""
    row = db.session.execute(
        update(NumberSeries)
        .where(NumberSeries.id == series_id)
        .values(last_number=NumberSeries.last_number + 1)
        .returning(NumberSeries.last_number, NumberSeries.template)
        .execution_options(synchronize_session=False)
    ).one()
    return row.last_number, row.template


def issue_number(
    *,
    issuer_org_id: int,
    document_kind: str,
    year: int,
    now: datetime,
    subject_kind: str,
    subject_id: int,
    template: str,
) -> str:
    """Give a document the next number of its series and return its text.

    `template`, such as "青应急报〔{year}〕{number}号", serves when the series is first used. A
    subject that has a number keeps it. When the unit of work fails, the number is free again:
    the row of the series stays locked to its end, so nobody can have taken the next one.
    """
    series_id = _series_id(issuer_org_id, document_kind, year, template)
    lock = select(NumberSeries.id).where(NumberSeries.id == series_id).with_for_update()
    db.session.execute(lock).one()
    held = _held_text(series_id, subject_kind, subject_id)
    if held is not None:
        return held
    number, kept_template = _next_number(series_id)
    text = number_text(kept_template, year=year, number=number)
    db.session.add(
        IssuedNumber(
            series_id=series_id,
            number=number,
            text=text,
            state=NumberState.USED,
            subject_kind=subject_kind,
            subject_id=subject_id,
            issued_at=now,
        )
    )
    db.session.flush()
    return text
