"""Tables of people, posts, accounts, roles and sessions: four things kept apart."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId
from drillreg.orgs.models import Org

PERSONAL = {"personal": True}  # marks columns that masking, export and erasure must know


class Person(HasPublicId, Base):
    """Somebody with a name; holds posts, may have an account."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)


class Post(Base):
    """A seat at an organisation and who holds it, from a day to a day."""

    __tablename__ = "post"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    title: Mapped[str]
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    deputy_of_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    org: Mapped[Org] = relationship()


class Account(HasPublicId, Base):
    """A way to sign in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    locale: Mapped[str | None]
    text_size: Mapped[str | None]
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class RoleAssignment(Base):
    """A role somebody plays at an organisation, from a day to a day."""

    __tablename__ = "role_assignment"
    __table_args__ = (UniqueConstraint("account_id", "role", "org_id", "from_on"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    org: Mapped[Org] = relationship(lazy="joined", innerjoin=True)


class SignInSession(Base):
    """A browser that is signed in; only the hash of its token is kept."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index("ix_sign_in_session_account", "account_id", "ended_at"),)

    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    agent: Mapped[str]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInFailure(Base):
    """Failed tries from one address; too many lock the address out for a while."""

    __tablename__ = "sign_in_failure"

    address: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int]
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
