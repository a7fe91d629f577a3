"""Companies, deals and tasks beside the leads; saved views and segments; acts that were undone and can be redone."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment, by_code_point

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWN = ("drive_companies", "drive_deals", "drive_tasks", "drive_views", "drive_segments")
BASE = ("scenario_companies", "scenario_deals", "scenario_tasks")
BOUND = "nullif(current_setting('app.drive', true), '')::int"


def upgrade() -> None:
    for table in ("scenario_leads", "drive_leads"):
        op.add_column(table, sa.Column("role", sa.String(100), nullable=False, server_default=""))
        op.add_column(table, sa.Column("company_id", by_code_point(16)))
        op.add_column(table, sa.Column("contact_since", sa.BigInteger()))
    op.add_column("scenarios", sa.Column("facts", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("drives", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("drives", sa.Column("name", sa.String(100), nullable=False, server_default=""))
    op.add_column("drive_acts", sa.Column("undone_at", Moment()))
    for name, columns in (("companies", _company), ("deals", _deal), ("tasks", _task)):
        op.create_table(f"scenario_{name}", *_key("scenario"), *columns())
        op.create_table(f"drive_{name}", *_key("drive"), _is_deleted(), *columns())
        if name != "companies":
            op.create_index(None, f"scenario_{name}", ["scenario_id", "lead_id"])
    op.create_table(
        "drive_views",
        *_key("drive"),
        _is_deleted(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
    )
    op.create_table(
        "drive_segments",
        *_key("drive"),
        _is_deleted(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE drive_activities ALTER COLUMN id TYPE text COLLATE "C"')
        for table in OWN:
            op.execute(f"CREATE POLICY own_drive ON {table} USING (drive_id = {BOUND}) WITH CHECK (drive_id = {BOUND})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE drive_activities ALTER COLUMN id TYPE varchar(16) COLLATE "default"')
    for table in (*OWN, *BASE):
        op.drop_table(table)
    op.drop_column("drive_acts", "undone_at")
    op.drop_column("drives", "name")
    op.drop_column("drives", "revision")
    op.drop_column("scenarios", "facts")
    for table in ("scenario_leads", "drive_leads"):
        for column in ("contact_since", "company_id", "role"):
            op.drop_column(table, column)


def _key(owner: str) -> tuple[sa.Column, ...]:
    """A row's key leads with whose it is."""
    return (
        sa.Column(f"{owner}_id", sa.Integer(), sa.ForeignKey(f"{owner}s.id"), primary_key=True),
        sa.Column("id", by_code_point(16), primary_key=True),
    )


def _is_deleted() -> sa.Column:
    return sa.Column("is_deleted", sa.Boolean(), nullable=False)


def _company() -> tuple[sa.Column, ...]:
    return (
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("trade", sa.String(100), nullable=False),
        sa.Column("town", sa.String(100), nullable=False),
        sa.Column("name_key", by_code_point(220), nullable=False),
    )


def _deal() -> tuple[sa.Column, ...]:
    return (
        sa.Column("lead_id", by_code_point(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("product", by_code_point(100), nullable=False),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("stage_rank", sa.Integer(), nullable=False),
        sa.Column("owner", by_code_point(100), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("close_on", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("reason", sa.String(200), nullable=False),
    )


def _task() -> tuple[sa.Column, ...]:
    return (
        sa.Column("lead_id", by_code_point(16)),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("owner", by_code_point(100), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
    )
