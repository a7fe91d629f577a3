"""The only place that signs an e-mail ourselves (DKIM, RFC 6376 and 8301), for where no relay does it for us."""

import base64
from dataclasses import dataclass
from pathlib import Path

import dkim
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim.canonicalization import CanonicalizationPolicy

from portal.shared.environment import SettingsError

LEAST_BITS = 2048
# What a reader or a mail provider acts on; RFC 8058 wants both List-Unsubscribe headers under the signature.
SIGNED = (
    *(b"from", b"to", b"reply-to", b"subject", b"date", b"message-id"),
    *(b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"feedback-id", b"mime-version", b"content-type"),
)
_RELAXED = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")


class KeyUnusable(SettingsError):
    """The file holds no key that can sign; the message says what to do."""


@dataclass(frozen=True)
class Signature:
    """A key, and where the world finds its other half: `SELECTOR._domainkey.DOMAIN` in the DNS."""

    key: RSAPrivateKey
    selector: str
    domain: str

    def sign(self, content: bytes) -> bytes:
        """The e-mail with its signature above it. A second From would not verify: that header is signed as alone."""
        headers, body = dkim.rfc822_parse(content)
        present = {name.lower() for name, _value in headers}
        names = [name for name in SIGNED if name in present]
        hashed = base64.b64encode(_digest(_RELAXED.canonicalize_body(body))).decode()
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector}; "
            f"h={b':'.join([*names, b'from']).decode()}; bh={hashed}; b="
        )
        one_each = {name.lower(): (name, text) for name, text in reversed(headers)}
        signed = _RELAXED.canonicalize_headers([one_each[name] for name in names])
        own = _RELAXED.canonicalize_headers([(b"DKIM-Signature", f" {value}".encode())])
        data = b"".join(name + b":" + text for name, text in signed) + own[0][0] + b":" + own[0][1].rstrip()
        made = base64.b64encode(self.key.sign(data, PKCS1v15(), SHA256())).decode()
        return f"DKIM-Signature: {value}{made}\r\n".encode() + content


def load_signature(path: Path, *, selector: str, domain: str) -> Signature:
    """The signature by the key in a PEM file. Raises KeyUnusable."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as fault:
        raise KeyUnusable(f"MAIL_DKIM_KEY is {path}, which cannot be read: {fault.strerror}.") from fault
    except (ValueError, TypeError) as fault:
        raise KeyUnusable(
            f"MAIL_DKIM_KEY is {path}, which holds no private key in PEM form, without a password."
        ) from fault
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise KeyUnusable(
            f"MAIL_DKIM_KEY is {path}, which holds no RSA key of {LEAST_BITS} bits or more. "
            f"Make one: openssl genrsa {LEAST_BITS}"
        )
    return Signature(key, selector, domain)


def _digest(data: bytes) -> bytes:
    hashing = Hash(SHA256())
    hashing.update(data)
    return hashing.finalize()
