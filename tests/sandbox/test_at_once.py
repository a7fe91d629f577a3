"""Fifty visitors at once, each of whom leaves a mark wherever one can write: nobody meets the mark of another."""

import re
from concurrent.futures import ThreadPoolExecutor
from string import ascii_lowercase
from threading import Barrier

from flask import Flask

from tests.sandbox.visitor import Visitor

VISITORS = 50
MARKS = [f"Zzq{one}{other}zzq" for one in ascii_lowercase for other in ascii_lowercase][:VISITORS]
PAGES = (
    *("/leads?q=zzq", "/leads.json?q=zzq", "/leads/L001", "/leads/L001.json", "/palette?q=zzq", "/tasks", "/views"),
    *("/segments", "/history", "/settings", "/leads/export?as=csv&q=zzq"),
)


def test_fifty_visitors_at_once_never_see_each_others_marks(app: Flask) -> None:
    together = Barrier(VISITORS)

    def visit(mark: str) -> set[str]:
        visitor = Visitor(app).start()
        together.wait(60)
        visitor.edit("L001", name=f"Name {mark}", note=f"Note {mark}")
        visitor.create(name=f"New {mark}", company=f"Company {mark}")
        visitor.send("/deals/D001", title=f"Deal {mark}")
        visitor.send("/tasks", words=f"Task {mark}", due="today", kind="call", lead_id="L001")
        visitor.send("/views", list="/leads?stage=Won", name=f"View {mark}")
        rules = "/segments/new?f=stage:is:Won"
        visitor.send(rules, shown=rules, name=f"Segment {mark}")
        visitor.send("/checkpoints", name=f"Checkpoint {mark}")
        visitor.send("/settings", name=f"Drive {mark}")
        together.wait(60)
        read = "\n".join(visitor.get(page).text for page in PAGES)
        assert {kind for kind in KINDS if f"{kind} {mark}" in read} == set(KINDS)
        return set(re.findall(r"zzq(\w\w)zzq", read, re.IGNORECASE))

    with ThreadPoolExecutor(VISITORS) as pool:
        seen = list(pool.map(visit, MARKS))
    assert seen == [{mark[3:5]} for mark in MARKS]


KINDS = ("Name", "Note", "New", "Company", "Deal", "Task", "View", "Segment", "Checkpoint", "Drive")
