"""Own rows stand in layers, of which a reset begins another; and what every drive is made of takes little room."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OWN = tuple(f"drive_{name}" for name in ("leads", "companies", "deals", "tasks", "views", "segments", "activities"))
PARENTS_FIRST = ("drives", "drive_acts", "drive_befores", *OWN)
MOMENTS = {
    "drives": ("epoch", "started_at", "seen_at", "frozen_at", "shared_at", "kept_until", "ended_at"),
    "drive_acts": ("done_at", "undone_at"),
}
UNIQUE = ("public_id", "token_digest")

# A revision before makes frozen copies drives whose digest is none.
IS_DIGEST = re.compile("[0-9a-f]{64}")
TO_BYTES = (
    f"CASE WHEN token_digest ~ '^{IS_DIGEST.pattern}$' THEN decode(token_digest, 'hex')"
    " ELSE sha256(convert_to(token_digest, 'UTF8')) END"
)
# How SQLite kept a moment, and as a number of microseconds.
AS_NUMBER = "CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({0}, 21) AS INTEGER)"
AS_TEXT = "strftime('%Y-%m-%d %H:%M:%S', {0} / 1000000, 'unixepoch') || printf('.%06d', {0} % 1000000)"

CLOCK = "clock BIGINT NOT NULL", "clock BIGINT"
KEY, LAYERED_KEY = "PRIMARY KEY (drive_id, id)", "PRIMARY KEY (drive_id, layer, id)"
LAYER = "layer INTEGER DEFAULT '0' NOT NULL"
CONSTRAINTS = ", \n\tCONSTRAINT pk_"  # the first of what a table is held to
ADDED = {"drives": "layer BIGINT", "drive_acts": "layer_before INTEGER", **dict.fromkeys(OWN, LAYER)}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        with _for_all_drives():
            _upgrade_postgresql()
    else:
        op.get_bind().connection.driver_connection.create_function("as_digest", 1, _as_digest)  # type: ignore[union-attr]
        _rebuild(_as_from_now_on, clock="nullif({0}, 0)", digest="as_digest({0})", moment=AS_NUMBER)
    op.create_index(
        "ix_drives_token_digest",
        "drives",
        ["token_digest"],
        postgresql_using="hash",
        postgresql_with={"fillfactor": 85},
    )
    is_copy = sa.text("came_from IS NOT NULL")
    op.create_index("ix_drives_came_from", "drives", ["came_from"], sqlite_where=is_copy, postgresql_where=is_copy)


def downgrade() -> None:
    """The revision before knows one layer: the one that a drive stands in. What was done before a reset stays done."""
    with _for_all_drives():
        _keep_one_layer()
    for name in ("token_digest", "came_from"):
        op.drop_index(f"ix_drives_{name}", "drives")
    if op.get_bind().dialect.name == "postgresql":
        with _for_all_drives():
            _downgrade_postgresql()
    else:
        _rebuild(_as_before, clock="coalesce({0}, 0)", digest="lower(hex({0}))", moment=AS_TEXT)
    op.create_index("ix_drives_seen_at", "drives", ["seen_at"])
    op.create_index("ix_drives_came_from", "drives", ["came_from"])


def _upgrade_postgresql() -> None:
    for name in UNIQUE:
        op.drop_constraint(f"uq_drives_{name}", "drives")
    for name in ("seen_at", "came_from"):
        op.drop_index(f"ix_drives_{name}", "drives")
    op.alter_column("drives", "token_digest", type_=sa.LargeBinary(), postgresql_using=TO_BYTES)
    op.add_column("drives", sa.Column("layer", sa.BigInteger()))
    op.alter_column("drives", "clock", nullable=True)
    op.execute("UPDATE drives SET clock = NULL WHERE clock = 0")
    op.add_column("drive_acts", sa.Column("layer_before", sa.Integer()))
    for table in OWN:
        op.add_column(table, sa.Column("layer", sa.Integer(), nullable=False, server_default="0"))
        op.drop_constraint(f"pk_{table}", table)
        op.create_primary_key(f"pk_{table}", table, ["drive_id", "layer", "id"])


def _downgrade_postgresql() -> None:
    for table in OWN:
        op.drop_constraint(f"pk_{table}", table)
        op.create_primary_key(f"pk_{table}", table, ["drive_id", "id"])
        op.drop_column(table, "layer")
    op.drop_column("drive_acts", "layer_before")
    op.drop_column("drives", "layer")
    op.execute("UPDATE drives SET clock = 0 WHERE clock IS NULL")
    op.alter_column("drives", "clock", nullable=False)
    op.alter_column("drives", "token_digest", type_=sa.String(64), postgresql_using="encode(token_digest, 'hex')")
    for name in UNIQUE:
        op.create_unique_constraint(f"uq_drives_{name}", "drives", [name])


def _keep_one_layer() -> None:
    """Acts up to the last that began a layer refer to rows of others, so they go, as do all undone since such a one."""
    refers = (
        "EXISTS (SELECT 1 FROM drive_acts began WHERE began.drive_id = drive_acts.drive_id"
        " AND began.layer_before IS NOT NULL AND (began.undone_at IS NULL AND began.number >= drive_acts.number"
        " OR began.undone_at IS NOT NULL AND began.number <= drive_acts.number))"
    )
    of_act = "drive_acts.drive_id = drive_befores.drive_id AND drive_acts.number = drive_befores.act"
    op.execute(f"DELETE FROM drive_befores WHERE EXISTS (SELECT 1 FROM drive_acts WHERE {of_act} AND {refers})")  # noqa: S608
    op.execute(f"DELETE FROM drive_acts WHERE {refers}")  # noqa: S608
    for table in OWN:
        layer = f"(SELECT coalesce(drives.layer, 0) FROM drives WHERE drives.id = {table}.drive_id)"  # noqa: S608
        op.execute(f"DELETE FROM {table} WHERE layer <> {layer}")  # noqa: S608


@contextmanager
def _for_all_drives() -> Iterator[None]:
    """On PostgreSQL the owner, too, is kept to one drive, but for this."""
    tables = PARENTS_FIRST if op.get_bind().dialect.name == "postgresql" else ()
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _rebuild(change: Callable[[str, str], str], *, clock: str, digest: str, moment: str) -> None:
    """Make the tables of drives anew, with their rows: SQLite changes neither the key nor the types of one.

    Nothing may refer to a table that is dropped, so all rows are set aside first.
    """
    connection = op.get_bind()
    made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
    for table in PARENTS_FIRST:
        op.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
    for table in PARENTS_FIRST[::-1]:
        op.execute(f"DROP TABLE {table}")
    for table in PARENTS_FIRST:
        connection.exec_driver_sql(change(table, made[table]))
        ways = dict.fromkeys(MOMENTS.get(table, ()), moment) | {"token_digest": digest, "clock": clock}
        names = [name for name in _columns(f"kept_{table}") if name in _columns(table)]
        values = ", ".join(ways.get(name, "{0}").format(name) for name in names)
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM kept_{table}"  # noqa: S608
        )
        op.execute(f"DROP TABLE kept_{table}")


def _columns(table: str) -> list[str]:
    return [row.name for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})")]


def _as_from_now_on(table: str, made: str) -> str:
    for name in UNIQUE:
        made = made.replace(_unique(name), "")
    made = made.replace("token_digest VARCHAR(64)", "token_digest BLOB").replace(*CLOCK)
    made = made.replace(KEY, LAYERED_KEY)
    for name in MOMENTS.get(table, ()):
        made = made.replace(f"{name} DATETIME", f"{name} INTEGER")
    if table in ADDED:
        made = made.replace(CONSTRAINTS, f", {ADDED[table]}{CONSTRAINTS}", 1)
    return made if table == "drives" else f"{made} WITHOUT ROWID"


def _as_before(table: str, made: str) -> str:
    made = made.removesuffix(" WITHOUT ROWID").replace(LAYERED_KEY, KEY)
    made = made.replace("token_digest BLOB", "token_digest VARCHAR(64)").replace(*CLOCK[::-1])
    for name in MOMENTS.get(table, ()):
        made = made.replace(f"{name} INTEGER", f"{name} DATETIME")
    if table == "drives":
        made = made.replace("PRIMARY KEY (id)", "PRIMARY KEY (id)" + "".join(map(_unique, UNIQUE)))
    return made.replace(f", {ADDED[table]}", "") if table in ADDED else made


def _unique(column: str) -> str:
    return f", \n\tCONSTRAINT uq_drives_{column} UNIQUE ({column})"


def _as_digest(stored: str) -> bytes:
    return bytes.fromhex(stored) if IS_DIGEST.fullmatch(stored) else hashlib.sha256(stored.encode()).digest()
