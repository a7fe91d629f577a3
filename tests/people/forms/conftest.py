"""Forms as a test writes them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.people.forms import catalog

HEAR = "/forms/hear-from-us"
INVITED = "/forms/webinar-invitations"


@pytest.fixture
def write_form(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., str]]:
    """Make a form of the one that asks where one works, with some of its words replaced; its slug."""
    folder: Path = tmp_path_factory.mktemp("forms")
    monkeypatch.setattr(catalog, "FOLDER", folder)
    words = (Path(catalog.__file__).parents[3] / "content/forms/webinar-invitations.toml").read_text("utf-8")

    def write(slug: str = "written", **replaced: str) -> str:
        changed = words
        for old, new in replaced.items():
            changed = changed.replace(old, new)
        (folder / f"{slug}.toml").write_text(changed, "utf-8")
        forget()
        return slug

    def forget() -> None:
        catalog.forms.cache_clear()
        catalog.thanks_of.cache_clear()

    forget()
    yield write
    forget()
