"""The way out of each message with its stop-code and its cause; a no to one purpose alone; what else people choose."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SUPPRESSED_BEFORE = (
    "NOT EXISTS (SELECT 1 FROM suppressions WHERE address_hash = new.address_hash AND since = new.since)",
)
SUPPRESSED_NOW = (
    "NOT EXISTS (SELECT 1 FROM suppressions WHERE address_hash = new.address_hash AND purpose = new.purpose "
    "AND since = new.since)",
)


def upgrade() -> None:
    _create_ways_out()
    _rebuild_suppressions(
        sa.Column("purpose", sa.String(32), primary_key=True),
        copied="address_hash, since, '', channel, cause",
        may_add=SUPPRESSED_NOW,
    )
    op.create_table(
        "choices",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("person_id", sa.String(16), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ends_at", Moment()),
        sa.Column("most", sa.Integer()),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.CheckConstraint("kind IN ('pause', 'frequency', 'objection')", name="kind_is_known"),
        sqlite_with_rowid=False,
    )
    guard(op, "choices", insert=("NOT EXISTS (SELECT 1 FROM choices WHERE id = new.id)",))


def downgrade() -> None:
    op.drop_table("choices")
    unguard(op, "choices")
    # A no to one purpose becomes one to the whole channel: the other way round would write to who said no.
    _rebuild_suppressions(copied="address_hash, since, channel, cause", may_add=SUPPRESSED_BEFORE)
    op.create_table(
        "opt_out_links",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(16), nullable=False, index=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
    )
    _copy("opt_out_links", "token_digest, person_id, channel, address_hash, made_at", "ways_out")
    op.drop_table("ways_out")
    unguard(op, "ways_out")


def _create_ways_out() -> None:
    op.create_table(
        "ways_out",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("stop_code_hash", sa.String(64), index=True),
        sa.Column("message_id", sa.String(16)),
        sa.Column("kind", sa.String(32)),
        sa.Column("cause_id", sa.String(16)),
        sa.Column("person_id", sa.String(16), nullable=False, index=True),
        sa.Column("purpose", sa.String(32)),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )
    _copy("ways_out", "token_digest, person_id, channel, address_hash, made_at", "opt_out_links")
    op.drop_table("opt_out_links")
    guard(op, "ways_out", insert=("NOT EXISTS (SELECT 1 FROM ways_out WHERE token_digest = new.token_digest)",))


def _rebuild_suppressions(*more: sa.Column[str], copied: str, may_add: tuple[str, ...]) -> None:
    """The table anew, since a primary key cannot be changed where it stands."""
    op.rename_table("suppressions", "suppressions_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE suppressions_before RENAME CONSTRAINT pk_suppressions TO pk_suppressions_before")
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("since", Moment(), primary_key=True),
        *more,  # the key comes first: else SQLite 3.40 takes the table for damaged
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO suppressions SELECT DISTINCT {copied} FROM suppressions_before WHERE true "  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )
    op.drop_table("suppressions_before")
    unguard(op, "suppressions")
    guard(op, "suppressions", insert=may_add)


def _copy(table: str, columns: str, source: str) -> None:
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608
