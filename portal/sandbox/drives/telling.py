"""The only place that knows a drive's twins, and lets the next page say what was done and what they replaced."""

from collections.abc import Sequence

from flask import flash

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.twins import Swap, Twins, key_of
from portal.sandbox.web import settings


def twins_of(drive: Drive) -> Twins:
    """The drive's twins; by the oldest key, which a rotation takes away last."""
    return Twins(key_of(drive.public_id, secret=settings().secret_keys[-1]))


def tell_next(done: str, swaps: Sequence[Swap] = ()) -> None:
    """Let the next page say what was done, and what an invented twin took the place of."""
    if done:
        flash(done, "done")
    for swap in swaps:
        flash("\n".join((swap.kind, swap.masked, swap.twin)), "twin")
