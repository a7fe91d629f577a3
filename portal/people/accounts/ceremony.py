"""The only place that speaks WebAuthn (Level 3): what a browser is asked, and whether its answer proves anything.

Loading the library takes a third of a second, and most processes never need it: whoever does imports this when asked.
"""

import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.people.accounts.passkeys import NotProven
from portal.shared.origins import origin_of

NAME = "CustomerHub learning center"
_UNREADABLE = (
    *(WebAuthnException, UnsupportedAlgorithm, RecursionError, struct.error),
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError, AssertionError),
)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """The public half of a key that a device has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A signature that holds; `is_verified` says that the device knew its owner by a code, a finger or a face."""

    sign_count: int
    is_verified: bool


def ask_to_make(*, url: str, challenge: bytes, handle: str, name: str, known: list[bytes], must_verify: bool) -> str:
    """The JSON by which a browser makes a key that can be found without typing an address."""
    options = generate_registration_options(
        rp_id=_host(url),
        rp_name=NAME,
        user_id=handle.encode(),
        user_name=name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_verification(must_verify)
        ),
    )
    return options_to_json(options)


def ask_to_sign(*, url: str, challenge: bytes, known: list[bytes], must_verify: bool) -> str:
    """The JSON by which a browser signs with one of the `known` keys, or with any of ours where none are named."""
    options = generate_authentication_options(
        rp_id=_host(url),
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
        user_verification=_verification(must_verify),
    )
    return options_to_json(options)


def challenge_of_new(answer: str) -> bytes:
    """The challenge that a browser says it answers by a new key; raises NotProven where the answer is none."""
    try:
        return parse_client_data_json(parse_registration_credential_json(answer).response.client_data_json).challenge
    except _UNREADABLE as fault:
        raise NotProven from fault


def challenge_of_signature(answer: str) -> tuple[bytes, bytes]:
    """The key's id and the challenge that it says it signed; raises NotProven."""
    try:
        credential = parse_authentication_credential_json(answer)
        return credential.raw_id, parse_client_data_json(credential.response.client_data_json).challenge
    except _UNREADABLE as fault:
        raise NotProven from fault


def check_new(answer: str, *, url: str, challenge: bytes, must_verify: bool) -> NewKey:
    """The key in a browser's answer, made for exactly our origin; raises NotProven."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(url),
            expected_origin=origin_of(url),
            require_user_verification=must_verify,
        )
    except _UNREADABLE as fault:
        raise NotProven from fault
    return NewKey(credential_id=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count)


def check_signature(answer: str, *, url: str, challenge: bytes, public_key: bytes, sign_count: int) -> Proof:
    """What a browser's answer proves, given for exactly our origin; raises NotProven.

    A count that does not rise means that two devices hold the key: it proves nothing any more.
    """
    try:
        made = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(url),
            expected_origin=origin_of(url),
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except _UNREADABLE as fault:
        raise NotProven from fault
    return Proof(sign_count=made.new_sign_count, is_verified=made.user_verified)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _verification(must_verify: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if must_verify else UserVerificationRequirement.PREFERRED
