"""What marketing writes in `content/forms/`, and what is said of it where it cannot be used."""

from pathlib import Path

import pytest

from portal.people.forms import catalog
from portal.people.forms.catalog import check, forms

GOOD = (catalog.FOLDER / "webinar-invitations.toml").read_text("utf-8")


def test_every_form_can_be_used() -> None:
    assert {path.stem for path in catalog.FOLDER.glob("*.toml")} == set(forms()) != set()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("https://www.customerhub.net", "https://www.customerhub.net/"), "embed_origins.1: Write an exact origin"),
        (("https://www.customerhub.net", "https://*.customerhub.net"), "embed_origins.1: Write an exact origin"),
        (("https://www.customerhub.net", "http://www.customerhub.net"), "embed_origins.1: Write an exact origin"),
        (("https://www.customerhub.net", "javascript:alert(1)"), "embed_origins.1: Write an exact origin"),
        (('"webinars_email"', '"webinars_fax"'), "purposes: The notice has no box webinars_fax"),
        (('notice = "sign-up"', 'notice = "../offers"'), "notice: There is no notice called ../offers"),
        (('name = "company"', 'name = "shoe_size"'), "fields.3.name: Input should be 'name', 'email'"),
        (('name = "company"', 'name = "name"'), "fields: Each field can be asked for once"),
        (('why = "To greet you."', ""), "fields.1.why: This is missing"),
        (('title = "', 'titel = "'), "titel: There is no such key"),
        (('title = "', "title = "), "file: This is not TOML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_with_its_key(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = tmp_path / "invitations.toml"
    path.write_text(GOOD.replace(*change, 1), "utf-8")
    assert any(words in str(fault) for fault in check(path)), check(path)


def test_a_fault_is_found_in_its_line(tmp_path: Path) -> None:
    path = tmp_path / "invitations.toml"
    path.write_text(GOOD.replace('name = "company"', 'name = "company"\nneeded = "perhaps"', 1), "utf-8")
    [fault] = check(path)
    assert path.read_text("utf-8").splitlines()[fault.line - 1] == 'needed = "perhaps"'


def test_a_name_that_cannot_be_an_address_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Hear From Us.toml"
    path.write_text(GOOD, "utf-8")
    assert [fault.key for fault in check(path)] == ["slug"]
