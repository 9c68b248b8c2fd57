"""Tables of people, posts, accounts, roles, sessions, phones and delegations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.rules import NO_PASSWORD
from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.orgs.models import Org

PERSONAL = {"personal": True}  # marks columns that masking, export and erasure must know


class Person(HasPublicId, Base):
    """Somebody with a name; holds posts, may have an account."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)


class Post(Versioned, Voidable, Base):
    """A seat at an organisation and who holds it, from a day to the day before another."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_org_kind", "org_id", "kind", "to_on"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    # A code of the list `post_kind`, such as "leader" or "liaison".
    kind: Mapped[str] = mapped_column(default="staff")
    title: Mapped[str]
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    other_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    deputy_of_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    position: Mapped[int] = mapped_column(default=0)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    # When somebody last made sure that this person answers this number.
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None] = mapped_column(info=PERSONAL)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    org: Mapped[Org] = relationship()
    deputy_of: Mapped["Post | None"] = relationship(remote_side="Post.id")


class Account(HasPublicId, Base):
    """A way to sign in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    # Until when a one-time password opens the door; none for a password of one's own.
    password_ends_at: Mapped[datetime | None]
    # Since when a code is asked for besides the password; the secret is in `Totp`.
    totp_since: Mapped[datetime | None]
    # Last day on which somebody lets this account act for them: whether to look for it at all.
    may_act_until: Mapped[date | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    locale: Mapped[str | None]
    text_size: Mapped[str | None]
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_phone_only(self) -> bool:
        """Say whether the account has no password: a bound phone is its only key."""
        return self.password_hash == NO_PASSWORD


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
    # Whom this browser acts for at the moment, if for anybody.
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("acting_for.id"))

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)
    acting_for: Mapped["ActingFor | None"] = relationship(lazy="joined")


class HalfSignIn(Base):
    """A right password that still waits for its code; it opens nothing."""

    __tablename__ = "half_sign_in"

    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInFailure(Base):
    """Failed tries from one address; too many lock the address out for a while."""

    __tablename__ = "sign_in_failure"

    address: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int]
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class FormerPassword(Base):
    """A password somebody had, as its hash, so that it does not come back at once."""

    __tablename__ = "former_password"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    password_hash: Mapped[str]
    set_at: Mapped[datetime]


class Totp(Base):
    """The secret an account shares with an authenticator (RFC 6238), encrypted."""

    __tablename__ = "totp"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str]
    # Number of the newest half minute whose code was used: no code opens twice.
    last_step: Mapped[int]
    confirmed_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code that stands in once for a lost authenticator; only its hash is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Device(HasPublicId, Base):
    """A phone bound to one person: it may submit checks of that person's sites, nothing else."""

    __tablename__ = "device"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # Invited first, by a code that opens once and not for long; bound when the phone used it.
    invite_hash: Mapped[str | None] = mapped_column(unique=True)
    invite_ends_at: Mapped[datetime]
    invited_by_id: Mapped[int]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    bound_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class ActingFor(HasPublicId, Base):
    """Somebody lets another act for them in some roles, from a day to a day."""

    __tablename__ = "acting_for"

    principal_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    roles: Mapped[list[Any]]
    from_on: Mapped[date]
    to_on: Mapped[date]
    given_by_id: Mapped[int]
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    principal: Mapped[Account] = relationship(lazy="joined", foreign_keys=[principal_id])
    deputy: Mapped[Account] = relationship(lazy="joined", foreign_keys=[deputy_id])
