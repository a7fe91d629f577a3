"""The only place that writes a certificate, as signed data, and that judges one somebody hands in.

Nothing of a certificate is kept: whoever wants one again gets another. It names nobody, unless its holder typed a name,
which we neither check nor store. `static/people/certificate-check.js` judges the same in the browser.
"""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.people.consent import documents
from portal.people.consent.documents import Verdict, signed
from portal.people.consent.signing import Signer
from portal.people.paths.course import Course
from portal.people.paths.learning_path import Chapter, Step

VERSION = "CustomerHub certificate of a learning path 1"
TYPE = "schema:EducationalOccupationalCredential"
MOST_BYTES = 65_536
ATTESTS = (
    "In one browser or one account every step of this path was marked as done, and every question was answered "
    "rightly, in as many tries as it took. It does not say who did so, nor that a film was watched or a tip was read."
)

_CONTEXT = {
    "schema": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DONE = {
    "chapter": "marked as watched",
    "tip": "marked as read",
    "question": "answered rightly",
    "sandbox": "marked as tried",
}


class NotFinished(Exception):
    """Something of the path is still to be done."""


def certify(course: Course, *, name: str, signer: Signer, url: str, on: date) -> dict[str, Any]:
    """A certificate for whoever did all of this; `name` is what they typed, or nothing. Raises NotFinished."""
    if not course.is_whole:
        raise NotFinished
    path = course.path
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": TYPE,
        "dct:conformsTo": VERSION,
        "dct:identifier": secrets.token_hex(16),
        "dct:issued": {"@type": "xsd:date", "@value": on.isoformat()},
        "schema:name": path.title,
        "schema:about": {
            "@type": "schema:Course",
            "@id": f"{url}{path.url}",
            "schema:name": path.title,
            "schema:description": path.summary,
            "schema:teaches": list(path.teaches),
            "version_sha256": course.version,
        },
        "schema:recognizedBy": {"@type": "schema:Organization", "schema:name": "CustomerHub", "@id": f"{url}/"},
        "attests": ATTESTS,
        "steps": [_told(place.step) for place in course.asked],
        "name": {"typed": name, "checked": False} if name else None,
    }
    return signed(document, signer=signer, url=url)


def judge(text: str | bytes, *, keys: Mapping[str, bytes]) -> Verdict:
    """Whether this is a certificate of ours, unchanged; `keys` are our public keys by id."""
    return documents.judge(text if len(text) <= MOST_BYTES else b"", kind=TYPE, keys=keys)


def _told(step: Step) -> dict[str, str]:
    told = {"did": _DONE[step.kind], "title": step.title}
    return told | {"webinar": step.webinar} if isinstance(step, Chapter) else told
