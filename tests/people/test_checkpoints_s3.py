"""Checkpoints in a bucket of a real S3 server: written once, read back, compared, written later where it was away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.people.consent.counting import count_now
from portal.people.consent.places import Place, PlaceAway, open_place
from portal.people.consent.verify import verify
from portal.shared import clock
from tests.people.site import ADA, BEN, Site
from tests.support.s3_server import BUCKET, USER, S3Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with S3Server(tmp_path_factory.mktemp("s3")) as started:
        yield started


@pytest.fixture
def place(server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in USER.items():
        monkeypatch.setenv(name, value)
    return open_place(f"s3://{BUCKET}/{tmp_path.name}/counts", endpoint=server.url)


def count(site: Site, place: Place) -> int:
    return count_now(site.database, keyring=site.keyring, place=place, now=clock.now())


def test_checkpoints_lie_in_the_bucket_and_what_was_changed_there_is_found(
    site: Site, place: Place, server: S3Server
) -> None:
    site.agreed(ADA, "offers_email")
    count(site, place)
    site.agreed(BEN, "offers_email")
    count(site, place)
    kept = dict(place.read_all())
    assert [name[:8] for name in kept] == ["00000001", "00000002"]
    with site.database.reading() as db:
        assert verify(db, keyring=site.keyring, place=place).copies == 2
    (first, content), _second = kept.items()
    prefix = place.url.removeprefix(f"s3://{BUCKET}/")
    server.client.put_object(Bucket=BUCKET, Key=f"{prefix}/{first}", Body=content.replace(b"number 1", b"number 7"))
    with site.database.reading() as db:
        found = verify(db, keyring=site.keyring, place=place).first_bad
    assert found
    assert found.what.endswith("was changed")
    with pytest.raises(PlaceAway, match="not the checkpoint that belongs there"):
        place.put(first, content)


def test_a_bucket_that_is_away_is_written_to_when_it_is_back(
    site: Site, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.agreed(ADA, "offers_email")
    away = open_place(place.url.replace(BUCKET, "not-there"), endpoint="http://127.0.0.1:9")
    with pytest.raises(PlaceAway):
        list(away.read_all())
    away.url = place.url
    assert count(site, away) == 1
    assert site.count("checkpoint_exports") == 0
    assert count(site, place) == 0
    assert len(dict(place.read_all())) == 1
