"""The only place that fills in a consent record after ISO/IEC TS 27560:2023, with what US rules ask for beside it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.people.consent.envelope import rfc3339
from portal.people.consent.notices import Purpose, Wording, digest_of
from portal.people.consent.states import State

SCHEMA = "ISO/IEC TS 27560:2023; CustomerHub 2"

Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who did something, when, and from where; `key` is the same when the same act is sent again."""

    at: datetime
    key: str
    actor: str = "self"
    peer: str = ""
    user_agent: str = ""
    locale: str = ""
    gpc: bool = False  # whether the browser asked by Sec-GPC not to sell or share
    cause: str = "self"  # what made it happen: the person, or a bounce, a complaint, staff, a list, time
    means: str = ""  # by what it was done where there are several ways, like a stop-code


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a visitor had before their eyes: the page, the notice, the part of the form that asks, no box ticked.

    `displayed_by` names whoever put it before them where that was not a page of ours alone.
    """

    page: str
    wording: Wording
    form: bytes
    displayed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose consent it is: the address as typed, as normalised, and as its keyed hash."""

    typed: str
    address: str
    address_hash: str


class TickedBeforehand(ValueError):
    """The form that was shown had a tick in a box that nobody had touched: no such consent is recorded."""


def agreed(*, purpose: Purpose, shown: Shown, subject: Subject, at: datetime) -> Content:
    """What someone agrees to with one box: the part of the record that all later ones about it repeat.

    Raises TickedBeforehand.
    """
    wording, terms = shown.wording, shown.wording.terms
    boxes = boxes_at_load(shown.form)
    if boxes.get(purpose.box) == "on":
        raise TickedBeforehand(purpose.box)
    return {
        "processing": {
            "privacy_notice": {"version": wording.version, "sha256": wording.digest, "policy": "/privacy"},
            "language": wording.language,
            "purpose": purpose.id,
            "purpose_title": purpose.title,
            "purpose_type": purpose.kind,
            "channel": purpose.channel,
            "lawful_basis": "consent",
            "pii_information": [
                {
                    "pii_type": "e-mail address",
                    "pii_attribute_id": "email",
                    "pii_optional": False,
                    "sensitive_pii_category": False,
                    "special_pii_category": False,
                    **vars(subject),
                }
            ],
            "pii_described": terms.pii,
            "pii_controllers": [wording.controller.id],
            "collection_method": _collection_method(shown),
            "storage_locations": [terms.storage],
            "retention_period": terms.retention,
            "jurisdiction": terms.jurisdiction,
            "jurisdiction_code": wording.jurisdiction.value,
            "recipient_third_parties": [],
            "recipients_described": terms.recipients,
            "withdrawal_method": terms.withdrawal,
            "privacy_rights": terms.rights,
        },
        "parties": [_party(wording)],
        "shown": {
            "words": purpose.words,
            "words_sha256": digest_of(purpose.words.encode()),
            "notice_sha256": wording.digest,
            "form_sha256": digest_of(shown.form),
            "page": shown.page,
            "displayed_by": shown.displayed_by or "the portal itself",
            "box_at_load": boxes.get(purpose.box, "off"),
            "boxes_at_load": boxes,
        },
        "requested_at": rfc3339(at),
    }


def boxes_at_load(form: bytes) -> dict[str, str]:
    """Each box of the form and how it stood before anybody touched it, read from the very bytes that were shown."""
    return {name.decode(): "on" if b" checked" in more else "off" for name, more in _BOX.findall(form)}


_BOX = re.compile(rb'<input type="checkbox"[^>]* name="([a-z0-9_-]+)"([^>]*)>')


def head(
    *, person_id: str, position: int, record_id: str, line: tuple[str, str], was: str, state: str, at: str
) -> Content:
    """What a record says in the clear, which names nobody; `line` is a purpose and a channel."""
    return {
        "at": at,
        "channel": line[1],
        "person": person_id,
        "position": position,
        "purpose": line[0],
        "record": record_id,
        "state": state,
        "was": was,
    }


def payload(content: Content, *, said: Content, act: Act) -> Content:
    """A whole record: what was agreed, and what happens to it now, as its head has `said` it in the clear."""
    whole = {
        **content,
        "header": {"schema_version": SCHEMA, "record_id": said["record"], "pii_principal_id": said["person"]},
        "event": {
            "event_time": said["at"],
            "validity_duration": "until withdrawn",
            "entity_id": said["person"],
            "event_type": "explicit consent",
            "purpose": said["purpose"],
            "channel": said["channel"],
            "event_state": said["state"],
            "previous_state": said["was"],
            "ledger_index": said["position"],
            "idempotency_key": act.key,
            "actor": act.actor,
            "cause": act.cause,
            "peer": act.peer,
            "user_agent": act.user_agent,
            "locale": act.locale,
            "gpc": act.gpc,
            "means": act.means,
        },
    }
    if said["state"] == State.CONFIRMED:
        whole["confirmed_at"] = said["at"]
    return whole


def head_in(whole: Content) -> Content:
    """The head that a payload belongs to, as the payload itself has it."""
    header, event = whole["header"], whole["event"]
    return head(
        person_id=header["pii_principal_id"],
        position=event["ledger_index"],
        record_id=header["record_id"],
        line=(event["purpose"], event["channel"]),
        was=event["previous_state"],
        state=event["event_state"],
        at=event["event_time"],
    )


def _collection_method(shown: Shown) -> str:
    by = f", displayed by {shown.displayed_by}" if shown.displayed_by else ""
    return f"web form at {shown.page}{by}, confirmed by a link sent to the address"


def _party(wording: Wording) -> Content:
    controller = wording.controller
    return {
        "party_id": controller.id,
        "party_name": controller.name,
        "party_address": controller.address,
        "party_contact": controller.contact,
        "party_type": controller.kind,
    }
