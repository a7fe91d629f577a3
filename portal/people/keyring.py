"""The only place that seals values of the people side, under one root key that the people secret seals in turn.

A new PEOPLE_SECRET_KEYS reseals that one row, so nothing that was sealed or hashed with the root dies by a rotation;
a database without the secret opens nothing.
"""

import hmac
import os
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.environment import SettingsError

_NONCE = 12  # bytes, as NIST SP 800-38D recommends


class RootKey(Base):
    """The one row from which every other key of the people side is opened or derived."""

    __tablename__ = "root_key"
    __table_args__ = (CheckConstraint("id = 1", name="is_alone"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(Moment)


class SealBroken(Exception):
    """The bytes were changed, belong elsewhere, or were sealed under another key."""


class KeyringLost(SettingsError):
    """None of the secret keys opens the root key; the message says what to do."""


class Seal:
    """AES-256-GCM and HMAC-SHA-256 under two keys derived from one secret; the second opens nothing that was sealed."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"seal", "sha256"))
        self.mac_key = hmac.digest(secret, b"mac", "sha256")

    def close(self, plain: bytes, *, label: str) -> bytes:
        """`plain`, readable again only under the same `label` (`table:column:row`)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def open(self, sealed: bytes, *, label: str) -> bytes:
        """What `close` was given under the same label; raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], label.encode())
        except (InvalidTag, ValueError) as fault:
            raise SealBroken(label) from fault

    def mac(self, message: bytes) -> bytes:
        """The HMAC of `message`, 32 bytes."""
        return hmac.digest(self.mac_key, message, "sha256")

    def macs_after(self, prefix: bytes) -> Callable[[bytes], str]:
        """A way to the HMACs, in hex, of very many messages that begin alike: the key is set up once."""
        begun = hmac.new(self.mac_key, prefix, "sha256")

        def mac(message: bytes) -> str:
            going_on = begun.copy()
            going_on.update(message)
            return going_on.hexdigest()

        return mac


def new_secret() -> bytes:
    """A secret for a Seal: 256 random bits."""
    return os.urandom(32)


def open_keyring(db: Session, *, secret_keys: tuple[str, ...], now: datetime) -> Seal:
    """The root key, opened by any of `secret_keys`; made where there is none, resealed where the newest is newer.

    Needs a transaction that may write. Raises KeyringLost where none of the keys fits.
    """
    row = db.get(RootKey, 1)
    if row is None:
        return Seal(_make_root(db, secret_keys[0], now))
    root, by = _unseal(row, secret_keys)
    if by != secret_keys[0]:
        row.sealed, row.sealed_at = _seal_of(secret_keys[0]).close(root, label=_LABEL), now
        db.flush()
    return Seal(root)


def find_keyring(db: Session, *, secret_keys: tuple[str, ...]) -> Seal:
    """The root key, only read. Raises KeyringLost where there is none yet, or none of the keys fits."""
    row = db.get(RootKey, 1)
    if row is None:
        raise KeyringLost("The people database has no root key yet. Run: bin/portal migrate")
    return Seal(_unseal(row, secret_keys)[0])


_LABEL = "root_key:sealed:1"


def _seal_of(secret_key: str) -> Seal:
    return Seal(hmac.digest(secret_key.encode(), b"root key", "sha256"))


def _make_root(db: Session, secret_key: str, now: datetime) -> bytes:
    root = new_secret()
    db.add(RootKey(id=1, sealed=_seal_of(secret_key).close(root, label=_LABEL), sealed_at=now))
    db.flush()
    return root


def _unseal(row: RootKey, secret_keys: tuple[str, ...]) -> tuple[bytes, str]:
    for secret_key in secret_keys:
        try:
            return _seal_of(secret_key).open(row.sealed, label=_LABEL), secret_key
        except SealBroken:
            continue
    raise KeyringLost("No key in PEOPLE_SECRET_KEYS opens the root key. Add the key that was in use before.")
