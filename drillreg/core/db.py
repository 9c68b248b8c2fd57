"""The database object, the declarative base and the column types shared by all models."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, cast

import pysqlite3.dbapi2
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
)
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite before 3.51.3 can lose committed writes when two connections checkpoint at once.
FIXED_SQLITE = (3, 51, 3)

Big = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")
# Paths are compared byte by byte, so that a subtree is one half-open range of the index.
PathText = String(255, collation="BINARY").with_variant(String(255, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive datetimes and store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime; use drillreg.core.clock.now()")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class days_after(GenericFunction[date]):  # noqa: N801 - named like the SQL function it stands for
    """The date a number of days after another, counted by the database."""

    type = Date()
    inherit_cache = True


@compiles(days_after, "sqlite")
def _days_after_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, count = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"date({day}, CAST({count} AS INTEGER) || ' days')"


@compiles(days_after, "postgresql")
def _days_after_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    day, count = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"(CAST({day} AS DATE) + CAST({count} AS INTEGER))"


class json_of(GenericFunction[Any]):  # noqa: N801 - used like the SQL functions it stands for
    """An object of names and values in turn, put together by the database."""

    type = Json
    inherit_cache = True


@compiles(json_of, "sqlite")
def _json_of_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"json_object({compiler.process(element.clauses, **kwargs)})"


@compiles(json_of, "postgresql")
def _json_of_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"jsonb_build_object({compiler.process(element.clauses, **kwargs)})"


def stored_values(choices: type[StrEnum]) -> list[str]:
    """Store an enum by its value, so that a member can be renamed without a migration."""
    return [choice.value for choice in choices]


def new_public_id() -> str:
    """Return a random 22-character id for what is printed, fed or made offline."""
    return secrets.token_urlsafe(16)


class Base(DeclarativeBase):
    """Common columns and naming of all tables; keys are 64-bit and never reused."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        int: Big,
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: Json,
        list[Any]: Json,
        datetime: UtcDateTime,
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=stored_values),
    }

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__table__" in cls.__dict__:
            cast(Table, cls.__table__).dialect_options["sqlite"]["autoincrement"] = True


class HasPublicId:
    """A random id that may leave the system: in QR codes, feeds and links."""

    public_id: Mapped[str] = mapped_column(
        String(22),
        unique=True,
        default=new_public_id,
        # Tells the rows of one statement apart, so that many are inserted at once on SQLite too.
        insert_sentinel=True,
        sort_order=-9,
    )


class Voidable:
    """Nothing is deleted: a record is struck out, by somebody, for a reason."""

    voided_at: Mapped[datetime | None] = mapped_column(sort_order=90)
    voided_by_id: Mapped[int | None] = mapped_column(sort_order=91)
    void_reason: Mapped[str | None] = mapped_column(sort_order=92)


class Versioned:
    """A record people edit: two saves of the same reading are noticed."""

    row_version: Mapped[int] = mapped_column(default=1, sort_order=95)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.row_version}


# Flask-SQLAlchemy gives us engines and a session per request; the models are plain SQLAlchemy.
db = SQLAlchemy(metadata=Base.metadata)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit on success, roll back on any error; the only place that commits."""
    if _writing.get():
        raise RuntimeError("a unit of work inside a unit of work")
    if db.session().in_transaction():
        db.session.rollback()  # ends a read: SQLite cannot turn a reader into a writer safely
    token = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)
    for follow in current_app.extensions.get("drillreg.followers", ()):
        follow()


def after_commit(app: Flask, follower: Callable[[], None]) -> None:
    """Call `follower` after every unit of work that was committed; called by `app.py` alone."""
    app.extensions.setdefault("drillreg.followers", []).append(follower)


def ensure_writing() -> None:
    """Raise outside a unit of work, for changes that the session does not see itself."""
    if not _writing.get():
        raise RuntimeError("a change outside a unit of work")


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of the engine for SQLite or PostgreSQL (reliability.md §4)."""
    if make_url(url).get_backend_name() == "sqlite":
        return {
            "module": pysqlite3.dbapi2,
            "connect_args": {"timeout": 30, "isolation_level": None, "check_same_thread": False},
        }
    options = (
        "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
        " -c lock_timeout=5000 -c synchronous_commit=on"
    )
    return {
        "pool_pre_ping": True,
        "connect_args": {
            "options": options,
            "keepalives_idle": 3,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 8000,
        },
    }


def _prepare_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _no_flush_while_reading(session: Session, context: object, instances: object) -> None:
    if not _writing.get() and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a change outside a unit of work")


def _no_statement_while_reading(state: ORMExecuteState) -> None:
    if not _writing.get() and (state.is_insert or state.is_update or state.is_delete):
        raise RuntimeError("a change outside a unit of work")


event.listen(Session, "before_flush", _no_flush_while_reading)
event.listen(Session, "do_orm_execute", _no_statement_while_reading)


def prepare_engine(engine: Engine) -> None:
    """Make every connection durable and every write take its lock at the start."""
    if engine.dialect.name != "sqlite":
        return
    if pysqlite3.dbapi2.sqlite_version_info < FIXED_SQLITE:
        raise RuntimeError("SQLite 3.51.3 or newer is needed: install pysqlite3 0.6.1 or newer")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def init_app(app: Flask, url: str) -> None:
    """Connect the application to its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
