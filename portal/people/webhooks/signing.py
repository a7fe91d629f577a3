"""The only place that signs a webhook (Standard Webhooks 1.0): by HMAC-SHA-256 (v1) and by Ed25519 (v1a), both at once.

Keys are derived from the root key, a pair for each endpoint; none is stored, and none dies by a rotation.
"""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.people.keyring import Seal


@dataclass(frozen=True)
class Keys:
    """What an endpoint is signed for with."""

    hmac_key: bytes
    ed25519: Ed25519PrivateKey

    @property
    def secret(self) -> str:
        """What whoever receives checks `v1` with, and must keep to themselves: `whsec_…`."""
        return f"whsec_{_base64(self.hmac_key)}"

    @property
    def public_key(self) -> str:
        """What anyone checks `v1a` with: `whpk_…`."""
        return f"whpk_{_base64(self.ed25519.public_key().public_bytes_raw())}"


def keys_of(endpoint_id: str, *, keyring: Seal) -> Keys:
    """The keys of an endpoint."""
    seed = keyring.mac(f"webhook ed25519\x00{endpoint_id}".encode())
    return Keys(keyring.mac(f"webhook hmac\x00{endpoint_id}".encode()), Ed25519PrivateKey.from_private_bytes(seed))


def headers(keys: Keys, *, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers that go with a body; the same message has the same id at every try."""
    moment = str(int(now.timestamp()))
    signed = f"{message_id}.{moment}.".encode() + body
    by_hmac = _base64(hmac.digest(keys.hmac_key, signed, "sha256"))
    by_key = _base64(keys.ed25519.sign(signed))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{by_hmac} v1a,{by_key}",
    }


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
