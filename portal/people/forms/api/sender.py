"""The only place that decides who may post to a form by the API: who holds its key, or a page it names."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from portal.people import web
from portal.people.forms.catalog import WrittenForm
from portal.people.forms.embedding import may_stand_in
from portal.people.forms.keys import find_key, note_use
from portal.people.forms.proof import hold_without_proof
from portal.people.limits import BY_KEY, SIGN_UPS
from portal.shared.limits import hold
from portal.shared.problems import Problem


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who posts: `name` for the record, `key_id` where it is the holder of a key."""

    name: str
    key_id: str = ""

    def hold(self, *, altcha: str) -> None:
        """Count one more sign-up of theirs; raises TooManyTries. A key counts by itself, a page as any form does."""
        if self.key_id:
            hold(BY_KEY, self.key_id)
            return
        for rule in SIGN_UPS:
            if rule.per() is not None:
                hold(rule)
        hold_without_proof(altcha, secret_keys=web.settings().secret_keys)

    def note(self, db: Session, *, now: datetime) -> None:
        """Remember that the key was used."""
        if self.key_id:
            note_use(db, key_id=self.key_id, on=now.date())


def read_sender(written: WrittenForm) -> Sender:
    """Who posts to this form. Raises Problem (401, 403)."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return _holder(written, token.strip())
    origin = request.headers.get("Origin", "")
    if may_stand_in(written, origin):
        return Sender(name=origin)
    if origin:
        raise Problem(
            403,
            "This form takes nothing from that origin",
            f"Name {origin[:200]} in `embed_origins` of content/forms/{written.slug}.toml, or post by a key.",
        )
    raise Problem(
        401,
        "Say who you are",
        f"Send `Authorization: Bearer KEY`. A key of this form is made by: bin/portal forms key {written.slug}",
    )


def _holder(written: WrittenForm, token: str) -> Sender:
    with web.reading() as db:
        key = find_key(db, token=token)
    if key is None:
        raise Problem(
            401, "We do not know this key", "Check it letter by letter. It may have been ended; make a new one."
        )
    if key.form != written.slug:
        raise Problem(
            403, "This key is for another form", f"It opens {key.form} and nothing else. Make one for this form."
        )
    return Sender(name=f"the holder of the key {key.name}", key_id=key.id)
