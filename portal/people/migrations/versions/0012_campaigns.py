"""Runs of campaigns, what was done to them, who got what, and how many were passed over by which rule."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Who got a campaign stays written down, or they could get it again; only how their message ended is added, once.
SAME = ("campaign", "person_id", "run_id", "message_id", "address_hash", "put_at")


def upgrade() -> None:
    op.create_table(
        "campaign_runs",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("campaign", sa.String(64), nullable=False, index=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("reached", sa.String(16), nullable=False),
    )
    op.create_table(
        "campaign_run_acts",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("campaign_runs.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("act", sa.String(9), nullable=False),
        sa.Column("by_account", sa.String(24), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_recipients",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(16), primary_key=True),
        sa.Column("run_id", sa.String(16), sa.ForeignKey("campaign_runs.id"), nullable=False),
        sa.Column("message_id", sa.String(16), nullable=False, unique=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("put_at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(8)),
        sa.Column("dropped_by", sa.String(20)),
        sa.Index("ix_campaign_recipients_run", "run_id", "outcome"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_refusals",
        sa.Column("run_id", sa.String(16), sa.ForeignKey("campaign_runs.id"), primary_key=True),
        sa.Column("rule", sa.String(20), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    guard(
        op,
        "campaign_run_acts",
        insert=("NOT EXISTS (SELECT 1 FROM campaign_run_acts WHERE run_id = new.run_id AND number = new.number)",),
    )
    guard(
        op,
        "campaign_recipients",
        insert=(
            "NOT EXISTS (SELECT 1 FROM campaign_recipients WHERE (campaign = new.campaign "
            "AND person_id = new.person_id) OR message_id = new.message_id)",
        ),
        update=("old.outcome IS NULL", *(f"new.{name} = old.{name}" for name in SAME)),
    )


def downgrade() -> None:
    for table in ("campaign_refusals", "campaign_recipients", "campaign_run_acts", "campaign_runs"):
        op.drop_table(table)
    for table in ("campaign_recipients", "campaign_run_acts"):
        unguard(op, table)
