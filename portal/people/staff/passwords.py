"""The only place for passwords: which are refused, how they are kept (argon2id), whether one matches.

After NIST SP 800-63B-4: length counts, not signs and capitals; what is common is refused. It asks 15 characters of a
password that stands alone and 8 of one beside a second factor; ours never stands alone, and 12 is our choice.
"""

import unicodedata
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.people.staff.models import StaffPassword

LEAST = 12
MOST = 128  # longer ones never reach argon2
HARD_ENOUGH = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
_CONTEXT = ("customerhub", "learning center", "studio", "portal")

# OWASP's least is 19 MiB and 2 passes; this is above it. The table of what was measured stands in docs/accounts.md.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


class WeakPassword(ValueError):
    """The password is refused; the message says why and what to do, in the words of a form."""


def check_strength(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse what is too short, too long or easily guessed; `about` are words that others know of its owner."""
    password = _normal(password)
    if len(password) < LEAST:
        raise WeakPassword(f"Use {LEAST} characters or more. A few words that do not belong together are good.")
    check_length(password)
    from zxcvbn import zxcvbn  # its lists take a moment to load, and are needed when a password is set alone

    if int(zxcvbn(password[:72], user_inputs=[*_CONTEXT, *about])["score"]) < HARD_ENOUGH:
        raise WeakPassword(
            "This is among the first that somebody would try: a common one, a name, a row of keys, or words around "
            "our name or yours. Use other words, or let a password manager make one."
        )


def check_length(password: str) -> None:
    """Refuse what is longer than any password of ours; raises WeakPassword."""
    if len(password) > MOST:
        raise WeakPassword(f"This is {len(password):,} characters long. A password has {MOST} or fewer.")


def hash_password(password: str) -> str:
    """The password as it is kept. It takes a while on purpose: not to be called while a transaction is open."""
    return _hasher.hash(_normal(password))


def matches(hashed: str | None, password: str) -> bool:
    """Whether this is the password; with nothing to compare to it takes as long and says no."""
    try:
        return _hasher.verify(hashed or _nobodys(), _normal(password)) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def find_hash(db: Session, *, staff_id: str) -> str | None:
    """Somebody's password as it is kept."""
    return db.scalar(select(StaffPassword.hashed).where(StaffPassword.staff_id == staff_id))


def set_password(db: Session, *, staff_id: str, hashed: str, now: datetime) -> None:
    """Keep a new password in place of the old one."""
    db.execute(delete(StaffPassword).where(StaffPassword.staff_id == staff_id))
    db.add(StaffPassword(staff_id=staff_id, hashed=hashed, set_at=now))
    db.flush()


def is_outdated(hashed: str) -> bool:
    """Whether it was hashed with other parameters than those of today."""
    return _hasher.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    """One form for what different keyboards write differently (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")
