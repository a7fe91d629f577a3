"""The only place that writes a receipt as data: JSON-LD in the terms of the W3C's Data Privacy Vocabulary (DPV 2).

The record itself, with every field of ISO/IEC TS 27560:2023, stands in it word for word under `record`; the terms above
it say the same to programs that know DPV. What is signed is the canonical JSON (envelope.py) of all but `proof.value`.
"""

from datetime import datetime
from typing import Any

from portal.people.consent.documents import signed
from portal.people.consent.envelope import rfc3339
from portal.people.consent.signing import Signer
from portal.people.consent.states import State
from portal.people.receipts.receipt import Receipt

VERSION = "CustomerHub consent receipt 1"
TYPE = "dpv:ConsentReceipt"

_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_STATUS = {
    State.REQUESTED: "dpv:ConsentRequested",
    State.CONFIRMED: "dpv:ConsentGiven",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.EXPIRED: "dpv:ConsentExpired",
}


def sign(receipt: Receipt, *, signer: Signer, url: str, now: datetime) -> dict[str, Any]:
    """The receipt as a signed document; `url` is this site's own."""
    return signed(_unsigned(receipt, url=url, now=now), signer=signer, url=url)


def _unsigned(receipt: Receipt, *, url: str, now: datetime) -> dict[str, Any]:
    content = receipt.content
    processing, shown = content["processing"], content["shown"]
    return {
        "@context": _CONTEXT,
        "@id": f"{url}/receipts/{receipt.id}",
        "@type": TYPE,
        "dct:conformsTo": ["ISO/IEC TS 27560:2023", VERSION],
        "dct:issued": _moment(rfc3339(now)),
        "dct:identifier": receipt.id,
        "dpv:hasConsentStatus": {
            "@type": _STATUS[receipt.now.state],
            "dct:date": _moment(rfc3339(receipt.now.at)),
        },
        "dpv:hasDataSubject": {"dct:identifier": content["header"]["pii_principal_id"]},
        "dpv:hasDataController": [_controller(party) for party in content["parties"]],
        "dpv:hasPurpose": {
            "dct:identifier": processing["purpose"],
            "dct:title": processing["purpose_title"],
            "dct:type": processing["purpose_type"],
        },
        "dpv:hasLegalBasis": {"@id": "dpv:ExplicitlyExpressedConsent"},
        "dpv:hasPersonalData": [
            {"@type": "pd:EmailAddress", "dct:identifier": about["pii_attribute_id"], "dct:title": about["pii_type"]}
            for about in processing["pii_information"]
        ],
        "dpv:hasRight": {"@type": "dpv:DataSubjectRight", "dct:description": processing["privacy_rights"]},
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dct:description": processing["withdrawal_method"],
            "dpv:isExercisedAt": f"{url}/preferences",
        },
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": processing["privacy_notice"]["version"],
            "dct:language": processing["language"],
            "dct:description": shown["words"],
            "sha256": shown["notice_sha256"],
        },
        "dpv:hasStorageCondition": {"dct:description": processing["retention_period"]},
        "dpv:hasJurisdiction": processing["jurisdiction"],
        "dpv:hasRecipient": processing["recipient_third_parties"],
        "changes": [
            {"state": change.state.value, "at": rfc3339(change.at), "record": change.record_id}
            for change in receipt.changes
        ],
        "record": content,
        "ledger": receipt.ledger,
    }


def _controller(party: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "dpv:DataController",
        "dct:identifier": party["party_id"],
        "dpv:hasName": party["party_name"],
        "dpv:hasAddress": party["party_address"],
        "dpv:hasContact": party["party_contact"],
    }


def _moment(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}
