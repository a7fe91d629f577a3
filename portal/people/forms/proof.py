"""The only place that asks a browser for a little work before a sign-up (ALTCHA), and believes each proof once.

Nobody is turned away for want of it: without a proof, a network may only sign up less often. The work is a key that has
to be found by trial (PBKDF2, 0.1 to 0.5 s on a phone); to check it costs the server two HMACs.
"""

import hmac
import json
import secrets
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any

from altcha import create_challenge, verify_solution

from portal.people.limits import USES_OF_A_PROOF, WITHOUT_PROOF
from portal.shared.limits import TooManyTries, hold

COST = 2000  # PBKDF2 rounds a trial
TRIALS = range(100, 400)
LIFE = timedelta(hours=2)  # as long as a use of it is remembered
MOST = 2000  # characters


def new_challenge(*, secret_keys: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """A challenge as ALTCHA's workers read it, signed; nothing is stored."""
    challenge: dict[str, Any] = create_challenge(
        "PBKDF2/SHA-256",
        COST,
        counter=secrets.choice(TRIALS),
        expires_at=now + LIFE,
        hmac_secret=_secret(secret_keys[0], b"altcha challenge"),
        hmac_key_secret=_secret(secret_keys[0], b"altcha key"),
    ).to_dict()
    return challenge


def hold_without_proof(payload: str, *, secret_keys: tuple[str, ...]) -> None:
    """Count a sign-up that comes without a proof, or with one that was used; raises TooManyTries."""
    nonce = _proven(payload, secret_keys)
    if nonce is None or not _is_first_use(nonce):
        hold(WITHOUT_PROOF)


def _proven(payload: str, secret_keys: tuple[str, ...]) -> str | None:
    """The nonce of the challenge that `payload` solves, or None."""
    if not payload or len(payload) > MOST:
        return None
    for key in secret_keys:
        result = verify_solution(
            payload, _secret(key, b"altcha challenge"), hmac_key_secret=_secret(key, b"altcha key")
        )
        if result.verified:
            return str(json.loads(b64decode(payload))["challenge"]["parameters"]["nonce"])
    return None


def _is_first_use(nonce: str) -> bool:
    try:
        hold(USES_OF_A_PROOF, nonce)
    except TooManyTries:
        return False
    return True


def _secret(secret_key: str, what: bytes) -> bytes:
    return hmac.digest(secret_key.encode(), what, "sha256")
