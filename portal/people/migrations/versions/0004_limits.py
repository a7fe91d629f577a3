"""The counters of the limits."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_counters",
        sa.Column("key", sa.String(160), primary_key=True),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False, index=True),
    )
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_ended_at", "deliveries")
    op.drop_table("limit_counters")
