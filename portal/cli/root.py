"""The only place for what the commands hang on: the groups of both sides, and how an answer is printed."""

import json
from pathlib import Path
from typing import Any

import click

from portal.shared.environment import ROOT

RECIPES = ROOT / "content" / "scenarios"
FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)
with_json = click.option("--json", "as_json", is_flag=True, help="Answer with data.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def portal() -> None:
    """CustomerHub's learning center."""


@portal.group()
def people() -> None:
    """The people side's own process."""


@portal.group()
def sandbox() -> None:
    """The sandbox's own process."""


def answer(data: dict[str, Any], words: str, *, as_json: bool) -> None:
    """Print `data` where it was asked for, else the same in words."""
    click.echo(json.dumps(data, indent=2) if as_json else words)
