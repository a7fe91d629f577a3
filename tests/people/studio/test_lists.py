"""What became of a list stays in the studio: which lines were put aside, why, and what to do; it names nobody."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
import time_machine

from portal.people.accounts.audit import What
from tests.people.browser import Browser
from tests.people.site import ADA, BEN, CLEO, Site, at
from tests.people.test_imports import EVIDENCE, HEAD
from tests.people.test_suppression import command

WHERE = "/studio/lists"


def test_lines_without_proof_are_told_by_number_and_reason_and_taken_over_once_they_were_mended(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dora = Browser(site).by_start_link(role="marketer", email="dora@people.customerhub.net")
    assert "None was taken over yet" in dora.get(WHERE).text
    lines = [f"{ADA},Ada,{EVIDENCE}", f"{BEN},Ben,offers,2025-11-03T14:05:00Z,,box 12", f"{CLEO},Cleo,offers,,,"]
    (tmp_path / "fair.csv").write_text("\n".join([HEAD, *lines]))
    told = command(site, monkeypatch, "consent", "import", str(tmp_path / "fair.csv"))
    assert "/studio/lists" in told.output
    (list_id,) = site.rows("select id from lists_taken_over")[0]
    assert "<strong>2 lines put aside</strong>" in dora.get(WHERE).text
    page = dora.get(f"{WHERE}/{list_id}").text
    assert "These lines prove no yes" in page
    assert "It does not say in which words they agreed</b><p>Line 3</p>" in page
    assert "It does not say when they agreed</b><p>Line 4</p>" in page
    assert not [one for one in (ADA, BEN, CLEO, "Cleo") if one in page]
    assert site.rows("select about from audit_log where act = ?", What.CONSENTS_IMPORTED.value) == [(list_id,)]

    kept = tmp_path / "fair.csv.quarantine"
    kept.write_text(kept.read_text().replace(",,box 12", ",Send me offers,box 12"))
    command(site, monkeypatch, "consent", "import", str(kept))
    assert site.rows("select count(*) from people where email = ?", BEN) == [(1,)]
    assert "fair.csv.quarantine: " not in dora.get(WHERE).text
    assert "1 asked, <strong>1 line put aside" in dora.get(WHERE).text


def test_noes_that_could_not_be_read_are_told_as_stopping_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    otto = Browser(site).by_start_link(role="privacy", email="otto@people.customerhub.net")
    for name, lines in {"noes.csv": [ADA, "ada at home", "x"], "again.csv": [ADA]}.items():
        (tmp_path / name).write_text("\n".join(["email", *lines]))
        command(site, monkeypatch, "suppression", "import", str(tmp_path / name))
    ids = dict(site.rows("select name, id from lists_taken_over"))
    page = otto.get(f"{WHERE}/{ids['noes.csv']}").text
    assert "These lines could not be read, and stop nobody" in page
    assert "<p>Lines 3, 4</p>" in page
    assert "No line was put aside" in otto.get(f"{WHERE}/{ids['again.csv']}").text
    assert otto.get(f"{WHERE}/nothing").status_code == 404


def test_older_lists_stand_on_the_next_page(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("portal.people.preferences.taken_over.PAGE", 2)
    dora = Browser(site).by_start_link(role="marketer", email="dora@people.customerhub.net")
    with time_machine.travel(at("2026-03-01T09:00:00+00:00"), tick=False) as traveller:
        for name in ("first.csv", "second.csv", "third.csv"):
            traveller.shift(timedelta(minutes=1))
            (tmp_path / name).write_text(f"email\n{ADA}\n")
            command(site, monkeypatch, "suppression", "import", str(tmp_path / name))
    newest, oldest = dora.get(WHERE).text, dora.get(f"{WHERE}?page=2").text
    assert (newest.count(".csv</a>"), oldest.count(".csv</a>")) == (2, 1)
    assert "first.csv" in oldest
    assert f'href="{WHERE}?page=2" rel="next"' in newest
    assert dora.get(f"{WHERE}?page=-1").status_code == 400


@pytest.mark.parametrize("sql", ["update lists_taken_over set aside = '[]'", "delete from lists_taken_over"])
def test_what_became_of_a_list_is_never_rewritten(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sql: str
) -> None:
    (tmp_path / "noes.csv").write_text(f"email\n{ADA}\n")
    command(site, monkeypatch, "suppression", "import", str(tmp_path / "noes.csv"))
    before = site.rows("select * from lists_taken_over")
    with pytest.raises(sqlalchemy.exc.DBAPIError), site.raw() as connection:
        connection.exec_driver_sql(sql)
    assert site.rows("select * from lists_taken_over") == before
