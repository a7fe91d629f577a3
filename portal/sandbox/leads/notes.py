"""The only place that turns a note into HTML: a few plain marks are obeyed, all else is shown as it was typed.

Nothing leads out of an invented world, so links and pictures stay text. What reads like a real address or number only
once the marks are gone is shown with its marks.
"""

from functools import lru_cache
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

from portal.shared.spotting import spotted

_TAGS = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "blockquote", "h4", "hr"}
_MOST_DEEP = 8  # quotes and lists within one another; more of it is text


@lru_cache(maxsize=2000)
def note_as_html(source: str) -> Markup:
    """Safe HTML for what somebody wrote."""
    if _depth(source) > _MOST_DEEP:
        return _as_typed(source)
    html = nh3.clean(_converter().convert(source), tags=_TAGS, attributes={"ol": {"start"}})
    safe = Markup(html)  # noqa: S704  # cleaned just now
    read = safe.striptags()
    if not read or "<h4></h4>" in html or any(not found.is_reserved for found in spotted(read)):
        return _as_typed(source)
    return safe


def _as_typed(source: str) -> Markup:
    lines = Markup("<br>").join(escape(line) for line in source.splitlines())
    return Markup("<p>{}</p>").format(lines)


def _depth(source: str) -> int:
    """How deep the deepest line of a text may be within quotes and lists."""
    return max((_depth_of(line) for line in source.splitlines()), default=0)


def _depth_of(line: str) -> int:
    within = line[: len(line) - len(line.lstrip(_BEGINS))]
    return sum(within.count(mark) for mark in ">*-+") + within.count("\t") + within.count(" ") // 4


_BEGINS = " \t>*-+"


class _OneHeading(Treeprocessor):
    """A heading within a note stands below those of the page, however loud it was meant."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in ("h1", "h2", "h3", "h5", "h6"):
                element.tag = "h4"


def _converter() -> Markdown:
    converter = Markdown(extensions=["nl2br", "sane_lists"])
    converter.lazy_ol = False  # type: ignore[attr-defined]  # a list that begins at 4 is shown so
    converter.preprocessors.deregister("html_block")
    for name in ("code", "reference", "setextheader"):
        converter.parser.blockprocessors.deregister(name)
    for name in _LEADS_OUT:
        converter.inlinePatterns.deregister(name)
    converter.treeprocessors.register(_OneHeading(), "one_heading", 1)
    return converter


_LEADS_OUT = (
    *("html", "entity", "link", "image_link", "image_reference", "reference", "short_reference", "short_image_ref"),
    *("autolink", "automail"),
)
