"""The only place that signs for the house (Ed25519, RFC 8032): checkpoints of the ledger, receipts, webhooks.

Public halves stay for good, so that what was signed once can always be checked. The secret half of the newest key is
sealed under the root key; the one of an older key is deleted when a newer one is made. Each public half carries a
voucher, an HMAC under the root key: a key that somebody slipped into the database has none.
"""

import hashlib
import hmac
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ForeignKey, LargeBinary, String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.people.keyring import Seal
from portal.shared.columns import Moment
from portal.shared.database import MAY


class SigningKey(Base):
    """The public half of a key (32 bytes); `id` is the beginning of its SHA-256. The newest one signs."""

    __tablename__ = "signing_keys"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    voucher: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)


class SigningSecret(Base):
    """The secret half, sealed under the root key."""

    __tablename__ = "signing_secrets"
    __table_args__ = ({"info": {MAY: "SELECT, INSERT, DELETE"}},)

    key_id: Mapped[str] = mapped_column(ForeignKey("signing_keys.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Signer:
    """A key that can sign."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public_key)

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`, 64 bytes."""
        return self._key.sign(data)


def open_signer(db: Session, *, keyring: Seal, now: datetime) -> Signer:
    """The newest key; only reads where there is one, and otherwise makes the first, which needs a transaction to write.

    Raises SealBroken where its row was tampered with.
    """
    newest = select(SigningSecret).join(SigningKey, SigningKey.id == SigningSecret.key_id)
    row = db.scalars(newest.order_by(SigningKey.made_at.desc(), SigningKey.id).limit(1)).first()
    if row is None:
        return rotate(db, keyring=keyring, now=now)
    return Signer(Ed25519PrivateKey.from_private_bytes(keyring.open(row.sealed, label=_label(row.key_id))))


def rotate(db: Session, *, keyring: Seal, now: datetime) -> Signer:
    """Make a new key, which signs from now on, and delete the secret halves of all older ones."""
    key = Ed25519PrivateKey.generate()
    signer = Signer(key)
    public = {"id": signer.key_id, "public_key": signer.public_key, "made_at": now}
    voucher = keyring.mac(_vouched(signer.key_id, signer.public_key))
    secret = keyring.close(key.private_bytes_raw(), label=_label(signer.key_id))
    db.execute(delete(SigningSecret))
    db.execute(insert(SigningKey), [public | {"voucher": voucher}])
    db.execute(insert(SigningSecret), [{"key_id": signer.key_id, "sealed": secret}])
    return signer


def list_public_keys(db: Session) -> dict[str, bytes]:
    """Every public half that ever signed, 32 bytes by key id, the oldest first."""
    keys = select(SigningKey.id, SigningKey.public_key).order_by(SigningKey.made_at, SigningKey.id)
    return {row.id: row.public_key for row in db.execute(keys)}


def find_unvouched(db: Session, *, keyring: Seal) -> str | None:
    """A key that no holder of the root key has made, or None."""
    for key in db.scalars(select(SigningKey).order_by(SigningKey.made_at, SigningKey.id)):
        voucher = keyring.mac(_vouched(key.id, key.public_key))
        if key.id != key_id_of(key.public_key) or not hmac.compare_digest(voucher, key.voucher):
            return key.id
    return None


def key_id_of(public_key: bytes) -> str:
    """The name of a public key: the first 16 hexadecimal characters of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _vouched(key_id: str, public_key: bytes) -> bytes:
    return b"customerhub signing key 1\x00" + key_id.encode() + public_key


def _label(key_id: str) -> str:
    return f"signing_secrets:sealed:{key_id}"
