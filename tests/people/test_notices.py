"""Notices are files that never change once anybody saw them; their hashes say so."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import portal
from portal.people.consent.notices import (
    FOLDER,
    Jurisdiction,
    NoSuchNotice,
    NoticeChanged,
    check,
    current_wording,
    digest_of,
    list_wordings,
    manifest_line,
    wording_for,
)
from tests.people.site import ADA, OFFER, Site


def test_every_notice_is_the_one_whose_hash_was_written_down() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}
    stored = {path.relative_to(FOLDER).as_posix(): digest_of(path.read_bytes()) for path in FOLDER.rglob("*.toml")}
    assert listed == stored != {}


def test_a_changed_notice_is_not_shown(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "notices")
    path = tmp_path / "notices" / "sign-up" / "1.en.toml"
    path.write_bytes(path.read_bytes().replace(b"At most two a month", b"At most ten a month"))
    with pytest.raises(NoticeChanged, match="write a new version"):
        current_wording("sign-up", folder=tmp_path / "notices")


def test_the_newest_version_is_shown_by_number(tmp_path: Path) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    content = (folder / "sign-up" / "1.en.toml").read_bytes()
    for number in (2, 10, 9):
        words = content.replace(b"At most two", f"Version {number}".encode())
        (folder / "sign-up" / f"{number}.en.toml").write_bytes(words)
        with (folder / "SHA256SUMS").open("a") as sums:
            sums.write(f"{digest_of(words)}  sign-up/{number}.en.toml\n")
    newest = current_wording("sign-up", folder=folder)
    assert (newest.version, newest.language) == ("sign-up/10.en", "en")
    assert newest.purposes[0].rhythm == "Version 10 a month"


def test_the_words_are_those_of_the_law_and_then_of_the_language() -> None:
    def version(law: str, language: str) -> str:
        return wording_for("sign-up", jurisdiction=law, language=language).version

    assert version("US", "en") == current_wording("sign-up").version == "sign-up/1.en"
    assert version("CA", "fr") == "sign-up/1.fr-CA"
    assert version("EU", "de") == "sign-up/1.de-EU"
    assert version("CA", "de") == "sign-up/1.en-CA"  # never those of another law, though they are in German
    assert version("US", "fr") == "sign-up/1.en"


def test_a_notice_without_words_for_a_law_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*-EU.toml"))
    with pytest.raises(NoSuchNotice, match="the European Union"):
        wording_for("sign-up", jurisdiction="EU", language="de", folder=folder)


@pytest.mark.parametrize(
    ("notice", "boxes"), [("sign-up", ("offers_email", "webinars_email")), ("reminder", ("reminders_email",))]
)
def test_every_wording_asks_for_the_same_on_the_same_channels(notice: str, boxes: tuple[str, ...]) -> None:
    words = list_wordings(notice)
    assert [one.code for one in words] == ["en-CA", "fr-CA", "de-EU", "en-EU", "en-US"]
    assert {one.jurisdiction for one in words} == set(Jurisdiction)
    assert {tuple(purpose.box for purpose in one.purposes) for one in words} == {boxes}
    assert {one.controller.contact for one in words} == {"questions@customerhub.net"}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("[purposes.channels.email]", "[purposes.channels.smoke]", 8, "smoke is not a channel of ours: email"),
        ('rhythm = "At most two a month"\n', "", 8, "This is missing"),
        ('title = "May we', 'titel = "May we', 3, "There is no such key"),
        ('kind = "PII controller"', 'kind = ""', 42, "at least 1 character"),
        ("[terms]", "[terms", 27, "This is not TOML"),
        ('id = "webinars"', 'id = "offers"', 1, "It asks twice for offers_email"),
    ],
)
def test_what_is_wrong_in_a_notice_is_said_by_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    path = folder / "sign-up" / "1.en-CA.toml"
    assert check(path, folder=folder) == []
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    faults = check(path, folder=folder)
    assert any(words in fault.words and abs(fault.line - line) <= 2 for fault in faults), faults


@pytest.mark.parametrize("name", ["1.en-ca.toml", "x.en-CA.toml", "1.english.toml", "1.en-XX.toml", "0.en-CA.toml"])
def test_a_file_by_another_kind_of_name_is_no_notice(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    path = folder / "sign-up" / name
    shutil.copy(folder / "sign-up" / "1.en-CA.toml", path)
    assert "number.language-LAW.toml" in check(path, folder=folder)[0].words


def test_a_new_notice_needs_its_line_which_a_command_prints(tmp_path: Path) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    path = folder / "sign-up" / "2.en-CA.toml"
    shutil.copy(folder / "sign-up" / "1.en-CA.toml", path)
    assert "content hash" in check(path, folder=folder)[0].words
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(manifest_line(path, folder=folder) + "\n")
    assert check(path, folder=folder) == []
    printed = CliRunner().invoke(portal, ["content", "hash", str(FOLDER / "sign-up" / "1.en.toml")])
    assert printed.output.strip() in (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    refused = CliRunner().invoke(portal, ["content", "hash", str(path)])
    assert (refused.exit_code, "is no notice" in refused.output) == (1, True)


def test_a_visitor_chooses_for_where_they_live_and_the_record_says_so(site: Site) -> None:
    assert 'formaction="?words=fr-CA"' in site.get("/sign-up").text
    page = site.get("/sign-up?words=fr-CA").text
    assert "des courriels commerciaux au sujet de ses offres" in page
    assert 'lang="fr"' in page
    assert "Qui demande" in page
    assert site.sign_up(ADA, "offers_email", path="/sign-up?words=fr-CA").status_code == 303
    (digest,) = site.rows("select digest from notices where media_type = 'application/toml'")[0]
    assert digest == wording_for("sign-up", jurisdiction="CA", language="fr").digest


def test_a_reminder_is_asked_for_in_the_words_that_were_chosen(site: Site) -> None:
    path = f"{OFFER}/remind"
    assert 'formaction="?words=de-EU"' in site.get(path).text
    for words, law in (("fr-CA", "Canada"), ("de-EU", "DSGVO"), ("en-EU", "GDPR"), ("en-CA", "CASL")):
        assert law in site.get(f"{path}?words={words}").text
    assert f'href="{path}?words=fr-CA"' in site.get(f"{OFFER}?words=fr-CA").text
    assert site.sign_up(ADA, path=f"{path}?words=fr-CA").status_code == 422
    assert site.sign_up(ADA, "reminders_email", path=f"{path}?words=fr-CA").status_code == 303
    (digest,) = site.rows("select digest from notices where media_type = 'application/toml'")[0]
    assert digest == wording_for("reminder", jurisdiction="CA", language="fr").digest


@pytest.mark.parametrize(
    "path",
    ["/sign-up", OFFER, f"{OFFER}/remind", "/forms/webinar-invitations", "/forms/webinar-invitations/embed"],
)
def test_other_words_keep_what_was_typed_and_tick_nothing(site: Site, path: str) -> None:
    typed = site.form(path) | {
        "name": "Ada <b>",
        "email": "not yet whole",
        "offers_email": "yes",
        "webinars_email": "yes",
    }
    page = site.post(f"{path}?words=fr-CA", data=typed | {"reword": "fr-CA"})
    assert page.status_code == 200
    assert 'value="Ada &lt;b&gt;"' in page.text
    assert 'value="not yet whole"' in page.text
    assert "Qui demande" in page.text
    assert not re.search(r'<input[^>]*type="checkbox"[^>]*checked', page.text)
    assert 'aria-invalid="true"' not in page.text
    assert site.rows("select 1 from consent_records") == []
    default, *_ = re.findall(r"<button[^>]*>", page.text[page.text.index('id="sign-up"') :])
    assert "formaction" not in default, "Enter in a field signs up, as it does where there is one button."


@pytest.mark.parametrize("words", ["xx", "fr-CA'", "en-US", "", "../1"])
def test_words_that_are_not_there_leave_the_form_as_it_was_written(site: Site, words: str) -> None:
    assert "CustomerHub may e-mail me its offers and goodies." in site.get(f"/sign-up?words={words}").text


def test_a_page_in_other_words_than_are_sent_is_shown_again(site: Site) -> None:
    form = site.form("/sign-up?words=fr-CA") | {"name": "Ada", "email": ADA, "offers_email": "yes"}
    assert site.post("/sign-up", data=form).status_code == 409
