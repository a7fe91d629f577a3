"""The only place on the server that judges a receipt somebody hands in; `static/people/receipt-check.js` does the same.

It trusts nothing in the document but what a signature of ours covers.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.people.consent import documents, envelope
from portal.people.consent.checkpoints import read_body
from portal.people.consent.documents import Check, Verdict
from portal.people.consent.record import head_in
from portal.people.consent.tree import node_over
from portal.people.receipts.document import TYPE

CHECKS = (*documents.CHECKS, "words", "ledger", "checkpoint")


def judge(text: str | bytes, *, keys: Mapping[str, bytes]) -> Verdict:
    """Whether this is a receipt of ours, unchanged; `keys` are our public keys by id.

    A receipt that was downloaded before a checkpoint counted its record passes without that last check.
    """
    return documents.judge(text, kind=TYPE, keys=keys, more=lambda document: _checks(document, keys))


def _checks(document: dict[str, Any], keys: Mapping[str, bytes]) -> Iterator[Check]:
    yield "words", _words_hold(document)
    yield "ledger", _leaf_holds(document)
    inclusion = document["ledger"]["inclusion"]
    yield "checkpoint", inclusion and _is_counted(bytes.fromhex(document["ledger"]["leaf"]), inclusion, keys)


def _words_hold(document: dict[str, Any]) -> bool:
    """The words are those whose hash the record gives."""
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
