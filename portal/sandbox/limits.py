"""The only place that says how often something may be asked of the sandbox, by whom: docs/limits.md explains it.

A route is found by its endpoint; every unsafe one that is not named is a change to a drive.
"""

from flask import session

from portal.shared.limits import Rule, Rules, everyone, network, site


def drive() -> str:
    """The drive that this browser has open; without one, the visitor's network."""
    return session.get("drive") or network()


_STARTS = "Too many test drives started from your network"

STARTS: Rules = (
    Rule(what="starts", most=200, per=network, title=_STARTS, keeps_form=True),
    Rule(what="starts", most=800, per=site, title=_STARTS, keeps_form=True),
    Rule(what="starts", most=3000, per=everyone, title="Very many test drives are starting just now", keeps_form=True),
)
_SHAPES = "Too many shapes sent from your network"

# Fewer than of other starts, since each writes up to ten thousand leads.
SHAPES: Rules = (
    Rule(what="shapes", most=20, per=network, title=_SHAPES, keeps_form=True),
    Rule(what="shapes", most=40, per=site, title=_SHAPES, keeps_form=True),
    Rule(what="shapes", most=60, per=everyone, title="Very many shapes are arriving just now", keeps_form=True),
)
CODES: Rules = (Rule(what="codes", most=40, per=network, title="Too many private links tried from your network"),)
CHANGES: Rules = (
    Rule(what="changes", most=3000, per=drive, title="Too many changes to this test drive at once", keeps_form=True),
)
_COPIES = "Very many copies of test drives made from your network"
COPIES: Rules = (
    Rule(what="copies", most=60, per=network, title=_COPIES, keeps_form=True),
    Rule(what="copies", most=240, per=site, title=_COPIES, keeps_form=True),
    Rule(what="copies", most=1500, per=everyone, title="Very many copies are being made just now", keeps_form=True),
)
EXPORTS: Rules = (Rule(what="exports", most=300, per=drive, title="Too many files taken out of this test drive"),)

TABLE: dict[str, Rules] = {
    "drives.create": STARTS,
    "shapes.create": SHAPES,
    "drives.resume": CODES,
    "drives.reopen": CODES,
    "copies.show": CODES,
    "copies.take": COPIES,
    "copies.fork": COPIES,
    "copies.create": COPIES,
    "copies.go_back": COPIES,
    "copies.share_now": COPIES,
    "export.index": EXPORTS,
    "companies.export": EXPORTS,
    "deals_export.index": EXPORTS,
    "tasks_export.index": EXPORTS,
    "metrics.index": CODES,
}
