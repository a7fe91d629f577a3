"""The only place that says what a lead is sorted and sought by, so that SQLite, PostgreSQL and Python agree."""

from collections.abc import Sequence


def fold(text: str) -> str:
    """`text` as it is compared: without regard to upper and lower case, in every alphabet."""
    return " ".join(text.casefold().split())


def derived(
    *, name: str, company: str, email: str | None, phone: str | None, stage: str, stages: Sequence[str]
) -> dict[str, str | int]:
    """The columns of a lead that are made from its others; `stages` is the order of the pipeline."""
    return {
        "name_key": fold(name),
        "company_key": fold(company),
        "stage_rank": stages.index(stage),
        "sought": sought_in(name=name, company=company, email=email, phone=phone),
    }


def sought_in(*, name: str, company: str, email: str | None, phone: str | None) -> str:
    """What a lead's words are sought in."""
    return "\n".join(fold(part) for part in (name, company, email or "", phone or ""))
