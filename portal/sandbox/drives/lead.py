"""A lead as features see it: a value, wherever its row came from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from portal.sandbox.scenarios.order import derived, sought_in


class Lead(NamedTuple):
    """The columns of `LeadColumns`, in a fixed order; offsets in seconds from the scenario's present."""

    id: str
    name: str
    role: str
    company: str
    company_id: str | None
    email: str | None
    phone: str | None
    stage: str
    tags: str  # a JSON array, sorted
    owner: str
    source: str
    address: str
    deal: str
    value: int | None
    came_at: int
    contact_since: int | None
    last_at: int
    last_kind: str
    last_words: str
    more: str  # a JSON object of texts
    name_key: str
    company_key: str
    stage_rank: int

    @property
    def sought(self) -> str:
        """What its words are sought in."""
        return sought_in(name=self.name, company=self.company, email=self.email, phone=self.phone)

    def changed(self, stages: Sequence[str], **values: Any) -> "Lead":
        """The lead with other values, and all that follows from them; `stages` is the order of the pipeline."""
        lead = self._replace(**values)
        made: dict[str, Any] = derived(
            name=lead.name, company=lead.company, email=lead.email, phone=lead.phone, stage=lead.stage, stages=stages
        )
        del made["sought"]
        return lead._replace(**made)


FIELDS = Lead._fields


def blank_lead(lead_id: str, *, who: str, at: int) -> Lead:
    """A lead of which nothing is known but who added it and when."""
    return Lead(
        id=lead_id,
        name="",
        role="",
        company="",
        company_id=None,
        email=None,
        phone=None,
        stage="",
        tags="[]",
        owner=who,
        source=who,
        address="",
        deal="",
        value=None,
        came_at=at,
        contact_since=None,
        last_at=at,
        last_kind="",
        last_words="",
        more="{}",
        name_key="",
        company_key="",
        stage_rank=0,
    )
