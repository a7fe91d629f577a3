"""The counters of the limits."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_counters",
        sa.Column("key", sa.String(160), primary_key=True),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("limit_counters")
