"""The only place that says under which law, and in which language, somebody was asked the last time."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.people.consent.ledger import find_chain
from portal.people.consent.notices import DEFAULT, Jurisdiction, Wording, wording_for
from portal.people.consent.states import State
from portal.people.keyring import Seal


@dataclass(frozen=True, kw_only=True)
class AskedLast:
    """Whose law the newest words that somebody was shown follow, and their language."""

    law: Jurisdiction
    language: str

    def wording(self, notice: str) -> Wording:
        """The newest words of a notice for them."""
        return wording_for(notice, jurisdiction=self.law, language=self.language)


def asked_last(db: Session, *, person_id: str, keyring: Seal) -> AskedLast:
    """As the record of their newest request says, of whatever line; where nothing is left, as for whoever is new.

    A no repeats what it takes back, so that the newest request counts, and not the newest record.
    """
    chain = find_chain(db, person_id=person_id, keyring=keyring)
    contents = [chain.content(line) for line in chain.lines_in(*State)] if chain else []
    asked = [content for content in contents if "requested_at" in content]
    if not asked:
        return AskedLast(law=Jurisdiction(DEFAULT), language=Jurisdiction(DEFAULT).language)
    processing = max(asked, key=lambda content: content["requested_at"])["processing"]
    law = Jurisdiction(processing.get("jurisdiction_code", DEFAULT))  # none in records from before there were others
    return AskedLast(law=law, language=processing["language"])
