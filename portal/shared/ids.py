"""The only place that makes ids and secret tokens."""

import hashlib
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing to misread aloud


def new_id() -> str:
    """An unguessable id for addresses and rows: 16 characters, 80 random bits."""
    bits = secrets.randbits(80)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 80, 5))


def new_code() -> str:
    """A secret to be typed: 12 characters, 60 random bits, for what is guarded against guessing besides."""
    bits = secrets.randbits(60)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 60, 5))


def new_token() -> str:
    """A secret that opens something by itself: 43 URL-safe characters, 256 random bits (OWASP ASVS 7.2.3)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored in place of a token: its SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
