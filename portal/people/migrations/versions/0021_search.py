"""What can be found: every title, chapter and sentence of what is public, and the words that they are made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from portal.shared.columns import Moment, by_code_point

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "search_documents",
        sa.Column(
            "publication_id",
            sa.Integer(),
            sa.ForeignKey("publications.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("found_from", Moment(), nullable=False),
        sa.Column("indexed_at", Moment(), nullable=False, index=True),
        sa.Column("counted_at", Moment()),
    )
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer() if is_sqlite else sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("second", sa.Integer()),
        sa.Column("said_by", sa.String(100)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text() if is_sqlite else TSVECTOR(), nullable=False),
    )
    op.create_table(
        "search_words",
        sa.Column("word", by_code_point(40), primary_key=True),
        sa.Column("stem", sa.String(40), nullable=False, index=True),
        sa.Column("entries", sa.Integer(), nullable=False),
    )
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(stems, content='search_entries', content_rowid='id', "
        "tokenize='ascii', detail='none', columnsize=0)"
        if is_sqlite
        else "CREATE INDEX search_index ON search_entries USING gin (stems) WITH (fastupdate = off)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_words")
    op.drop_table("search_entries")
    op.drop_table("search_documents")
