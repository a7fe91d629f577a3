"""That a database came out of a backup, and that it was told who said no since: until then nothing is sent."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("backup_made_at", Moment(), nullable=False),
        sa.Column("restored_at", Moment(), nullable=False),
        sa.Column("journal_id", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replays",
        sa.Column("restore_id", sa.String(16), sa.ForeignKey("restores.id"), primary_key=True),
        sa.Column("replayed_at", Moment(), nullable=False),
        sa.Column("noes", sa.Integer(), nullable=False),
        sa.Column("lost_because", sa.String(300)),
        sqlite_with_rowid=False,
    )
    guard(op, "restores", insert=("NOT EXISTS (SELECT 1 FROM restores WHERE id = new.id)",))
    guard(op, "replays", insert=("NOT EXISTS (SELECT 1 FROM replays WHERE restore_id = new.restore_id)",))


def downgrade() -> None:
    for table in ("replays", "restores"):
        op.drop_table(table)
        unguard(op, table)
