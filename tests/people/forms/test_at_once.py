"""The same sign-up sent many times at once under one Idempotency-Key: one effect, equal answers."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from portal.people.forms.api import answers
from portal.shared import clock
from tests.people.forms.test_api import Client
from tests.people.site import Site


def test_it_counts_once_and_everybody_gets_the_same_answer(site: Site) -> None:
    client = Client(site)
    body = client.body()

    def send(_: int) -> tuple[int, bytes]:
        answer = Client.post(client, body, key="one")
        return answer.status_code, answer.data

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(send, range(40)))
    assert len(set(found)) == 1
    assert found[0][0] == 202
    assert (site.count("people"), site.count("messages"), site.count("api_answers")) == (1, 1, 1)
    assert site.verify().is_sound


@pytest.mark.postgres
def test_whoever_meets_one_that_takes_too_long_is_told_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "WAITS_SECONDS", 0.1)
    client = Client(site)
    body = client.body()
    sent = json.dumps(body).encode()
    key = answers.key_of(sender=f"{client.form}\x00the holder of the key shop", key="one", body=sent)
    with site.raw() as slow:
        slow.execute(
            text("insert into api_answers values (:key, :body, 202, '{}', :at)"),
            {"key": key.key_digest, "body": key.body_digest, "at": clock.now()},
        )
        answer = client.post(body, key="one")
        assert (answer.status_code, "Send it again in a few seconds" in answer.text) == (409, True)
        slow.rollback()
    assert client.post(body, key="one").status_code == 202
