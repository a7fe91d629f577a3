"""Answers to polls, one a browser, and nothing about whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ballots",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("webinar", sa.String(100), nullable=False),
        sa.Column("poll", sa.String(12), nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("choice >= 0", name=op.f("ck_ballots_choice_is_counted")),
    )
    op.create_index("ix_ballots_of_a_poll", "ballots", ["webinar", "poll", "choice"])


def downgrade() -> None:
    op.drop_table("ballots")
