"""The only place that writes a campaign's mail to one person: its Markdown, with the placeholders filled."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from portal.people.consent.notices import current_wording
from portal.people.messages.mail import Mail, Topic, render
from portal.people.messages.way_out import WayOut
from portal.people.outreach import placeholders
from portal.people.outreach.campaigns import Campaign
from portal.shared.markdown import to_html

TEST = "Test: "
LONGEST_SUBJECT = 150  # as in mail.py
_BRACES = str.maketrans({"{": "\ue000", "}": "\ue001", "|": "\ue002"})  # past Markdown's reader, which knows tables
_AGAIN = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "|"})
_PLACEHOLDER = re.compile(r"\{[^{}\n]*\}")


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """A campaign made ready for many: its words as HTML and as text, read once, with placeholders still in them."""

    campaign: Campaign
    html: str
    text: str
    url: str


def letterhead(campaign: Campaign, *, url: str) -> Letterhead:
    """The campaign made ready; addresses of this site begin with `url`."""
    kept = _PLACEHOLDER.sub(lambda found: found[0].translate(_BRACES), campaign.body)
    made = to_html(kept).translate(_AGAIN)
    return Letterhead(
        campaign=campaign,
        html=re.sub(r'href="/', f'href="{url}/', made),
        text=re.sub(r"\[([^\]]*)\]\((/?)([^)]*)\)", lambda link: _as_text(link, url), campaign.body),
        url=url,
    )


def write(head: Letterhead, *, to: str, values: Mapping[str, str], way_out: WayOut, is_test: bool = False) -> Mail:
    """The mail to this address; `values` fill what the text leaves open. A test says that it is one."""
    campaign = head.campaign
    subject = f"{TEST if is_test else ''}{placeholders.fill(campaign.subject, values)}"[:LONGEST_SUBJECT]
    text, page = render(
        "campaign",
        subject=subject,
        body_html=Markup(placeholders.fill(head.html, values, as_written=html.escape)),  # noqa: S704
        body_text=placeholders.fill(head.text, values),
        button=campaign.button,
        button_url=f"{head.url}{campaign.leads_to}",
        signed=campaign.signed,
        purpose=_purpose(campaign.purpose),
        is_test=is_test,
        way_out=way_out,
    )
    topic = Topic(purpose=campaign.purpose, campaign=campaign.slug)
    return Mail(to=to, subject=subject, text=text, html=page, way_out=way_out, topic=None if is_test else topic)


def _purpose(purpose: str) -> str:
    """What a person agreed to, as the notice names it."""
    titles = {one.id: one.title for one in current_wording("sign-up").purposes}
    return titles.get(purpose, purpose)


def _as_text(link: re.Match[str], url: str) -> str:
    words, is_ours, where = link.groups()
    return f"{words} ({url}/{where})" if is_ours else f"{words} ({where})"
