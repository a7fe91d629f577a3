"""The only place that writes what somebody copies into a page or a program of theirs to hold a form of ours."""

from dataclasses import dataclass

from markupsafe import escape

from portal.people.forms.catalog import WrittenForm


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A few lines to copy, what for, and what to know before."""

    name: str
    text: str
    know: str


def snippets(written: WrittenForm, *, url: str) -> tuple[Snippet, ...]:
    """Every way to hold this form of the portal at `url`."""
    slug, title = written.slug, str(escape(written.title))
    return (
        Snippet(
            name="A link",
            text=f'<a href="{url}/forms/{slug}">{title}</a>',
            know="Works in mails, too.",
        ),
        Snippet(
            name="In your page",
            text=f'<script src="{url}/forms/embed.js" data-form="{slug}" data-title="{title}" async></script>',
            know="Stands where the tag stands, as high as it needs to be. Where your page has a content policy, let "
            f"{url} be among its script-src and frame-src.",
        ),
        Snippet(
            name="In your page, without a script",
            text=f'<iframe src="{url}/forms/{slug}/embed" title="{title}" width="100%" height="1100" '
            'referrerpolicy="strict-origin"></iframe>',
            know="Always as high as you say; what is longer scrolls.",
        ),
        Snippet(name="A form of your own, in your page", text=_fetch(slug, url), know=_FROM_A_PAGE),
        Snippet(name="From your server", text=_curl(slug, url), know=_FROM_A_SERVER),
    )


_FROM_A_PAGE = (
    "Show the words of the description exactly, nothing ticked. Your page must be of an origin that the form names. "
    "The full description is at /api/v1/openapi.json."
)
_FROM_A_SERVER = (
    "Make a key below, or by `bin/portal forms key`: it is shown once. It belongs on a server, never in a page. Send "
    "the same Idempotency-Key again when you send the same sign-up again: it counts once."
)


def _fetch(slug: str, url: str) -> str:
    return f"""const form = await (await fetch('{url}/api/v1/forms/{slug}')).json()
// Show form.boxes[…].words, and tick nothing. Then, with what the person typed and ticked:
const answer = await fetch('{url}/api/v1/signups', {{
  method: 'POST',
  headers: {{ 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }},
  body: JSON.stringify({{
    form: '{slug}',
    name: 'Ada Lindqvar',
    email: 'ada@people.customerhub.net',
    ticked: [{{ purpose: form.boxes[0].purpose, channel: form.boxes[0].channel }}],
    notice: {{ sha256: form.notice.sha256, delivery: form.notice.delivery }},
  }}),
}})
// answer.status is 202 for everyone; anything else says in its `detail` what to do."""


def _curl(slug: str, url: str) -> str:
    return f"""curl -s {url}/api/v1/forms/{slug} > form.json
SHA=$(python3 -c "import json; print(json.load(open('form.json'))['notice']['sha256'])")
DELIVERY=$(python3 -c "import json; print(json.load(open('form.json'))['notice']['delivery'])")
curl -s {url}/api/v1/signups \\
  -H "Authorization: Bearer $FORM_KEY" \\
  -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \\
  -H "Content-Type: application/json" \\
  -d '{{"form": "{slug}", "name": "Ada Lindqvar", "email": "ada@people.customerhub.net",
       "ticked": [{{"purpose": "webinars", "channel": "email"}}],
       "notice": {{"sha256": "'$SHA'", "delivery": "'$DELIVERY'"}}}}'"""
