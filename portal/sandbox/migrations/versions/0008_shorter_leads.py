"""A drive's own leads are kept without what is made from their other columns when they are read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("drive_leads", "sought")


def downgrade() -> None:
    op.add_column("drive_leads", sa.Column("sought", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("drive_leads") as table:
        table.alter_column("sought", server_default=None)
