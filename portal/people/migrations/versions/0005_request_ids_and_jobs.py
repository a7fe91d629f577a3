"""Which request put a message into the outbox; when the worker's jobs last ran."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("request_id", sa.String(16)))
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("jobs")
    op.drop_column("messages", "request_id")
