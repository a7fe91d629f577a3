"""The only place that knows a record's bytes: canonical JSON, the commitment to a payload, the leaf that chains it.

Format 2, final (‖ joins bytes, 0 is a zero byte):
  payload     canonical JSON, stored under AES-256-GCM with the person's key
  opening     HMAC-SHA-256(person's key, "customerhub consent opening 2" ‖ 0 ‖ record id)
  commitment  HMAC-SHA-256(opening, "customerhub consent payload 2" ‖ 0 ‖ head ‖ 0 ‖ payload)
  head        canonical JSON of what is stored in the clear
  leaf        SHA-256("customerhub consent leaf 2" ‖ 0 ‖ previous leaf ‖ commitment ‖ head), 32 zeros before the first
In format 1 the opening is the person's key itself, the commitment leaves out head and the zero after it, and both
labels end in 1. Verification hashes the stored bytes and never writes JSON anew.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from portal.people.keyring import Seal

VERSION = 2
VERSIONS = (1, 2)
FIRST = bytes(32)
LEAF_LABELS = {version: b"customerhub consent leaf %d\x00" % version for version in VERSIONS}


def canonical(value: dict[str, Any]) -> bytes:
    """JSON with sorted keys, no spaces and UTF-8 as typed: equal values, equal bytes (a part of RFC 8785)."""
    return _ENCODER.encode(value).encode()


def opening_of(record_id: str, *, seal: Seal, version: int = VERSION) -> bytes:
    """The key that opens one record's commitment, which its person may hand to whoever is to check it."""
    return seal.mac_key if version == 1 else seal.mac(b"customerhub consent opening 2\x00" + record_id.encode())


def commitment_to(payload: bytes, *, head: bytes, opening: bytes, version: int = VERSION) -> bytes:
    """What the ledger keeps of a payload: bound to it while the person's key lives, mute once that is shredded."""
    if version == 1:
        return hmac.digest(opening, b"customerhub consent payload 1\x00" + payload, "sha256")
    return hmac.digest(opening, b"customerhub consent payload 2\x00" + head + b"\x00" + payload, "sha256")


def leaf_of(*, previous: bytes, commitment: bytes, head: bytes, version: int = VERSION) -> bytes:
    """The record's place in the chain; `previous` and `commitment` are 32 bytes each, so nothing can shift."""
    return hashlib.sha256(LEAF_LABELS[version] + previous + commitment + head).digest()


def payload_label(record_id: str) -> str:
    """The place that a sealed payload belongs to and can be opened in."""
    return f"consent_payloads:sealed:{record_id}"


def rfc3339(at: datetime) -> str:
    """A moment as text: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
