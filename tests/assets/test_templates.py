"""Rules of the templates: a strict content policy is only as strict as the pages let it be."""

import json
import re

import pytest

from portal.shared.environment import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
# Mail programs read no style sheets; a mail is only ever shown in a frame of its own, under a policy of its own.
PAGES = [path for path in TEMPLATES if path.parent != FOLDER / "people" / "mail"]
INLINE = {
    "a style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    # Data for search engines is no script: one form of it alone, in which nothing can end the element.
    "a script": re.compile(
        r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">\{\{ data \}\}</script>)|javascript:', re.IGNORECASE
    ),
    "a handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["'{]|hx-on""", re.IGNORECASE),
    "another site's file": re.compile(r"""(src|href)=["'](https?:)?//""", re.IGNORECASE),
}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds_inline(what: str) -> None:
    found = {str(path): [hit.group() for hit in INLINE[what].finditer(path.read_text())] for path in PAGES}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("side", ["people", "sandbox"])
def test_every_icon_that_a_template_names_is_in_the_sprite(side: str) -> None:
    built = json.loads((ROOT / "static" / "built" / side / "manifest.json").read_text())
    sprite = (ROOT / "static" / "built" / side / built["icons.svg"]).read_text()
    seen = [path for path in TEMPLATES if path.relative_to(FOLDER).parts[0] in (side, "shared")]
    named = {name for path in seen for name in re.findall(r"""icon\(\s*["']([\w-]+)["']""", path.read_text())}
    assert named
    assert {name for name in named if f"icons.svg#{name}" not in built or f'id="{name}"' not in sprite} == set()


@pytest.mark.parametrize(("side", "other"), [("people", "sandbox"), ("sandbox", "people")])
def test_a_side_takes_no_template_of_the_other(side: str, other: str) -> None:
    taken = re.compile(rf"""\{{%-?\s*(extends|include|import|from)\s+["'][^"']*\b{other}/""")
    assert [path for path in (FOLDER / side).rglob("*.html") if taken.search(path.read_text())] == []
