"""The only place that makes and reads a receipt's id: a record's own id and a code that only the root key can write.

Whoever holds the id may read the receipt. Nothing of it is stored, so nothing that is stored opens a receipt; it goes
on working when PEOPLE_SECRET_KEYS changes, and has nothing to show once the person was erased.
"""

import hmac

from portal.people.keyring import Seal

_RECORD = 16  # characters of a record's id, as `ids.new_id` makes it
_CODE = 32  # hexadecimal characters, 128 bits


def receipt_id(record_id: str, *, keyring: Seal) -> str:
    """The id of the receipt of this record: 48 characters."""
    return record_id + keyring.mac(f"receipt\x00{record_id}".encode()).hex()[:_CODE]


def find_record_id(receipt: str, *, keyring: Seal) -> str | None:
    """The record that a receipt's id names, or None where nobody with the root key wrote it."""
    record_id = receipt[:_RECORD]
    expected = receipt_id(record_id, keyring=keyring)
    return record_id if hmac.compare_digest(expected.encode(), receipt.encode("utf-8", "surrogatepass")) else None
