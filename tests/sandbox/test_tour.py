"""The tour: five steps for whoever opens their first drive, left at any of them."""

from collections.abc import Callable

from portal.sandbox.tour.steps import STEPS
from tests.sandbox.visitor import Visitor


def test_a_first_drive_begins_with_its_first_step(arrive: Callable[[], Visitor]) -> None:
    visitor = arrive().start()
    assert "Tour, 1 of 5" in visitor.get("/leads?started=1").text
    assert "Tour," not in visitor.get("/leads").text


def test_each_step_leads_to_the_next_and_the_last_one_ends_it(ada: Visitor) -> None:
    for number, step in enumerate(STEPS, 1):
        answer = ada.send("/tour", step=str(number))
        assert answer.headers["Location"] == step.page
        page = ada.get(step.page)
        assert page.status_code == 200
        assert f"Tour, {number} of 5" in page.text
        assert f'data-shows="{step.part}"' in page.text
    assert ada.send("/tour", step="0", back="/today").headers["Location"] == "/today"
    assert "Tour," not in ada.get("/leads").text


def test_once_left_it_does_not_come_back_with_another_drive(ada: Visitor) -> None:
    ada.send("/tour", step="0")
    assert "Tour," not in ada.start().get("/leads?started=1").text


def test_there_is_no_sixth_step_and_no_way_out_of_the_site(ada: Visitor) -> None:
    for step in ("6", "-1", "", "one", "१"):
        assert ada.send("/tour", step=step).status_code == 400
    for elsewhere in ("//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example"):
        assert ada.send("/tour", step="0", back=elsewhere).headers["Location"] == "/leads"
