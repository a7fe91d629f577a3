"""The only place that signs a document that somebody takes along, as JSON, and that reads and checks one handed in.

What is signed is the canonical JSON (envelope.py) of all but `proof.value`. `static/people/signed.js` checks the same.
"""

import json
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.people.consent.envelope import canonical
from portal.people.consent.signing import Signer

MEDIA_TYPE = "application/ld+json"
CRYPTOSUITE = "Ed25519 over canonical JSON without proof.value"


def signed(document: dict[str, Any], *, signer: Signer, url: str) -> dict[str, Any]:
    """The document with its proof; `url` is this site's own, where the keys are published."""
    proof = {"cryptosuite": CRYPTOSUITE, "key": signer.key_id, "keys": f"{url}/receipts/keys.json"}
    value = signer.sign(canonical(document | {"proof": proof})).hex()
    return document | {"proof": proof | {"value": value}}


def read_document(text: str | bytes) -> dict[str, Any]:
    """What somebody handed in, as an object; empty where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        return {}
    return document if isinstance(document, dict) else {}


def is_signed(document: dict[str, Any], key: bytes) -> bool:
    """Whether `key` has signed every letter of it."""
    proof = dict(document["proof"])
    value = str(proof.pop("value", ""))
    if not re.fullmatch("[0-9a-f]{128}", value):  # one way to write it, so that no letter of it is free
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(value), canonical(document | {"proof": proof}))
    except (InvalidSignature, ValueError, RecursionError):
        return False
    return True
