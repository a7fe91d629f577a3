"""People as CSV for another system: who agrees now, in the fields that agreed, harmless, written down."""

import csv
import io

import pytest

from portal.people.consent.models import Suppression
from portal.people.consent.restores import note_restore
from portal.people.messages.addresses import address_hash
from portal.people.webhooks.export import PRESETS, Held, NoSuchPreset, as_csv
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site

ODD = "+ada@mailbox.customerhub.net"


def test_only_who_agrees_now_is_in_it_and_nothing_but_what_they_agreed_to(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    site.post(site.agreed(BEN, "offers_email").opt_out)
    site.asked(CLEO, "offers_email")
    site.agreed("dora@people.customerhub.net")
    for preset in PRESETS:
        text = export(site, preset)
        assert ADA in text
        for word in (BEN, CLEO, "dora", "Lindqvar"):
            assert word not in text
    assert [(row["address"], row["purpose"], row["channel"]) for row in rows(site, "generic")] == [
        *((ADA, "offers", "email"), (ADA, "webinars", "email")),
    ]


def test_who_said_no_elsewhere_is_left_out_although_the_ledger_still_says_yes(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    hashed = address_hash(site.keyring, channel="email", address=ADA)
    with site.database.transaction() as db:
        no = {"address_hash": hashed, "channel": "email", "cause": "staff", "purpose": "offers"}
        db.add(Suppression(since=clock.now(), **no))
    assert [row["purpose"] for row in rows(site, "generic")] == ["webinars"]


def test_each_preset_has_its_columns_and_as_many_rows_as_it_says(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    site.agreed(BEN, "offers_email")
    assert [len(rows(site, preset)) for preset in ("generic", "contacts", "lists")] == [3, 2, 3]
    for preset, shape in PRESETS.items():
        assert tuple(rows(site, preset)[0]) == shape.columns
    assert rows(site, "contacts")[0]["Opted in to"] == "offers by email; webinars by email"


def test_no_cell_begins_a_formula(site: Site) -> None:
    site.agreed(ODD, "offers_email")
    for preset in PRESETS:
        for row in rows(site, preset):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row.values())
            assert f"'{ODD}" in row.values()


def test_a_preset_that_nobody_knows_is_refused(site: Site) -> None:
    with pytest.raises(NoSuchPreset):
        export(site, "everything")


def test_after_a_restore_nobody_leaves_before_the_noes_since_are_known(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    with site.database.transaction() as db:
        note_restore(db, backup_made_at=clock.now(), journal_id="", now=clock.now())
    with pytest.raises(Held):
        export(site, "generic")


def export(site: Site, preset: str) -> str:
    keyring = site.keyring
    with site.database.reading() as db:
        return as_csv(db, preset=preset, keyring=keyring)[0]


def rows(site: Site, preset: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(site, preset))))
