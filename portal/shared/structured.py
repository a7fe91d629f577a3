"""The only place that writes what schema.org says of a page: data that programs read, in a script that never runs.

It is written by Jinja's own escaping for such a script, so that no title can end it (HTML, section 4.12.1.3).
"""

from collections.abc import Sequence
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

Thing = dict[str, Any]


def graph(*things: Thing) -> Markup:
    """What a page says about things, as the inside of its `application/ld+json` script."""
    return htmlsafe_json_dumps({"@context": "https://schema.org", "@graph": list(things)})


def breadcrumbs(url: str, trail: Sequence[tuple[str, str]]) -> Thing:
    """Where a page stands: names and paths from the first page on; `url` is the site's address."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": f"{url}{path}"}
            for position, (name, path) in enumerate(trail, 1)
        ],
    }


def duration(seconds: float) -> str:
    """A length of time as ISO 8601 has it: `PT1H4M52S`."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if count]
    return "PT" + ("".join(parts) or "0S")
