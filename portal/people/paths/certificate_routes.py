"""Where anyone checks a certificate, and where its holder gets the file."""

from flask import Blueprint, Response, render_template, request

from portal.people import web
from portal.people.consent.documents import CHECKS, MEDIA_TYPE, Verdict
from portal.people.consent.signing import list_public_keys
from portal.people.consent.visitor import handed_in, private
from portal.people.paths.certificate import judge
from portal.shared.problems import Problem

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")


@blueprint.get("/verify")
def verify() -> str:
    """Check one in the browser, or by sending it here."""
    return _verify_page()


@blueprint.post("/verify")
def create_verification() -> Response:
    """Check what was typed or sent, for browsers without scripts or without Ed25519; nothing of it is kept."""
    content = handed_in()
    with web.reading() as db:
        verdict = judge(content, keys=list_public_keys(db)) if content else None
    status = 200 if verdict and verdict.failed != "readable" else 422
    return private(_verify_page(verdict=verdict, is_empty=not content, typed=request.form.get("text", "")), status)


@blueprint.post("/file")
def download() -> Response:
    """The certificate that its page holds (form field `text`) as a file; only one that we signed comes back."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    with web.reading() as db:
        verdict = judge(text.encode(), keys=list_public_keys(db))
    if not verdict.is_genuine:
        raise Problem(422, "This is not as we signed it", "Go back to the path, and ask for the certificate again.")
    answer = private(text)
    answer.mimetype = MEDIA_TYPE
    number = verdict.document["dct:identifier"]
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{number[:16]}.jsonld"'
    return answer


def _verify_page(*, verdict: Verdict | None = None, is_empty: bool = False, typed: str = "") -> str:
    with web.reading() as db:
        found = {key_id: key.hex() for key_id, key in list_public_keys(db).items()}
    return render_template(
        "certificates/verify.html", keys=found, verdict=verdict, is_empty=is_empty, typed=typed, checks=CHECKS
    )
