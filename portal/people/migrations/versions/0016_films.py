"""How far the making of each film has come, and the files that were made of it."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "films",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("is_recipe", sa.Boolean, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(7), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("lease", sa.String(22)),
        sa.Column("leased_until", Moment()),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("made_at", Moment()),
        sa.CheckConstraint("state IN ('waiting', 'working', 'failed', 'ready')", name="state_is_known"),
        sa.Index("ix_films_next", "state", "asked_at"),
    )
    op.create_table(
        "film_files",
        sa.Column("source", sa.String(64), sa.ForeignKey("films.source"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("height", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("media_files.sha256"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('stream', 'playlist', 'segment', 'video', 'poster', 'previews', 'sprite')", name="kind_is_known"
        ),
        sa.Index("ix_film_files_sha256", "sha256"),
    )


def downgrade() -> None:
    op.drop_table("film_files")
    op.drop_table("films")
