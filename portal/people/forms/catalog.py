"""The only place that reads the sign-up forms in `content/forms/`: what each asks, why, and where it may stand."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from markupsafe import Markup
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator

from portal.people.consent.notices import DEFAULT, Jurisdiction, Purpose, Wording, current_wording, wording_for
from portal.people.consent.notices import FOLDER as NOTICES
from portal.shared.content import read_content
from portal.shared.environment import ROOT
from portal.shared.markdown import to_html
from portal.shared.origins import is_loopback_http, origin_of
from portal.shared.proofreading import BadContent, Fault

FOLDER = ROOT / "content" / "forms"


def _origin(value: str) -> str:
    parts = urlsplit(value)
    is_exact = parts.scheme in ("http", "https") and bool(parts.hostname) and "*" not in value
    if not is_exact or origin_of(value) != value or not (parts.scheme == "https" or is_loopback_http(value)):
        raise ValueError(
            "Write an exact origin, like https://www.customerhub.net: no path, no star, no slash at the end"
        )
    return value


Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n]+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Origin = Annotated[str, AfterValidator(_origin)]


class FormField(BaseModel):
    """Something that the form asks, and why; what is not `needed` may be left empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["name", "email", "company", "phone", "postal_address"]
    why: Line
    needed: bool = False


class WrittenForm(BaseModel):
    """A form as marketing wrote it. `purposes` names boxes of the notice (`offers_email`); empty: all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    title: Line
    lead: Text
    button: Line
    notice: Line = "sign-up"
    jurisdiction: Jurisdiction = Jurisdiction(DEFAULT)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    purposes: tuple[Line, ...] = ()
    fields: tuple[FormField, ...]
    thanks: Text
    embed_origins: tuple[Origin, ...] = ()

    @property
    def wording(self) -> Wording:
        """The words beside its boxes, as they stand today."""
        return wording_for(self.notice, jurisdiction=self.jurisdiction, language=self.language)

    def boxes(self, wording: Wording) -> tuple[Purpose, ...]:
        """The boxes of `wording` that this form shows, in the notice's order."""
        return tuple(purpose for purpose in wording.purposes if not self.purposes or purpose.box in self.purposes)

    def why(self, name: str) -> str:
        """Why a field is asked for."""
        return next(field.why for field in self.fields if field.name == name)

    @field_validator("notice")
    @classmethod
    def _is_there(cls, notice: str) -> str:
        if "/" in notice or not (NOTICES / notice).is_dir():
            raise ValueError(f"There is no notice called {notice} in content/notices")
        return notice

    @field_validator("purposes")
    @classmethod
    def _are_boxes(cls, purposes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "notice" in info.data:
            boxes = [purpose.box for purpose in current_wording(info.data["notice"]).purposes]
            if unknown := [box for box in purposes if box not in boxes]:
                raise ValueError(f"The notice has no box {unknown[0]}. It has {', '.join(boxes)}")
        return purposes

    @field_validator("fields")
    @classmethod
    def _ask_who(cls, fields: tuple[FormField, ...]) -> tuple[FormField, ...]:
        names = [field.name for field in fields]
        if names[:2] != ["name", "email"]:
            raise ValueError("The first two fields are name and email, in this order: no form does without them")
        if len(set(names)) < len(names):
            raise ValueError("Each field can be asked for once")
        return fields


@cache
def forms() -> dict[str, WrittenForm]:
    """Every form by its slug, in the order of their files; raises BadContent."""
    return {path.stem: read_content(path, WrittenForm) for path in sorted(FOLDER.glob("*.toml"))}


def find_form(slug: str) -> WrittenForm | None:
    """The form of this slug, or None."""
    return forms().get(slug)


@cache
def thanks_of(slug: str) -> Markup:
    """The thanks page's own words, as safe HTML."""
    return Markup(to_html(forms()[slug].thanks))  # noqa: S704  # cleaned there


def check(path: Path) -> list[Fault]:
    """What is wrong with the form at `path`; empty where nothing is."""
    try:
        read_content(path, WrittenForm)
    except BadContent as bad:
        return bad.faults
    return []
