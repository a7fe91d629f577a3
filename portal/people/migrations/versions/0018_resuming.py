"""Codes to go on by, and the places that hang on them."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resume_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("used_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "resume_places",
        sa.Column("digest", sa.String(64), sa.ForeignKey("resume_codes.digest", ondelete="CASCADE"), primary_key=True),
        sa.Column("webinar", sa.String(100), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("resume_places")
    op.drop_table("resume_codes")
