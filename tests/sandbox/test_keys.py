"""The table of keys: one place lists them, the sheet and the page show them, the scripts know each."""

import re

from portal.sandbox.leads.keys import GROUPS
from portal.shared.environment import ROOT
from tests.sandbox.visitor import Visitor

SCRIPTS = ROOT / "static" / "sandbox"


def test_no_press_means_two_things_in_one_place() -> None:
    for group in GROUPS:
        presses = [press for key in group.keys for press in key.presses]
        assert sorted(presses) == sorted(set(presses))


def test_every_act_of_the_table_is_known_to_a_script_and_every_act_of_a_script_is_listed() -> None:
    text = "\n".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    listed = {key.act for group in GROUPS for key in group.keys if key.act}
    families = set(re.findall(r"onAct\(`([\w-]+)\$\{", text))
    unknown = {act for act in listed if not re.search(rf"\W{act}['\"]?[,:]", text)}
    assert {act for act in unknown if not act.startswith(tuple(families or {"-"}))} == set()
    assert set(re.findall(r"onAct\('([\w-]+)'", text)) - listed == set()


def test_the_page_lists_them_without_scripts_and_only_what_there_is(ada: Visitor) -> None:
    page = ada.get("/keys").text
    main = page.partition("<main")[2].partition("</main>")[0]
    for group in GROUPS:
        for key in group.keys:
            is_there = not key.address or ada.get(key.address).status_code == 200
            assert (f"<dt>{key.words}</dt>" in main) is is_there


def test_every_page_of_a_drive_holds_the_sheet(ada: Visitor) -> None:
    for address in ("/leads", "/leads/L001", "/contacts", "/views", "/keys"):
        assert 'data-act="next" data-keys="j|ArrowDown"' in ada.get(address).text
