"""The only place that says what the API is sent and what it answers; the OpenAPI document is made from it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="A SHA-256, 64 hexadecimal characters.")]
Slug = Annotated[str, Field(min_length=1, max_length=64, description="The form's name, as in its address.")]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Tick(_Sent):
    """One box that the person ticked."""

    purpose: Annotated[str, Field(max_length=32, examples=["webinars"])]
    channel: Annotated[str, Field(max_length=8, examples=["email"])]


class DisplayedNotice(_Sent):
    """Which notice was displayed: both as the form's description gave them. The words are never sent."""

    sha256: Digest
    delivery: Annotated[str, Field(max_length=500, description="`notice.delivery` of the form's description.")]


class NewSignup(_Sent):
    """A person asking to be written to. Nothing counts until they confirm it by the link in our e-mail."""

    form: Slug
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(min_length=3, max_length=254, examples=["ada@people.customerhub.net"])]
    fields: Annotated[
        dict[Literal["company", "phone", "postal_address"], Annotated[str, Field(max_length=500)]],
        Field(description="What was typed into the form's other fields."),
    ] = {}
    ticked: Annotated[list[Tick], Field(max_length=20, description="Only the boxes that the person ticked.")] = []
    notice: Annotated[DisplayedNotice | None, Field(description="Needed where anything is ticked.")] = None
    altcha: Annotated[
        str, Field(max_length=2000, description="A solved challenge, for posts from a page (see `challenge`).")
    ] = ""


class AcceptedSignup(BaseModel):
    """The same answer for everyone, whether or not we know the address."""

    status: Literal["asked"] = "asked"
    detail: str = (
        "One e-mail is on its way to that address. Nothing counts until the person presses the button that it leads to."
    )


class FieldOut(BaseModel):
    """One field of the form."""

    name: str
    label: str
    why: Annotated[str, Field(description="Why it is asked for. Show it beside the field.")]
    needed: bool


class BoxOut(BaseModel):
    """One box, never ticked beforehand, with the sentence that a tick agrees to."""

    purpose: str
    channel: str
    title: str
    rhythm: str
    label: str
    words: str


class NoticeOut(BaseModel):
    """The notice that is to be displayed, as exact bytes."""

    version: str
    language: str
    media_type: str
    content: str
    sha256: Digest
    delivery: Annotated[str, Field(description="Proof that we delivered this notice, and when. Send it back.")]
    delivered_at: str
    valid_until: Annotated[str, Field(description="Fetch the description again before this moment.")]


class FormOut(BaseModel):
    """What to show a person, word for word."""

    form: str
    title: str
    lead: str
    button: str
    fields: list[FieldOut]
    boxes: list[BoxOut]
    other_words: Annotated[list[str], Field(description="Other laws and languages, for `?words=`, such as fr-CA.")]
    notice: NoticeOut
    html: Annotated[str, Field(description="The part that asks for consent as our own pages show it, no box ticked.")]
    html_sha256: Digest
    challenge: Annotated[str, Field(description="Where a page gets a challenge (ALTCHA) to solve.")]


class ProblemOut(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    fields: Annotated[dict[str, str], Field(description="What is wrong with each field.")] = {}
    retry_after: Annotated[int, Field(description="Seconds to wait.")] = 0
