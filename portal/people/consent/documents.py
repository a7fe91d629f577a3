"""The only place that signs a document that somebody takes along, as JSON, and that reads and checks one handed in.

What is signed is the canonical JSON (envelope.py) of all but `proof.value`. `static/people/signed.js` checks the same.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.people.consent.envelope import canonical
from portal.people.consent.signing import Signer

MEDIA_TYPE = "application/ld+json"
CRYPTOSUITE = "Ed25519 over canonical JSON without proof.value"
CHECKS = ("readable", "key", "signature")
"""What is checked of every document, in this order."""

Check = tuple[str, bool | None]
"""What is checked, and whether it holds; None where there is nothing to check."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was checked, in order, up to the first that `failed`; `document` is what to show of a genuine one."""

    passed: tuple[str, ...]
    failed: str | None
    document: Mapping[str, Any]

    @property
    def is_genuine(self) -> bool:
        return self.failed is None


def signed(document: dict[str, Any], *, signer: Signer, url: str) -> dict[str, Any]:
    """The document with its proof; `url` is this site's own, where the keys are published."""
    proof = {"cryptosuite": CRYPTOSUITE, "key": signer.key_id, "keys": f"{url}/receipts/keys.json"}
    value = signer.sign(canonical(document | {"proof": proof})).hex()
    return document | {"proof": proof | {"value": value}}


def judge(
    text: str | bytes,
    *,
    kind: str,
    keys: Mapping[str, bytes],
    more: Callable[[dict[str, Any]], Iterator[Check]] = lambda _: iter(()),
) -> Verdict:
    """Whether this is a document of ours of that `kind` (its `@type`), unchanged; `keys` are our public keys by id.

    `more` checks what only this kind has, once a key of ours is known to have signed every part.
    """
    document = _read(text)
    passed: list[str] = []
    for check, holds in _checks(document, kind, keys, more):
        if holds is False:
            return Verdict(passed=tuple(passed), failed=check, document={})
        if holds:
            passed.append(check)
    return Verdict(passed=tuple(passed), failed=None, document=document)


def _checks(
    document: dict[str, Any], kind: str, keys: Mapping[str, bytes], more: Callable[[dict[str, Any]], Iterator[Check]]
) -> Iterator[Check]:
    proof = document.get("proof")
    yield "readable", document.get("@type") == kind and isinstance(proof, dict)
    key = keys.get(str(proof.get("key"))) if isinstance(proof, dict) else None
    yield "key", key is not None
    yield "signature", key is not None and _is_signed(document, key)
    yield from more(document)


def _read(text: str | bytes) -> dict[str, Any]:
    """What somebody handed in, as an object; empty where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        return {}
    return document if isinstance(document, dict) else {}


def _is_signed(document: dict[str, Any], key: bytes) -> bool:
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
