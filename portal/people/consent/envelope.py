"""The only place that knows a record's bytes: canonical JSON, the commitment to a payload, the leaf that chains it.

Format 1, final (‖ joins bytes, 0 is a zero byte):
  payload     canonical JSON, stored under AES-256-GCM with the person's key
  commitment  HMAC-SHA-256(person's key, "customerhub consent payload 1" ‖ 0 ‖ payload)
  head        canonical JSON of what is stored in the clear
  leaf        SHA-256("customerhub consent leaf 1" ‖ 0 ‖ previous leaf ‖ commitment ‖ head), 32 zeros before the first
Verification hashes the stored bytes and never writes JSON anew.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from portal.people.keyring import Seal

VERSION = 1
FIRST = bytes(32)


def canonical(value: dict[str, Any]) -> bytes:
    """JSON with sorted keys, no spaces and UTF-8 as typed: equal values, equal bytes (a part of RFC 8785)."""
    return _ENCODER.encode(value).encode()


def commitment_to(payload: bytes, *, seal: Seal) -> bytes:
    """What the ledger keeps of a payload: bound to it while the person's key lives, mute once that is shredded."""
    return seal.mac(b"customerhub consent payload 1\x00" + payload)


def leaf_of(*, previous: bytes, commitment: bytes, head: bytes) -> bytes:
    """The record's place in the chain; `previous` and `commitment` are 32 bytes each, so nothing can shift."""
    return hashlib.sha256(b"customerhub consent leaf 1\x00" + previous + commitment + head).digest()


def payload_label(record_id: str) -> str:
    """The place that a sealed payload belongs to and can be opened in."""
    return f"consent_payloads:sealed:{record_id}"


def rfc3339(at: datetime) -> str:
    """A moment as text: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
