"""Frozen copies of drives, how long one is kept, ending one; acts are numbered by the revisions of their drive."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENTS = ("frozen_at", "shared_at", "kept_until", "ended_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("drives", sa.Column(name, Moment()))
    op.add_column("drives", sa.Column("came_from", sa.Integer()))
    op.create_index(None, "drives", ["came_from"])
    last = "coalesce((SELECT max(number) FROM drive_acts WHERE drive_acts.drive_id = drives.id), 0)"
    with _for_all_drives():
        op.execute(f"UPDATE drives SET revision = {last} WHERE revision < {last}")  # noqa: S608  # words of ours


def downgrade() -> None:
    with _for_all_drives():  # a shared copy is no drive that its link may open
        op.execute("UPDATE drives SET token_digest = 'frozen ' || id WHERE frozen_at IS NOT NULL")
    op.drop_index("ix_drives_came_from", "drives")
    for name in ("came_from", *MOMENTS):
        op.drop_column("drives", name)


@contextmanager
def _for_all_drives() -> Iterator[None]:
    """On PostgreSQL the owner, too, is kept to one drive, but for this."""
    tables = ("drives", "drive_acts") if op.get_bind().dialect.name == "postgresql" else ()
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
