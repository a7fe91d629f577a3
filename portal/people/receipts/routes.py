"""A consent's receipt: to read, to keep as a signed file, and to check. For whoever holds its id."""

import json
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from portal.people import web
from portal.people.consent.documents import MEDIA_TYPE, Verdict
from portal.people.consent.signing import list_public_keys, open_signer
from portal.people.consent.visitor import handed_in, private
from portal.people.receipts import receipt as receipts
from portal.people.receipts.address import find_record_id, receipt_id
from portal.people.receipts.document import sign
from portal.people.receipts.receipt import Change, Erased, NoSuchReceipt, Receipt
from portal.people.receipts.verdict import CHECKS, judge
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("receipts", __name__, url_prefix="/receipts")


@blueprint.app_template_global()
def receipt_url(record_id: str) -> str:
    """The address of the receipt of this record, for any page of the person it is about."""
    return f"/receipts/{receipt_id(record_id, keyring=web.keyring())}"


@blueprint.get("/<receipt>")
def show(receipt: str) -> Response:
    """The receipt to read and to print, or the signed file where that was asked for."""
    found = _get_receipt(receipt)
    if request.accept_mimetypes.best_match(["text/html", MEDIA_TYPE, "application/json"]) in _DATA:
        response = _document(found)
    else:
        response = private(render_template("receipts/show.html", receipt=found))
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/<receipt>.jsonld")
def download(receipt: str) -> Response:
    """The signed file."""
    response = _document(_get_receipt(receipt))
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{receipt[:16]}.jsonld"'
    return response


@blueprint.get("/<receipt>/state.json")
def state(receipt: str) -> Response:
    """Where the consent stands, for the page that checks a file; it names nobody."""
    now = _changes(receipt)[-1]
    response = jsonify(state=now.state.value, at=now.at.isoformat())
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/keys.json")
def keys() -> Response:
    """Every public key that ever signed a receipt or a checkpoint (Ed25519, 32 bytes in hexadecimal)."""
    with web.reading() as db:
        found = list_public_keys(db)
    return jsonify(keys=[{"id": key_id, "algorithm": "Ed25519", "public": key.hex()} for key_id, key in found.items()])


@blueprint.get("/verify")
def verify() -> str:
    """Where anyone checks a receipt: in the browser, or by sending it here."""
    return _verify_page()


@blueprint.post("/verify")
def create_verification() -> Response:
    """Check what was typed or sent, for browsers without scripts or without Ed25519; nothing of it is kept."""
    content = handed_in()
    with web.reading() as db:
        verdict = judge(content, keys=list_public_keys(db)) if content else None
    now = _changes(verdict.document["dct:identifier"])[-1] if verdict and verdict.is_genuine else None
    status = 200 if verdict and verdict.failed != "readable" else 422
    page = _verify_page(verdict=verdict, now=now, is_empty=not content, typed=request.form.get("text", ""))
    return private(page, status)


_DATA = (MEDIA_TYPE, "application/json")


def _get_receipt(receipt: str) -> Receipt:
    keyring = web.keyring()
    record_id = find_record_id(receipt, keyring=keyring)
    try:
        if record_id is not None:
            with web.reading() as db:
                return receipts.read_receipt(db, record_id=record_id, keyring=keyring, now=clock.now())
    except Erased as fault:
        raise Problem(
            410,
            "What this receipt showed was erased",
            "We keep nothing of it that tells who agreed or to what. A file that you downloaded before can still be "
            "checked at /receipts/verify.",
        ) from fault
    except NoSuchReceipt:
        pass
    raise Problem(
        404,
        "We do not know this receipt",
        "Open it again from the page or the message that led to it, whole and on one line. Your preferences list all "
        "of yours.",
    )


def _changes(receipt: str) -> tuple[Change, ...]:
    record_id = find_record_id(receipt, keyring=web.keyring())
    with web.reading() as db:
        found = receipts.find_changes(db, record_id=record_id) if record_id else ()
    if not found:
        raise Problem(404)
    return found


def _document(receipt: Receipt) -> Response:
    now = clock.now()
    with web.reading() as db:
        signer = open_signer(db, keyring=web.keyring(), now=now)
    document = sign(receipt, signer=signer, url=web.settings().url, now=now)
    return _as_file(document)


def _as_file(document: dict[str, Any]) -> Response:
    response = private(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    response.mimetype = MEDIA_TYPE
    return response


def _verify_page(
    *, verdict: Verdict | None = None, now: Change | None = None, is_empty: bool = False, typed: str = ""
) -> str:
    with web.reading() as db:
        found = {key_id: key.hex() for key_id, key in list_public_keys(db).items()}
    return render_template(
        "receipts/verify.html", keys=found, verdict=verdict, now=now, is_empty=is_empty, typed=typed, checks=CHECKS
    )
