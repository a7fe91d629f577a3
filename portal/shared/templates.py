"""The only place that says which templates a side may see: its own folder, and `shared/`."""

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined

from portal.shared.environment import ROOT


def use_templates(app: Flask, *, side: str) -> None:
    """Load templates of `templates/<side>/` by their plain names and of `templates/shared/` as `shared/…`."""
    folder = ROOT / "templates"
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(folder / side), PrefixLoader({"shared": FileSystemLoader(folder / "shared")})]
    )
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
