"""Tasks: added, ticked off, put off, changed and deleted, each as one act with a way back; and Today."""

from tests.sandbox.visitor import Visitor


def test_smoke(ada: Visitor) -> None:
    for a in (
        "/today",
        "/tasks",
        "/tasks?show=done",
        "/tasks?show=late",
        "/tasks/new",
        "/tasks/new?lead=L001",
        "/tasks/T001",
        "/leads/L000",
    ):
        answer = ada.get(a)
        assert answer.status_code == 200, answer.text
