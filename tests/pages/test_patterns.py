"""`/_patterns` of each side leaves out no component: no macro, and no style sheet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.shared.environment import ROOT
from tests.pages.installation import Installation, installation
from tests.people.site import ADA, Site
from tests.support.films import show_sample_film

SIDES = ("people", "sandbox")
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MACRO = re.compile(r"\{%-?\s*macro (\w+)\(")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("patterns")) as found:
        found.seed("people")
        show_sample_film(found.environ)
        found.seed("sandbox")
        Site(found.people).asked(ADA)  # a message for the outbox to show
        yield found


@pytest.mark.parametrize("side", SIDES)
def test_every_macro_of_a_side_is_called_by_its_patterns_page(side: str) -> None:
    assert macros_in(side) - called_in(f"{side}/patterns/index.html") == set()


def test_every_shared_macro_is_called_by_the_patterns_page_of_a_side() -> None:
    called = set().union(*(called_in(f"{side}/patterns/index.html") for side in SIDES))
    assert macros_in("shared") - called == set()


@pytest.mark.parametrize("side", SIDES)
def test_every_component_with_a_style_is_shown_or_linked_to(installed: Installation, side: str) -> None:
    app = installed.app(side)
    client, url = app.test_client(), app.extensions["settings"].url
    page = get(client, url, "/_patterns")
    for name in components_of(side):
        classes = classes_of(side, name)
        if ({name} & classes or classes) & shown_in(page):
            continue
        link = re.search(rf'<a href="([^"]+)">{name}</a>', page)
        assert link, f"Show .{name} in templates/{side}/patterns/index.html, or name the one page that does."
        assert classes & shown_in(get(client, url, link[1])), f"{link[1]} does not show .{name}"


def macros_in(side: str) -> set[str]:
    return {name for path in (TEMPLATES / side / "macros").glob("*.html") for name in MACRO.findall(path.read_text())}


def called_in(template: str) -> set[str]:
    """The macros that a template calls, and those that they call in turn."""
    called: set[str] = set()
    waiting = [(TEMPLATES / template).read_text()]
    bodies = {name: body for path in TEMPLATES.glob("*/macros/*.html") for name, body in macros_with_bodies(path)}
    while waiting:
        found = set(re.findall(r"\b(\w+)\(", waiting.pop())) & bodies.keys()
        waiting += [bodies[name] for name in found - called]
        called |= found
    return called


def macros_with_bodies(path: Path) -> Iterator[tuple[str, str]]:
    for part in path.read_text().split("{% endmacro %}"):
        if found := MACRO.search(part):
            yield found[1], part[found.end() :]


def components_of(side: str) -> list[str]:
    """The sheets of a side that style a component, by name."""
    entry = (STATIC / side / f"{side}.css").read_text()
    return [Path(name).stem for name in re.findall(r'@import "([^"]+)" layer\((?:component|side)\);', entry)]


def classes_of(side: str, name: str) -> set[str]:
    """The classes that a sheet styles."""
    own, shared = STATIC / side / f"{name}.css", STATIC / "shared" / f"{name}.css"
    rules = re.sub(r"/\*.*?\*/", "", (own if own.exists() else shared).read_text(), flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


def shown_in(page: str) -> set[str]:
    return {name for value in re.findall(r'\sclass="([^"]*)"', page) for name in value.split()}


def get(client: FlaskClient, url: str, address: str) -> str:
    answer = client.get(address, base_url=url)
    assert answer.status_code == 200, address
    return answer.text
