"""Tables of signing in beyond address and password: failures, second factors, recovery codes, sign-ins half-way, accounts elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from annotator.domain.ids import new_id
from annotator.storage.types import UtcDateTime


class SignInFailure(SQLModel, table=True):
    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("sign_in_failure_key_at", "key", "at"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    key: str  # a keyed hash of what was tried, never the address itself
    at: datetime = Field(sa_type=UtcDateTime)


class SecondFactor(SQLModel, table=True):
    """The secret that somebody's app shares with us. Codes of steps up to `last_step` have been used or are too old."""

    __tablename__ = "second_factor"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    secret: str  # sealed, where `sealed_by` names the key
    sealed_by: str = ""
    begun_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int = Field(default=0, sa_type=BigInteger)


class RecoveryCode(SQLModel, table=True):
    """A code for when the app is lost: its hash, and whether it was used."""

    __tablename__ = "recovery_code"

    id: str = Field(default_factory=new_id, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    code_hash: str
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HalfSignIn(SQLModel, table=True):
    """A sign-in whose password was right and which waits for its code."""

    __tablename__ = "half_sign_in"

    token_hash: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OutsideIdentity(SQLModel, table=True):
    """An account at an OpenID provider that signs a person in here; it was linked by an invitation."""

    __tablename__ = "outside_identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", unique=True)
    linked_at: datetime = Field(sa_type=UtcDateTime)


class OutsideSignIn(SQLModel, table=True):
    """A sign-in that is away at the provider: what its answer must agree with."""

    __tablename__ = "outside_sign_in"

    state_hash: str = Field(primary_key=True)
    browser_hash: str
    nonce: str
    verifier: str
    invitation: str  # empty where somebody signs in who is linked already
    next: str
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
