"""The only place that knows the Merkle tree over records (after RFC 6962): its root, and the way from a leaf up to it.

A record's leaf is itself a SHA-256 under a label of its own, and serves as the hash of the tree's leaf. An inner node
is SHA-256(1 ‖ left ‖ right), where 1 is one byte; what is left over at the end of a row goes up unchanged.
"""

from hashlib import sha256

HASH = 32  # bytes


def root_of(row: bytes) -> bytes:
    """The root over the leaves in `row`, one after the other, 32 bytes each and at least one."""
    while len(row) > HASH:
        row = _above(row)
    return row


def path_to(row: bytes, index: int) -> list[tuple[str, bytes]]:
    """What is hashed with a leaf on the way up to the root: the side it stands on (`left`, `right`), and the hash."""
    path = []
    while len(row) > HASH:
        beside = index ^ 1
        if HASH * beside < len(row):
            path.append(("left" if beside < index else "right", row[HASH * beside :][:HASH]))
        row, index = _above(row), index // 2
    return path


def node_over(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


def _above(row: bytes) -> bytes:
    """The row of hashes over this one; cut from one piece, since a large ledger has a million."""
    pairs = range(0, len(row) - HASH, 2 * HASH)
    above = [sha256(b"\x01" + row[place : place + 2 * HASH]).digest() for place in pairs]
    return b"".join(above) + (row[-HASH:] if len(row) // HASH % 2 else b"")
