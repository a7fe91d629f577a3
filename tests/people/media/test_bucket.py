"""A bucket: links that are signed, end, and let a page read by range; playlists that we serve ourselves."""

from datetime import timedelta

import pytest
import time_machine
import urllib3

from portal.people.media.bucket import LINK_IS_REUSED, LINK_LASTS
from portal.people.media.faults import StoreAway
from portal.people.media.health import look_at_media
from portal.people.media.rules import set_up
from portal.people.settings import load_settings
from portal.shared import clock
from portal.shared.environment import SettingsError
from tests.people.media.conftest import Shelf, settings_of
from tests.support.s3_server import S3Server

CONTENT = b"0123456789" * 1000


def fetch(url: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
    """What a browser would ask for at the other origin."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(method, url, headers=named, retries=False)


def link_to(shelf: Shelf, address: str) -> str:
    answer = shelf.site.get(address)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_film_is_fetched_from_the_bucket_by_range_as_what_it_is(in_bucket: Shelf, s3: S3Server) -> None:
    link = link_to(in_bucket, in_bucket.keep("film.mp4", CONTENT))
    assert link.startswith(f"{s3.url}/")
    part = fetch(link, Range="bytes=10-19")
    assert (part.status, part.data) == (206, CONTENT[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(CONTENT)}"
    whole = fetch(link)
    assert (whole.data, whole.headers["Content-Type"]) == (CONTENT, "video/mp4")


def test_a_download_says_its_name_there_too(in_bucket: Shelf) -> None:
    link = link_to(in_bucket, in_bucket.keep("list.pdf", b"%PDF-1.7"))
    assert fetch(link).headers["Content-Disposition"] == 'attachment; filename="list.pdf"'


def test_a_changed_signature_another_key_or_none_opens_nothing(in_bucket: Shelf) -> None:
    link = link_to(in_bucket, in_bucket.keep("film.mp4", CONTENT))
    other = link_to(in_bucket, in_bucket.keep("other.mp4", CONTENT + b"x"))
    signature = link.rpartition("X-Amz-Signature=")[2]
    forged = (
        link.replace(signature, "0" * len(signature)),
        link.replace("video%2Fmp4", "text%2Fhtml"),
        f"{other.partition('?')[0]}?{link.partition('?')[2]}",
        link.partition("?")[0],
    )
    assert [fetch(url).status for url in forged] == [403] * 4


def test_a_link_ends_but_not_before_what_remembers_it(in_bucket: Shelf) -> None:
    address = in_bucket.keep("film.mp4", CONTENT)
    with time_machine.travel(clock.now() - LINK_LASTS - timedelta(minutes=1), tick=True):
        link = link_to(in_bucket, address)
    assert fetch(link).status == 403
    answer = in_bucket.site.get(address)
    remembered = timedelta(seconds=answer.cache_control.max_age or 0)
    assert remembered + LINK_IS_REUSED < LINK_LASTS
    assert in_bucket.site.get(address).headers["Location"] == answer.headers["Location"]


def test_playlists_and_captions_come_from_the_page_s_own_origin(in_bucket: Shelf) -> None:
    for name, text in (("master.m3u8", b"#EXTM3U\n"), ("captions.en.vtt", b"WEBVTT\n")):
        answer = in_bucket.site.get(in_bucket.keep(name, text))
        assert (answer.status_code, answer.data) == (200, text)
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_text_that_was_changed_in_the_bucket_is_not_served(in_bucket: Shelf) -> None:
    address = in_bucket.keep("captions.en.vtt", b"WEBVTT\n")
    bucket = in_bucket.bucket
    bucket.client.put_object(Bucket=bucket.bucket, Key=bucket.key(address.split("/")[2]), Body=b"WEBVTT\nforged")
    with pytest.raises(StoreAway, match="was changed"):
        bucket.read(address.split("/")[2])
    assert in_bucket.site.get(address).status_code == 503


def test_the_policy_of_pages_names_the_bucket_s_origin_and_no_other(in_bucket: Shelf, s3: S3Server) -> None:
    policy = in_bucket.site.get("/").headers["Content-Security-Policy"]
    for name in ("media-src", "connect-src", "img-src"):
        assert f"{name} 'self' {s3.url};" in policy
    assert policy.count(s3.url) == 3


def test_the_doctor_asks_for_the_rule_by_which_pages_may_read(in_bucket: Shelf) -> None:
    bucket, settings = in_bucket.bucket, in_bucket.site.settings
    bucket.client.delete_bucket_cors(Bucket=bucket.bucket)
    found = look_at_media(settings)
    assert (found.state, found.advice) == ("broken", "Run: bin/portal media set-up")
    assert set_up(bucket, origin="https://other.example")
    assert set_up(bucket, origin=settings.url)
    assert look_at_media(settings).state == "ok"
    rules = bucket.client.get_bucket_cors(Bucket=bucket.bucket)["CORSRules"]
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://other.example"], [settings.url]]
    link = link_to(in_bucket, in_bucket.keep("film.m4s", CONTENT))
    asking = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "range"}
    preflight = fetch(link, "OPTIONS", Origin=settings.url, **asking)
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (200, settings.url)
    assert fetch(link, Origin=settings.url).headers["Access-Control-Allow-Origin"] == settings.url
    assert fetch(link, "OPTIONS", Origin="https://attacker.example", **asking).status == 403
    assert "Access-Control-Allow-Origin" not in fetch(link, Origin="https://attacker.example").headers


def test_a_bucket_with_keys_that_it_does_not_know_is_named_without_them(
    in_bucket: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-and-secret")
    found = look_at_media(in_bucket.site.settings)
    assert found.state == "broken"
    assert "wrong-and-secret" not in found.words
    assert "SignatureDoesNotMatch" in found.words


def test_an_upload_that_breaks_off_leaves_no_parts(in_bucket: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = in_bucket.bucket
    send = bucket._writer.upload_part

    def break_off(**part: object) -> object:
        if part["PartNumber"] == 2:
            raise KeyboardInterrupt
        return send(**part)  # type: ignore[arg-type]

    monkeypatch.setattr(bucket._writer, "upload_part", break_off)
    with pytest.raises(KeyboardInterrupt):
        bucket.put(in_bucket.write("film.mp4", b"1" * 9_000_000), sha256="1" * 64, size=9_000_000, content_type="x/y")
    assert bucket.unfinished(before=clock.now()) == []
    assert in_bucket.hashes() == set()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"S3_PUBLIC_URL": ""}, "S3_PUBLIC_URL must be"),
        ({"S3_PUBLIC_URL": "https://media.example/path"}, "without a path"),
        ({"S3_PUBLIC_URL": "https://a.example; script-src *"}, "S3_PUBLIC_URL must be"),
        ({"S3_PUBLIC_URL": "http://media.example"}, "S3_PUBLIC_URL must be"),
        ({"MEDIA_URL": "s3://"}, "MEDIA_URL is no bucket"),
        ({"MEDIA_URL": "ftp://x"}, "MEDIA_URL is ftp://x"),
        ({"MEDIA_ACCEL": "/_media/"}, "Leave one of the two out"),
        ({"MEDIA_ACCEL": "https://x/"}, "MEDIA_ACCEL is no place"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(
    in_bucket: Shelf, s3: S3Server, changed: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(in_bucket.site.environ | settings_of(s3, "x") | changed)
