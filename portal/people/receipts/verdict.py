"""The only place on the server that judges a receipt somebody hands in; `static/people/receipt-check.js` does the same.

It trusts nothing in the document but what a signature of ours covers.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.people.consent import envelope
from portal.people.consent.checkpoints import read_body
from portal.people.consent.documents import is_signed, read_document
from portal.people.consent.record import head_in
from portal.people.consent.tree import node_over

CHECKS = ("readable", "key", "signature", "words", "ledger", "checkpoint")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was checked, in order, up to the first that `failed`; `document` is what to show of a genuine receipt.

    A receipt that was downloaded before a checkpoint counted its record passes without that last check.
    """

    passed: tuple[str, ...]
    failed: str | None
    document: Mapping[str, Any]

    @property
    def is_genuine(self) -> bool:
        return self.failed is None


def judge(text: str | bytes, *, keys: Mapping[str, bytes]) -> Verdict:
    """Whether this is a receipt of ours, unchanged; `keys` are our public keys by id."""
    document = read_document(text)
    passed: list[str] = []
    for check, holds in _checks(document, keys):
        if holds is False:
            return Verdict(passed=tuple(passed), failed=check, document={})
        if holds:
            passed.append(check)
    return Verdict(passed=tuple(passed), failed=None, document=document)


def _checks(document: dict[str, Any], keys: Mapping[str, bytes]) -> Iterator[tuple[str, bool | None]]:
    proof = document.get("proof")
    yield "readable", document.get("@type") == "dpv:ConsentReceipt" and isinstance(proof, dict)
    key = keys.get(str(proof.get("key"))) if isinstance(proof, dict) else None
    yield "key", key is not None
    yield "signature", key is not None and is_signed(document, key)
    yield "words", _words_hold(document)
    yield "ledger", _leaf_holds(document)
    inclusion = document["ledger"]["inclusion"]
    yield "checkpoint", inclusion and _is_counted(bytes.fromhex(document["ledger"]["leaf"]), inclusion, keys)


def _words_hold(document: dict[str, Any]) -> bool:
    """The words are those whose hash the record gives. From here on a key of ours has signed every part."""
    shown = document["record"]["shown"]
    return bool(hashlib.sha256(shown["words"].encode()).hexdigest() == shown["words_sha256"])


def _leaf_holds(document: dict[str, Any]) -> bool:
    """The ledger's leaf is the hash of a head that says what the record says, and of a commitment to that record."""
    ledger, record = document["ledger"], document["record"]
    head, version = ledger["head"].encode(), ledger["version"]
    commitment = bytes.fromhex(ledger["commitment"])
    previous = bytes.fromhex(ledger["previous_leaf"])
    leaf = envelope.leaf_of(previous=previous, commitment=commitment, head=head, version=version)
    if leaf.hex() != ledger["leaf"] or head_in(record) != json.loads(head):
        return False
    if ledger["opening"] is None:
        return True
    opening = bytes.fromhex(ledger["opening"])
    return commitment == envelope.commitment_to(envelope.canonical(record), head=head, opening=opening, version=version)


def _is_counted(leaf: bytes, inclusion: dict[str, Any], keys: Mapping[str, bytes]) -> bool:
    """The way from the leaf leads to the root that one of our keys has signed."""
    body = inclusion["checkpoint"].encode()
    said = read_body(body)
    above = leaf
    for side, beside in inclusion["path"]:
        pair = (bytes.fromhex(beside), above) if side == "left" else (above, bytes.fromhex(beside))
        above = node_over(*pair)
    try:
        Ed25519PublicKey.from_public_bytes(keys[said.key]).verify(bytes.fromhex(inclusion["signature"]), body)
    except (InvalidSignature, KeyError):
        return False
    return above == said.root
