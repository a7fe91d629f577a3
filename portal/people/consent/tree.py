"""The only place that knows the Merkle tree over records (after RFC 6962): its root, and the way from a leaf up to it.

A record's leaf is itself a SHA-256 under a label of its own, and serves as the hash of the tree's leaf. An inner node
is SHA-256(1 ‖ left ‖ right), where 1 is one byte; what is left over at the end of a row goes up unchanged.
"""

from collections.abc import Sequence
from hashlib import sha256


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf, 32 bytes."""
    row = list(leaves)
    while len(row) > 1:
        row = _above(row)
    return row[0]


def path_to(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """What is hashed with a leaf on the way up to the root: the side it stands on (`left`, `right`), and the hash."""
    row, path = list(leaves), []
    while len(row) > 1:
        beside = index ^ 1
        if beside < len(row):
            path.append(("left" if beside < index else "right", row[beside]))
        row, index = _above(row), index // 2
    return path


def node_over(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


def _above(row: list[bytes]) -> list[bytes]:
    above = [node_over(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
    return above + row[-1:] if len(row) % 2 else above
