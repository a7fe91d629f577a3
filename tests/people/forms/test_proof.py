"""A browser's little work: it lets a network sign up more often, counts once, and nobody is turned away without it."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from altcha import Challenge, solve_challenge
from werkzeug.test import TestResponse

from portal.people.limits import SIGN_UPS, WITHOUT_PROOF
from tests.limits.filling import use_up
from tests.people.forms.conftest import HEAR
from tests.people.site import ADA, OFFER, Site, at

NOON = at("2026-03-12T12:00:00+00:00")


def solved(site: Site) -> str:
    """What a browser sends along when it has done the work."""
    challenge = site.get("/api/v1/challenge").get_json()
    solution = solve_challenge(Challenge.from_dict(challenge))
    assert solution
    return packed({"challenge": challenge, "solution": solution.to_dict()})


def packed(proof: Any) -> str:
    return base64.b64encode(json.dumps(proof).encode()).decode()


def without_more(site: Site) -> None:
    """As if this network had signed up as often as it may without a proof."""
    use_up(site.app, WITHOUT_PROOF, "127.0.0.1", but=0)


@pytest.mark.parametrize("path", [HEAR, f"{HEAR}/embed", "/sign-up", OFFER])
def test_with_a_proof_a_network_may_sign_up_more_often(site: Site, path: str) -> None:
    without_more(site)
    assert site.sign_up(ADA, path=path).status_code == 429
    assert site.sign_up(ADA, path=path, altcha=solved(site)).status_code == 303
    assert site.count("people") == 1


def test_a_proof_counts_once(site: Site) -> None:
    proof = solved(site)
    assert site.sign_up(ADA, path=HEAR, altcha=proof).status_code == 303
    without_more(site)
    assert site.sign_up("b@people.customerhub.net", path=HEAR, altcha=proof).status_code == 429
    assert site.count("people") == 1


def flipped(proof: str) -> str:
    found = json.loads(base64.b64decode(proof))
    found["solution"]["derivedKey"] = "00" * 32
    return packed(found)


def easier(proof: str) -> str:
    found = json.loads(base64.b64decode(proof))
    found["challenge"]["parameters"]["cost"] = 1
    return packed(found)


@pytest.mark.parametrize(
    "change",
    [
        flipped,
        easier,
        lambda proof: proof[:-9],
        lambda _: "x",
        lambda _: packed([]),
        lambda _: packed({"challenge": {"parameters": {}}, "solution": 7}),
        lambda proof: proof + "A" * 200_000,
        lambda _: "\u00e4" * 50,
    ],
)
def test_what_is_no_proof_is_as_good_as_none(site: Site, change: Callable[[str], str]) -> None:
    proof = change(solved(site))
    assert site.sign_up(ADA, path=HEAR, altcha=proof).status_code == 303  # it works all the same, only less often
    without_more(site)
    assert site.sign_up("b@people.customerhub.net", path=HEAR, altcha=proof).status_code == 429


def test_a_proof_is_good_for_two_hours(site: Site) -> None:
    with time_machine.travel(NOON, tick=False):
        early, late = solved(site), solved(site)
    for hours, proof, status in ((1.9, early, 303), (2.1, late, 429)):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            without_more(site)
            answer = site.sign_up(f"h{status}@people.customerhub.net", path=HEAR, altcha=proof)
            assert answer.status_code == status


def test_a_proof_does_not_open_more_than_any_network_may_have(site: Site) -> None:
    use_up(site.app, SIGN_UPS[0], "127.0.0.1", but=0)
    assert site.sign_up(ADA, path=HEAR, altcha=solved(site)).status_code == 429


def test_the_form_comes_back_with_what_was_typed_and_a_frame_stays_a_frame(site: Site) -> None:
    without_more(site)
    answer: TestResponse = site.sign_up(ADA, "offers_email", path=f"{HEAR}/embed")
    assert (answer.status_code, f'value="{ADA}"' in answer.text) == (429, True)
    assert "https://www.customerhub.net" in answer.headers["Content-Security-Policy"]
    assert int(answer.headers["Retry-After"]) > 0


def test_no_flood_of_sign_ups_stands_before_a_no(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email", path=HEAR)
    without_more(site)
    for rule, whom in zip(SIGN_UPS, ("127.0.0.1", "127.0.0.1", "everyone"), strict=True):
        use_up(site.app, rule, whom, but=0)
    assert site.post(mail.opt_out, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not site.may_write_to(ADA, "offers")
