"""The pictures that stand beside a link to a page elsewhere, by what each was drawn from."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drawn_pictures",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("media_files.sha256"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("drawn_at", Moment(), nullable=False),
        sa.Index("ix_drawn_pictures_sha256", "sha256"),
    )


def downgrade() -> None:
    op.drop_table("drawn_pictures")
