"""On which days a form's key was used, so that one that nobody uses any more can be found and ended."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_key_uses",
        sa.Column("key_id", sa.String(16), sa.ForeignKey("form_keys.id"), primary_key=True),
        sa.Column("used_on", sa.Date(), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("form_key_uses")
