"""A stranger checks a proof with the program that the documentation prints, and with nothing of ours."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import portal
from portal.people.accounts.persons import get_seal
from portal.people.consent import proof
from portal.people.consent.counting import count_now
from portal.people.consent.places import open_place
from portal.people.consent.signing import open_signer
from portal.shared import clock
from portal.shared.environment import ROOT
from tests.people.site import ADA, BEN, Site, find_person_id
from tests.people.test_verify import write_as_in_the_first_format

PRINTED = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "ledger.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    assert PRINTED
    path = tmp_path / "check.py"
    path.write_text(PRINTED[1], "utf-8")
    return path


def count(site: Site) -> None:
    place = open_place(site.settings.checkpoints_url)
    count_now(site.database, keyring=site.keyring, place=place, now=clock.now())


def proof_of(site: Site, email: str) -> bytes:
    keyring = site.keyring
    with site.database.reading() as db:
        person_id = find_person_id(db, email)
        assert person_id
        seal = get_seal(db, person_id=person_id, keyring=keyring)
        signer = open_signer(db, keyring=keyring, now=clock.now())
        return proof.make_proof(db, person_id=person_id, seal=seal, signer=signer, now=clock.now())


def checked(program: Path, content: bytes) -> tuple[int, str]:
    """What the printed program answers, run by a Python that cannot see this project."""
    path = program.with_name("proof.json")
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-I", program, path], capture_output=True, text=True, cwd=program.parent, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def proven(site: Site) -> bytes:
    """Ada agreed to both, then said no; her last record is too new for a checkpoint, Ben is counted beside her."""
    site.agreed(BEN, "offers_email")
    mail = site.agreed(ADA, "offers_email", "webinars_email", name="Ada Lindqvär")
    count(site)
    site.post(mail.opt_out)
    return proof_of(site, ADA)


def test_the_printed_program_has_at_most_sixty_lines() -> None:
    assert PRINTED
    assert len(PRINTED[1].splitlines()) <= 60


def test_a_stranger_checks_a_proof(proven: bytes, program: Path) -> None:
    code, said = checked(program, proven)
    assert code == 0, said
    assert said.count("by checkpoint 1") == 4
    assert said.count("not counted yet") == 2
    assert "Holds." in said
    text = proven.decode()
    assert ADA in text
    assert BEN not in text


def test_one_changed_byte_anywhere_is_refused(proven: bytes, program: Path) -> None:
    """Every byte, by the program itself in one process; then one of each part, as a stranger would run it."""
    namespace: dict[str, object] = {}
    code = program.read_text("utf-8").partition("\ntry:")[0]
    exec(compile(code, str(program), "exec"), namespace)
    check = namespace["check"]
    assert callable(check)
    step = max(1, len(proven) // 400)
    for place in [*range(0, len(proven), step), len(proven) - 1]:
        changed = proven[:place] + bytes([proven[place] ^ 1]) + proven[place + 1 :]
        with pytest.raises(Exception):  # noqa: B017, PT011
            check(changed)
    for old, new in (
        (b"offers and goodies", b"offers and rubbish"),
        (b'"root', b'"roof'),
        (b"confirmed", b"conformed"),
    ):
        code_of, said = checked(program, proven.replace(old, new, 1))
        assert old not in proven or (code_of == 1 and "Refused" in said)
    assert checked(program, proven + b"\n")[0] == 1
    assert checked(program, b"")[0] == 1


def test_a_change_that_is_signed_anew_by_the_house_is_still_refused(site: Site, proven: bytes, program: Path) -> None:
    """Not even the house can let a person have agreed to other words: chain, commitment and texts say so."""
    keyring = site.keyring
    with site.database.reading() as db:
        signer = open_signer(db, keyring=keyring, now=clock.now())

    def forged(change: str, by: str) -> tuple[int, str]:
        data = json.loads(proven.decode().replace(change, by))
        data = {name: value for name, value in data.items() if name not in ("key", "signature")}
        return checked(program, proof.signed(data, signer=signer))

    assert forged("no such words", "at all")[0] == 0
    payload_word = "CustomerHub may e-mail me its offers and goodies."
    refused = {
        "a payload is not the one that was committed to": (payload_word.replace('"', ""), "CustomerHub may call me."),
        "the chain is broken": ('\\"state\\":\\"confirmed\\"', '\\"state\\":\\"requested\\"'),
        "a text is not the one that was shown": ("Ticking nothing is fine", "Ticking nothing is rude"),
    }
    for words, (change, by) in refused.items():
        code, said = forged(change, by)
        assert (code, words in said) == (1, True), said


def test_the_command_writes_a_proof_that_is_counted_up_to_now(
    site: Site, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.agreed(ADA, "offers_email")
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    out = program.with_name("ada.json")
    done = CliRunner().invoke(portal, ["consent", "proof", ADA.upper(), "--out", str(out)])
    assert done.exit_code == 0, done.output
    code, said = checked(program, out.read_bytes())
    assert (code, said.count("by checkpoint 1")) == (0, 2), said
    assert CliRunner().invoke(portal, ["consent", "proof", ADA]).stdout_bytes.startswith(b'{"checkpoints"')


@pytest.mark.parametrize(("email", "words"), [(BEN, "Nobody of ben@"), ("ben at home", "Add the @")])
def test_nobody_is_proven_who_is_not_there(site: Site, email: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(portal, ["consent", "proof", email])
    assert (done.exit_code, words in done.output) == (1, True)


def test_records_of_the_first_format_are_proven_as_well(
    site: Site, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_as_in_the_first_format(monkeypatch)
    mail = site.agreed(ADA, "offers_email")
    monkeypatch.undo()
    site.post(mail.opt_out)
    count(site)
    assert site.rows("select version from consent_records order by position") == [(1,), (1,), (2,)]
    code, said = checked(program, proof_of(site, ADA))
    assert code == 0, said
