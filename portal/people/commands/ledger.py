"""The commands on the consent ledger and on what is past its time."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from sqlalchemy import func, select

from portal.people.accounts.persons import find_person_id, get_seal
from portal.people.commands.opened import opened_with_keyring
from portal.people.consent.counting import count_now
from portal.people.consent.models import ConsentRecord
from portal.people.consent.places import Place, open_place
from portal.people.consent.proof import make_proof
from portal.people.consent.signing import open_signer, rotate
from portal.people.consent.verify import Report, verify
from portal.people.consent.verify_people import Part, Range, check_people
from portal.people.database import Database
from portal.people.keyring import Seal, find_keyring
from portal.people.messages.addresses import read_address
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.shared import clock

ENOUGH_FOR_A_CORE = 25_000  # records; for fewer, a process takes longer to start than to check them


def verify_ledger(*, is_deep: bool = True, say: Callable[[int], None] | None = None) -> Report:
    """Recompute the consent ledger on transactions that can only read, on all cores where it is large.

    `say` is told now and then how many records were examined.
    """
    settings = load_settings()
    with opened_with_keyring() as (database, keyring, _), database.reading() as db:
        records = db.scalar(select(func.count()).select_from(ConsentRecord)) or 0
        cores = min(os.cpu_count() or 1, records // ENOUGH_FOR_A_CORE)
        if cores < 2:
            return verify(db, keyring=keyring, place=_place(), is_deep=is_deep)
        secret = (settings.database_url, settings.secret_keys)
        with ProcessPoolExecutor(cores, get_context("spawn"), _open_in_process, secret) as processes:

            def check(within: list[Range], texts: frozenset[str]) -> Iterable[Part]:
                asked = [processes.submit(_check_in_process, one, texts, is_deep) for one in within]
                yield from _in_order(asked, say)

            return verify(db, keyring=keyring, place=_place(), is_deep=is_deep, check=check)


class NobodyThere(LookupError):
    """Nobody of that address has a record."""


def prove(email: str) -> bytes:
    """A proof of everything that a person ever agreed to and took back, counted up to this moment.

    Raises NotAnAddress, NobodyThere.
    """
    address, now = read_address(email), clock.now()
    with opened_with_keyring() as (database, keyring, _):
        count_now(database, keyring=keyring, place=_place(), now=now)
        with database.transaction() as db:  # where no key has signed yet, the first is made
            person_id = find_person_id(db, email=address)
            if person_id is None:
                raise NobodyThere(f"Nobody of {address} is in the ledger: never asked, or erased.")
            seal = get_seal(db, person_id=person_id, keyring=keyring)
            signer = open_signer(db, keyring=keyring, now=now)
            return make_proof(db, person_id=person_id, seal=seal, signer=signer, now=now)


def make_signing_key() -> str:
    """Make a new key, which signs from now on; its id."""
    with opened_with_keyring() as (database, keyring, _), database.transaction() as db:
        return rotate(db, keyring=keyring, now=clock.now()).key_id


def keep_retention() -> dict[str, int]:
    """Apply the retention rules now; how much each of them did."""
    with opened_with_keyring() as (database, keyring, _):
        return keep_retention_rules(database, keyring=keyring, now=clock.now())


def _in_order(asked: list[Future[Part]], say: Callable[[int], None] | None) -> Iterator[Part]:
    """The parts as they were asked for; at the first that does not hold, what has not begun is left out."""
    examined = 0
    try:
        for number, one in enumerate(asked):
            part = one.result()
            examined += part.records
            if say and number % 16 == 15:
                say(examined)
            yield part
    finally:
        for one in asked:
            one.cancel()


_in_process: list[tuple[Database, Seal]] = []


def _open_in_process(url: str, secret_keys: tuple[str, ...]) -> None:
    database = Database(url)
    with database.reading() as db:
        _in_process.append((database, find_keyring(db, secret_keys=secret_keys)))


def _check_in_process(within: Range, texts: frozenset[str], is_deep: bool) -> Part:
    ((database, keyring),) = _in_process
    with database.reading() as db:
        return check_people(db, keyring=keyring, within=within, texts=texts, is_deep=is_deep)


def _place() -> Place:
    settings = load_settings()
    return open_place(settings.checkpoints_url, endpoint=settings.s3_endpoint_url)
