"""The only place for passkeys: several an account, each with a name, added and used by challenges that work once."""

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.people.accounts.models import Passkey, PasskeyChallenge
from portal.people.sessions import Account
from portal.shared import ids

LIFE_OF_CHALLENGE = timedelta(minutes=5)
MOST = 20  # passkeys an account
MOST_BYTES = 20_000  # of a browser's answer


class NotProven(Exception):
    """The answer of the browser proves nothing: another origin, another challenge, a key that we do not know."""


class TooManyPasskeys(Exception):
    """The account has as many passkeys as anyone needs; one has to be removed first."""


def ask_for_new(db: Session, *, account: Account, name: str, url: str, now: datetime) -> str:
    """What to ask the browser so that it makes a key; a device shows `name` beside it. Raises TooManyPasskeys."""
    from portal.people.accounts import ceremony

    known = [passkey.credential_id for passkey in list_passkeys(db, account=account)]
    if len(known) >= MOST:
        raise TooManyPasskeys
    challenge = _make_challenge(db, purpose="add", account=account, now=now)
    return ceremony.ask_to_make(
        url=url,
        challenge=challenge,
        handle=str(account),
        name=name,
        known=known,
        must_verify=account.kind == "staff",
    )


def ask_for_use(db: Session, *, account: Account | None, url: str, now: datetime) -> str:
    """What to ask the browser so that it signs, with a key of `account`, or with any that it has for us."""
    from portal.people.accounts import ceremony

    known = [passkey.credential_id for passkey in list_passkeys(db, account=account)] if account else []
    challenge = _make_challenge(db, purpose="use", account=account, now=now)
    must_verify = account is not None and account.kind == "staff"
    return ceremony.ask_to_sign(url=url, challenge=challenge, known=known, must_verify=must_verify)


def take_challenge(db: Session, *, answer: str, is_new: bool, account: Account | None, now: datetime) -> bytes:
    """The challenge that a browser's answer is about, which is used up by this. Raises NotProven.

    On a transaction of its own, so that an answer that proves nothing uses it up as well.
    """
    from portal.people.accounts import ceremony

    if len(answer) > MOST_BYTES:
        raise NotProven
    challenge = ceremony.challenge_of_new(answer) if is_new else ceremony.challenge_of_signature(answer)[1]
    theirs = and_(
        PasskeyChallenge.digest == ids.digest(challenge.hex()),
        PasskeyChallenge.purpose == ("add" if is_new else "use"),
        PasskeyChallenge.account == str(account) if account else PasskeyChallenge.account.is_(None),
        PasskeyChallenge.ends_at > now,
    )
    if cast("CursorResult[Any]", db.execute(delete(PasskeyChallenge).where(theirs))).rowcount != 1:
        raise NotProven
    return challenge


def add_passkey(
    db: Session, *, answer: str, challenge: bytes, account: Account, name: str, url: str, now: datetime
) -> str:
    """Keep the key in a browser's answer under `name`; its id. Raises NotProven."""
    from portal.people.accounts import ceremony

    made = ceremony.check_new(answer, url=url, challenge=challenge, must_verify=account.kind == "staff")
    passkey = {
        "id": ids.new_id(),
        "account": str(account),
        **vars(made),
        "name": name,
        "added_at": now,
    }
    try:
        with db.begin_nested():
            db.execute(insert(Passkey), [passkey])
    except IntegrityError as fault:  # the same key again, for this account or another
        raise NotProven from fault
    return str(passkey["id"])


def use_passkey(db: Session, *, answer: str, challenge: bytes, url: str, now: datetime) -> Account:
    """Whose key signed the challenge. Raises NotProven.

    Staff must have been verified by the device: that makes it two factors, what one has and what one knows or is.
    """
    from portal.people.accounts import ceremony

    credential_id, _ = ceremony.challenge_of_signature(answer)
    of_id = select(Passkey).where(Passkey.credential_id == credential_id)
    passkey = db.scalars(of_id.with_for_update()).one_or_none()
    if passkey is None:
        raise NotProven
    proof = ceremony.check_signature(
        answer, url=url, challenge=challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
    )
    account = Account.read(passkey.account)
    if account.kind == "staff" and not proof.is_verified:
        raise NotProven
    passkey.sign_count, passkey.used_at = proof.sign_count, now
    db.flush()
    return account


def list_passkeys(db: Session, *, account: Account) -> list[Passkey]:
    """The passkeys of an account, the oldest first."""
    theirs = select(Passkey).where(Passkey.account == str(account))
    return list(db.scalars(theirs.order_by(Passkey.added_at, Passkey.id)))


def remove_passkey(db: Session, *, account: Account, passkey_id: str) -> bool:
    """Forget one key of this account; False where it has none of that id."""
    theirs = and_(Passkey.account == str(account), Passkey.id == passkey_id)
    return cast("CursorResult[Any]", db.execute(delete(Passkey).where(theirs))).rowcount > 0


def remove_passkeys(db: Session, *, account: Account) -> None:
    """Forget every key of this account."""
    db.execute(delete(Passkey).where(Passkey.account == str(account)))


def clear_old_challenges(db: Session, *, now: datetime) -> int:
    """Delete the challenges that nobody answered in time; how many those were."""
    return cast(
        "CursorResult[Any]", db.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= now))
    ).rowcount


def _make_challenge(db: Session, *, purpose: str, account: Account | None, now: datetime) -> bytes:
    challenge = secrets.token_bytes(32)
    row = {
        "digest": ids.digest(challenge.hex()),
        "purpose": purpose,
        "account": str(account) if account else None,
        "ends_at": now + LIFE_OF_CHALLENGE,
    }
    db.execute(insert(PasskeyChallenge), [row])
    return challenge
