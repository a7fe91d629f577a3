"""Checkpoints over the ledger, the queue of records that none counts yet, and the second format of a record."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LAST = "(SELECT {} FROM checkpoints WHERE number = new.number - 1)"
MAY_ADD = {
    "counted_records": (
        "new.sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM counted_records)",
        "NOT EXISTS (SELECT 1 FROM counted_records WHERE record_id = new.record_id)",
        "EXISTS (SELECT 1 FROM consent_records WHERE id = new.record_id)",
    ),
    "checkpoints": (
        "new.number = (SELECT coalesce(max(number), 0) + 1 FROM checkpoints)",
        "new.size > coalesce({}, 0)".format(LAST.format("size")),
        "new.size = (SELECT max(sequence) FROM counted_records)",
        "NOT EXISTS (SELECT 1 FROM checkpoints WHERE digest = new.digest)",
    ),
}
OLD, NEW = "version = 1", "version IN (1, 2)"


def upgrade() -> None:
    op.create_table(
        "counted_records",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("record_id", sa.String(16), nullable=False, unique=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint_exports",
        sa.Column("number", sa.Integer(), sa.ForeignKey("checkpoints.number"), primary_key=True),
        sa.Column("place", sa.String(500), primary_key=True),
        sa.Column("exported_at", Moment(), nullable=False),
    )
    op.create_table("uncounted_records", sa.Column("record_id", sa.String(16), primary_key=True))
    for table, conditions in MAY_ADD.items():
        guard(op, table, insert=conditions)
    _queue_what_is_new()
    op.execute("INSERT INTO uncounted_records SELECT id FROM consent_records")
    _let_versions_be(OLD, NEW)


def downgrade() -> None:
    _let_versions_be(NEW, OLD)
    op.execute(
        "DROP TRIGGER consent_records_uncounted"
        if op.get_bind().dialect.name == "sqlite"
        else "DROP FUNCTION consent_records_uncounted() CASCADE"
    )
    for table in ("uncounted_records", "checkpoint_exports", "checkpoints", "counted_records"):
        op.drop_table(table)
    for table in MAY_ADD:
        unguard(op, table)


def _queue_what_is_new() -> None:
    """The database itself queues each record, so that no writer can forget it and no late commit is passed over."""
    act = "INSERT INTO uncounted_records VALUES (new.id);"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER consent_records_uncounted AFTER INSERT ON consent_records BEGIN {act} END")
        return
    op.execute(
        "CREATE FUNCTION consent_records_uncounted() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {act} RETURN new; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_records_uncounted AFTER INSERT ON consent_records "
        "FOR EACH ROW EXECUTE FUNCTION consent_records_uncounted()"
    )


def _let_versions_be(before: str, after: str) -> None:
    """SQLite cannot change a CHECK; its documentation (lang_altertable, 7) edits the schema where no row changes."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_consent_records_version_is_known", "consent_records")
        op.execute(
            f"ALTER TABLE consent_records ADD CONSTRAINT ck_consent_records_version_is_known CHECK ({after}) NOT VALID"
        )
        if after == NEW:
            op.execute("ALTER TABLE consent_records VALIDATE CONSTRAINT ck_consent_records_version_is_known")
        return
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, 'CHECK ({before})', 'CHECK ({after})') "  # noqa: S608
        "WHERE type = 'table' AND name = 'consent_records'"
    )
    op.execute("PRAGMA writable_schema = RESET")
