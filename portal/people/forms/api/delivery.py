"""The only place that says which notice we delivered to whoever displays it, and that believes nobody else about it.

A client cannot send consent words or dates. It fetches the notice, displays it, and sends back the digest with our own
signature over form, digest and moment.
"""

from datetime import datetime, timedelta

from itsdangerous import BadSignature

from portal.people.consent.envelope import rfc3339
from portal.shared.keys import signer

LIFE = timedelta(hours=24)
_SALT = "delivery of a notice"


class NotDelivered(ValueError):
    """We did not deliver this notice for this form within the last day."""


def sign_delivery(*, form: str, digest: str, secret_keys: tuple[str, ...], now: datetime) -> str:
    """The proof that goes with a notice."""
    return signer(secret_keys, salt=_SALT).dumps([form, digest, rfc3339(now)])


def read_delivery(delivery: str, *, form: str, digest: str, secret_keys: tuple[str, ...], now: datetime) -> str:
    """When the notice was delivered (RFC 3339). Raises NotDelivered."""
    try:
        of_form, of_digest, at = signer(secret_keys, salt=_SALT).loads(delivery)
    except (BadSignature, ValueError) as fault:
        raise NotDelivered from fault
    if (of_form, of_digest) != (form, digest) or datetime.fromisoformat(at) + LIFE <= now:
        raise NotDelivered
    return str(at)
