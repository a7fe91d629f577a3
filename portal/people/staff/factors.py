"""The only place for second factors but passkeys: codes from an authenticator app (RFC 6238), and recovery codes."""

import base64
from datetime import datetime
from typing import Any, cast

import pyotp
from sqlalchemy import CursorResult, and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.people.accounts.passkeys import list_passkeys
from portal.people.keyring import Seal, SealBroken
from portal.people.sessions import Account
from portal.people.staff.models import Authenticator, RecoveryCode
from portal.shared import ids

STEP = 30  # seconds a code lasts
DRIFT = 1  # steps that a phone's clock may be off, either way
CODES = 10
ISSUER = "CustomerHub"


class WrongCode(Exception):
    """The code is not the one of now, or was used already."""


def new_secret() -> str:
    """A secret for an authenticator app: 160 random bits, in base 32."""
    return pyotp.random_base32(32)


def secret_address(secret: str, *, email: str) -> str:
    """The `otpauth` address that an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=ISSUER)


def close_offer(secret: str, *, staff_id: str, keyring: Seal) -> str:
    """A secret that is shown and not yet kept, as a form carries it: only we can open it, for this person alone."""
    return base64.urlsafe_b64encode(keyring.close(secret.encode(), label=_offer_label(staff_id))).decode()


def open_offer(offer: str, *, staff_id: str, keyring: Seal) -> str | None:
    """The secret in a form, or None where it is not one of ours for this person."""
    try:
        return keyring.open(base64.urlsafe_b64decode(offer.encode()), label=_offer_label(staff_id)).decode()
    except (SealBroken, ValueError):
        return None


def set_authenticator(db: Session, *, staff_id: str, secret: str, code: str, keyring: Seal, now: datetime) -> None:
    """Keep the secret, once a code proves that an app has it; raises WrongCode."""
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCode
    db.execute(delete(Authenticator).where(Authenticator.staff_id == staff_id))
    sealed = keyring.close(secret.encode(), label=_label(staff_id))
    db.add(Authenticator(staff_id=staff_id, sealed=sealed, added_at=now, last_step=step))
    db.flush()


def use_code(db: Session, *, staff_id: str, code: str, keyring: Seal, now: datetime) -> None:
    """Use a code of the app up; raises WrongCode, also for one of a step that was used or is older than that."""
    authenticator = db.get(Authenticator, staff_id)
    if authenticator is None:
        raise WrongCode
    secret = keyring.open(authenticator.sealed, label=_label(staff_id)).decode()
    step = _step_of(secret, code, now)
    if step is None:
        raise WrongCode
    newer = and_(Authenticator.staff_id == staff_id, Authenticator.last_step < step)
    if _changed(db, update(Authenticator).where(newer).values(last_step=step)) != 1:
        raise WrongCode


def use_recovery_code(db: Session, *, staff_id: str, code: str, keyring: Seal, now: datetime) -> None:
    """Use a recovery code up; raises WrongCode."""
    unused = and_(
        RecoveryCode.staff_id == staff_id,
        RecoveryCode.mac == _mac(keyring, staff_id, code),
        RecoveryCode.used_at.is_(None),
    )
    if _changed(db, update(RecoveryCode).where(unused).values(used_at=now)) != 1:
        raise WrongCode


def make_recovery_codes(db: Session, *, staff_id: str, keyring: Seal, now: datetime) -> list[str]:
    """Ten new codes of 80 random bits each; those of before open nothing any more. They can be shown only now."""
    codes = [_in_groups(ids.new_id()) for _ in range(CODES)]
    db.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "mac": _mac(keyring, staff_id, code), "made_at": now} for code in codes]
    db.execute(insert(RecoveryCode), rows)
    return codes


def count_recovery_codes(db: Session, *, staff_id: str) -> int:
    """How many recovery codes are left."""
    unused = and_(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return db.scalar(select(func.count()).select_from(RecoveryCode).where(unused)) or 0


def has_authenticator(db: Session, *, staff_id: str) -> bool:
    """Whether somebody set up an app."""
    return db.get(Authenticator, staff_id) is not None


def has_any(db: Session, *, staff_id: str) -> bool:
    """Whether somebody has a second factor at all."""
    return has_authenticator(db, staff_id=staff_id) or bool(list_passkeys(db, account=Account("staff", staff_id)))


def remove_authenticator(db: Session, *, staff_id: str) -> bool:
    """Forget the app; False where there is none."""
    return _changed(db, delete(Authenticator).where(Authenticator.staff_id == staff_id)) > 0


def is_app_code(code: str) -> bool:
    """Whether this has the form of an app's code, and not of a recovery code."""
    return len(plain := _plain(code)) == 6 and plain.isascii() and plain.isdigit()


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, among those that a clock a little off may show."""
    if not is_app_code(code):
        return None
    current = int(now.timestamp()) // STEP
    app = pyotp.TOTP(secret, interval=STEP)
    for step in range(current - DRIFT, current + DRIFT + 1):
        if pyotp.utils.strings_equal(app.generate_otp(step), _plain(code)):
            return step
    return None


def _plain(code: str) -> str:
    return "".join(code.lower().replace("-", " ").split())


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _mac(keyring: Seal, staff_id: str, code: str) -> str:
    return keyring.mac(f"recovery code\x00{staff_id}\x00{_plain(code)}".encode()).hex()


def _changed(db: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", db.execute(statement, execution_options={"synchronize_session": False})).rowcount


def _label(staff_id: str) -> str:
    return f"authenticators:sealed:{staff_id}"


def _offer_label(staff_id: str) -> str:
    return f"authenticators:offer:{staff_id}"
