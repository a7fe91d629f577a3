"""The only place that turns a mail's template into text and HTML: Jinja for the words, MJML for the shape.

`NAME.mjml` becomes HTML once a process, by mrml, with its Jinja still in it; what somebody typed meets Jinja alone,
escaped, and never the MJML. No font, picture or style is fetched by whoever opens a mail.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

import mrml
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    select_autoescape,
)

from portal.shared.environment import ROOT

FOLDER = ROOT / "templates" / "people" / "mail"
_INCLUDE = re.compile(r'<mj-include path="(\w+)" />')  # mrml's own would forget how wide the page is


class MjmlFaulty(ValueError):
    """A template is no MJML; the message says which and where."""


def render(name: str, **words: object) -> tuple[str, str]:
    """The text and the HTML of the template `name`. Raises jinja2.UndefinedError where a word of it is missing."""
    text, html = (_templates().get_template(f"{name}.{kind}").render(words) for kind in ("txt", "mjml"))
    return text, html


class _Mjml(BaseLoader):
    """Reads a template of MJML as the HTML that it becomes."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        path = FOLDER / template
        if path.suffix != ".mjml" or not path.is_file():
            raise TemplateNotFound(template)
        return _html_of(path.read_text("utf-8"), name=template), str(path), lambda: True


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=ChoiceLoader([_Mjml(), FileSystemLoader(FOLDER)]),
        autoescape=select_autoescape(["mjml"], default=False),
        undefined=StrictUndefined,
        auto_reload=False,  # a part of MJML is read once a process, and so is the rest
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"day": _day, "time": _time}
    return templates


def _html_of(mjml: str, *, name: str) -> str:
    whole = _INCLUDE.sub(lambda part: (FOLDER / f"{part[1]}.mjml").read_text("utf-8"), mjml)
    options = mrml.RenderOptions(disable_comments=True, fonts={})  # the fonts that it knows by itself lie elsewhere
    try:
        made = mrml.to_html(whole, render_options=options)
    except OSError as fault:
        raise MjmlFaulty(f"{name}: {fault}") from fault
    if made.warnings:
        raise MjmlFaulty(f"{name}: {', '.join(str(warning.kind) for warning in made.warnings)}")
    # What a mail says is its main part, and mail is what everybody knows it to be.
    return made.content.replace(' aria-roledescription="email"', "").replace(' role="article"', ' role="main"')


def _day(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year}"


def _time(at: datetime) -> str:
    return f"{at:%H:%M} UTC"
