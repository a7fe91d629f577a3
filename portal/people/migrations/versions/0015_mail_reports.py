"""What was reported about our mail, which stays as it is; and the way from a message's id to whom it went."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_reports",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.String(16), nullable=False, index=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind_is_known"),
        sa.Index("ix_mail_reports_lately", "address_hash", "kind", "reported_at"),
        sqlite_with_rowid=False,
    )
    guard(op, "mail_reports", insert=("NOT EXISTS (SELECT 1 FROM mail_reports WHERE id = new.id)",))
    op.create_index("ix_ways_out_message_id", "ways_out", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_ways_out_message_id", "ways_out")
    op.drop_table("mail_reports")
    unguard(op, "mail_reports")
