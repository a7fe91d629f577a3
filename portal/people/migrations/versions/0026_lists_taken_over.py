"""What became of each list of people or of noes that was taken over, and which addresses one made us ask."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lists_taken_over",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("by_account", sa.String(24), nullable=False),
        sa.Column("at", Moment(), nullable=False, index=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("aside", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('people', 'noes')", name=op.f("ck_lists_taken_over_kind_is_known")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asked_once",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(32), primary_key=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )
    guard(op, "lists_taken_over", insert=("NOT EXISTS (SELECT 1 FROM lists_taken_over WHERE id = new.id)",))
    guard(op, "asked_once", insert=(NOT_ASKED,))


def downgrade() -> None:
    for table in ("asked_once", "lists_taken_over"):
        op.drop_table(table)
        unguard(op, table)


NOT_ASKED = "NOT EXISTS (SELECT 1 FROM asked_once WHERE address_hash = new.address_hash AND purpose = new.purpose)"
