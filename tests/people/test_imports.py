"""People who agreed elsewhere: with evidence they are asked once, without it their address gets into no table."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from portal.people.consent.permission import Rule
from portal.people.privacy.retention import keep_retention_rules
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, at
from tests.people.test_permission import rule
from tests.people.test_suppression import command

START = at("2026-03-01T09:00:00+00:00")
HEAD = "email,name,purpose,agreed_at,words,source"
EVIDENCE = "offers,2025-11-03T14:05:00Z,Send me offers,stand 4 of the fair; box 12"
DORA = "dora@people.customerhub.net"


def take_in(site: Site, monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> dict[str, Any]:
    path = folder / "people.csv"
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    done = command(site, monkeypatch, "consent", "import", str(path), "--json")
    assert done.exit_code == 0, done.output
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_with_evidence_somebody_is_asked_once_and_only_their_own_press_confirms(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        assert take_in(site, monkeypatch, tmp_path, f"{ADA.upper()},Ada,{EVIDENCE}")["asked"] == [2]
        assert rule(site, ADA) is Rule.NOT_CONFIRMED
        (mail,) = site.mails()
        assert "November 3, 2025" in mail.page
        assert "Send me offers" not in mail.page
        traveller.shift(timedelta(days=2))
        assert take_in(site, monkeypatch, tmp_path, f"{ADA},Ada,{EVIDENCE}")["already"] == [2]
        assert len(site.mails()) == 1
        page = site.get(mail.confirm).text
        assert "CustomerHub may e-mail me its offers and goodies." in page
        assert site.confirm(mail).status_code == 303
        assert rule(site, ADA) is None
        assert site.verify().is_sound


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"{CLEO},Cleo,offers,,Send me offers,box 12", "does not say when"),
        (f"{CLEO},Cleo,offers,2025-11-03T14:05:00Z,,box 12", "in which words"),
        (f"{CLEO},Cleo,offers,2025-11-03T14:05:00Z,Send me offers,", "where the proof is kept"),
        (f"{CLEO},Cleo,offers,2025-11-03T14:05:00,Send me offers,box 12", "no time zone"),
        (f"{CLEO},Cleo,offers,3.11.2025,Send me offers,box 12", "no moment"),
        (f"{CLEO},Cleo,offers,2999-01-01T00:00:00Z,Send me offers,box 12", "in the future"),
        (f"{CLEO},Cleo,everything,2025-11-03T14:05:00Z,Send me offers,box 12", "none of ours"),
        (f"{CLEO},Cleo,offers,2025-11-03T14:05:00Z,{'x' * 1001},box 12", "longer than 1000"),
        (f"cleo at home,Cleo,{EVIDENCE}", "@"),
        (f"cleo@shop.example,Cleo,{EVIDENCE}", "set aside"),
        (CLEO, "none of ours"),
    ],
)
def test_without_evidence_a_line_is_in_quarantine_and_its_address_in_no_table(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, why: str
) -> None:
    (tmp_path / "people.csv.quarantine").touch(mode=0o644)
    (found,) = take_in(site, monkeypatch, tmp_path, line)["quarantined"]
    assert found["line"] == 2
    assert why in found["why"]
    assert not [row for row in site.dump() if "cleo" in row]
    assert site.count("messages") == 0
    kept = tmp_path / "people.csv.quarantine"
    assert line.split(",")[0] in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_list_of_people_elsewhere_is_asked_in_the_words_for_where_they_live(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    lines = [f"{ADA},Ada,{EVIDENCE},", f"{BEN},Ben,{EVIDENCE},de-EU", f"{CLEO},Cleo,{EVIDENCE},xx-XX"]
    path.write_text("\n".join([f"{HEAD},ask_in", *lines]))
    refused = command(site, monkeypatch, "consent", "import", str(path), "--ask-in", "fr")
    assert (refused.exit_code, "en-CA, fr-CA, de-EU, en-EU, en-US" in refused.output) == (1, True)
    assert site.count("people") == 0
    done = command(site, monkeypatch, "consent", "import", str(path), "--ask-in", "fr-CA", "--json")
    report = json.loads(done.stdout)
    assert (report["asked"], [line["line"] for line in report["quarantined"]]) == ([2, 3], [4])
    assert "xx-XX" in report["quarantined"][0]["why"]
    pages = {who: next(mail for mail in site.mails() if who in mail.page) for who in (ADA, BEN)}
    assert "des courriels commerciaux" in site.get(pages[ADA].confirm).text
    assert "Ich willige ein" in site.get(pages[BEN].confirm).text


def test_who_said_no_is_left_alone_whatever_a_list_proves(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.post(site.agreed(BEN, "offers_email").opt_out)
        (tmp_path / "noes.csv").write_text(f"email\n{DORA}\n")
        command(site, monkeypatch, "suppression", "import", str(tmp_path / "noes.csv"))
        site.asked(CLEO)
        traveller.shift(timedelta(hours=1))
        lines = [f"{one},x,{EVIDENCE}" for one in (BEN, DORA, CLEO, ADA)]
        report = take_in(site, monkeypatch, tmp_path, *lines)
        assert report["said_no"] == [2, 3]
        assert report["asked_lately"] == [4]
        assert report["asked"] == [5]
        assert rule(site, BEN) is Rule.SAID_NO


def test_who_did_not_answer_one_list_is_asked_by_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        take_in(site, monkeypatch, tmp_path, f"{CLEO},Cleo,{EVIDENCE}")
        traveller.shift(timedelta(days=40))
        keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
        assert site.count("people") == 0
        report = take_in(site, monkeypatch, tmp_path, f"{CLEO.upper()},Cleo,{EVIDENCE}")
        assert (report["asked"], report["asked_before"]) == ([], [2])
        assert site.asked(CLEO, "offers_email")  # what she asks for herself is another matter


def test_a_file_that_names_no_columns_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for content in (b"", f"{ADA},Ada,{EVIDENCE}".encode(), b"\0\xff" * 50):
        (tmp_path / "people.csv").write_bytes(content)
        done = command(site, monkeypatch, "consent", "import", str(tmp_path / "people.csv"))
        assert (done.exit_code, "name the columns" in done.output) == (1, True)
    assert site.count("people") == 0


def test_the_command_says_in_words_what_became_of_each_line(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([HEAD, f"{ADA},Ada,{EVIDENCE}", f"{CLEO},Cleo,offers,,,"]))
    done = command(site, monkeypatch, "consent", "import", str(path))
    assert "Asked by mail: 1." in done.output
    assert "line 3: it does not say when they agreed" in done.output
    assert "people.csv.quarantine" in done.output
