"""The only place that describes a form to a program: fields, boxes and the notice, word for word as people see them."""

from datetime import datetime

from portal.people.consent.envelope import rfc3339
from portal.people.consent.notices import NOTICE_TYPE, Wording, digest_of, list_wordings
from portal.people.forms.api.delivery import LIFE, sign_delivery
from portal.people.forms.api.schema import BoxOut, FieldOut, FormOut, NoticeOut
from portal.people.forms.catalog import WrittenForm
from portal.people.forms.forms import label_of
from portal.people.forms.pages import draw_boxes


def describe(
    written: WrittenForm, wording: Wording, *, url: str, secret_keys: tuple[str, ...], now: datetime
) -> FormOut:
    """What to show, and the proof that it was delivered at this moment."""
    boxes = written.boxes(wording)
    html = str(draw_boxes(wording, boxes))
    return FormOut(
        form=written.slug,
        title=written.title,
        lead=written.lead,
        button=written.button,
        fields=[
            FieldOut(
                name=field.name,
                label=label_of(field.name),
                why=field.why,
                needed=field.needed or field.name in ("name", "email"),
            )
            for field in written.fields
        ],
        boxes=[
            BoxOut(
                purpose=box.id,
                channel=box.channel,
                title=box.title,
                rhythm=box.rhythm,
                label=box.label,
                words=box.words,
            )
            for box in boxes
        ],
        other_words=[one.code for one in list_wordings(written.notice) if one.digest != wording.digest],
        notice=NoticeOut(
            version=wording.version,
            language=wording.language,
            media_type=NOTICE_TYPE,
            content=wording.content.decode(),
            sha256=wording.digest,
            delivery=sign_delivery(form=written.slug, digest=wording.digest, secret_keys=secret_keys, now=now),
            delivered_at=rfc3339(now),
            valid_until=rfc3339(now + LIFE),
        ),
        html=html,
        html_sha256=digest_of(html.encode()),
        challenge=f"{url}/api/v1/challenge",
    )
