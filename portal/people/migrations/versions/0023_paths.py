"""Which steps of learning paths somebody has done."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "path_steps",
        sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("path", sa.String(100), primary_key=True),
        sa.Column("step", sa.String(8), primary_key=True),
        sa.Column("done_at", Moment(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("path_steps")
