"""What is public is one table for webinars, tips and paths: from a moment on, taken off with a way on, and kept."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KNOWN = "kind IN ('webinar', 'tip', 'path')"
_NEW = "NOT EXISTS (SELECT 1 FROM publications WHERE id = new.id)"


def upgrade() -> None:
    op.drop_index("ix_publications_slug", "publications")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        _alter()
    op.create_index("ix_publications_in_force", "publications", ["kind", "slug", "public_from", "id"])
    guard(op, "publications", insert=(_NEW,))


def downgrade() -> None:
    op.execute(
        "CREATE TABLE publications_kept AS SELECT id, slug, version, content, public_from, published_by "
        "FROM publications WHERE kind = 'webinar' AND content <> ''"
    )
    op.drop_table("publications")
    unguard(op, "publications")
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("slug", "published_at"),
    )
    op.execute(
        "INSERT INTO publications (slug, version, content, published_at, published_by) "
        "SELECT slug, version, content, public_from, published_by FROM publications_kept ORDER BY id"
    )
    op.drop_table("publications_kept")
    op.create_index("ix_publications_slug", "publications", ["slug"])


def _make_anew() -> None:
    op.create_table(
        "publications_anew",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("public_from", Moment(), nullable=False),
        sa.Column("redirect_to", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.CheckConstraint(_KNOWN, name=op.f("ck_publications_kind_is_known")),
    )
    op.execute(
        "INSERT INTO publications_anew SELECT id, 'webinar', slug, version, content, published_at, '', '', "
        "published_at, published_by FROM publications"
    )
    op.drop_table("publications")
    op.rename_table("publications_anew", "publications")


def _alter() -> None:
    op.drop_constraint(op.f("uq_publications_slug_published_at"), "publications")
    for name, column, before in (
        ("kind", sa.String(8), "'webinar'"),
        ("public_from", Moment(), "published_at"),
        ("redirect_to", sa.String(200), "''"),
        ("reason", sa.String(500), "''"),
    ):
        op.add_column("publications", sa.Column(name, column, nullable=True))
        op.execute(f"UPDATE publications SET {name} = {before}")  # noqa: S608  names and values of ours
        op.alter_column("publications", name, nullable=False)
    op.create_check_constraint("kind_is_known", "publications", _KNOWN)
