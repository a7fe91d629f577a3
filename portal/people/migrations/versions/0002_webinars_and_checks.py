"""Webinars with their files, the results of the separation check, and the canary it looks for."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media_files",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(100), nullable=False, index=True),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("slug", "published_at"),
    )
    op.create_table(
        "separation_checks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("checked_at", Moment(), nullable=False, index=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
    )
    op.create_table(
        "canaries",
        sa.Column("words", sa.String(40), primary_key=True),
        sa.Column("planted_at", Moment(), nullable=False),
    )


def downgrade() -> None:
    for table in ("canaries", "separation_checks", "publications", "media_files"):
        op.drop_table(table)
