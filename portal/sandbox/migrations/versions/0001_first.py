"""The first tables of the sandbox: sessions, a canary, scenarios, drives and the rows that are their own."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment
from portal.shared.reserved import only_reserved

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    *("drive_befores", "drive_acts", "drive_activities", "drive_leads", "drives"),
    *("scenario_activities", "scenario_leads", "scenarios", "canaries", "sessions"),
)


def upgrade() -> None:
    _create_sessions_and_canaries()
    _create_scenarios()
    _create_drives()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _create_sessions_and_canaries() -> None:
    op.create_table(
        "sessions",
        sa.Column("id_digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "canaries",
        sa.Column("words", sa.String(40), primary_key=True),
        sa.Column("planted_at", Moment(), nullable=False),
    )


def _create_scenarios() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("made_from", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("trade", sa.String(100), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("teaches", sa.Text(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("lead_count", sa.Integer(), nullable=False),
        sa.Column("loaded_at", Moment(), nullable=False),
        sa.UniqueConstraint("slug", "version"),
    )
    op.create_table(
        "scenario_leads", *_key("scenario"), *_lead(), only_reserved("email", "email"), only_reserved("phone", "phone")
    )
    op.create_table(
        "scenario_activities",
        *_key("scenario"),
        *_activity(),
        sa.Index(None, "scenario_id", "lead_id"),
    )


def _create_drives() -> None:
    op.create_table(
        "drives",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(16), nullable=False, unique=True),
        sa.Column("token_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("scenario_id", sa.Integer(), sa.ForeignKey("scenarios.id"), nullable=False),
        sa.Column("epoch", Moment(), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "drive_leads",
        *_key("drive"),
        _is_deleted(),
        *_lead(),
        only_reserved("email", "email"),
        only_reserved("phone", "phone"),
    )
    op.create_table(
        "drive_activities",
        *_key("drive"),
        _is_deleted(),
        *_activity(),
        sa.Column("act", sa.Integer(), nullable=False),
    )
    op.create_table(
        "drive_acts",
        sa.Column("drive_id", sa.Integer(), sa.ForeignKey("drives.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("done_at", Moment(), nullable=False),
    )
    op.create_table(
        "drive_befores",
        sa.Column("drive_id", sa.Integer(), primary_key=True),
        sa.Column("act", sa.Integer(), primary_key=True),
        sa.Column("place", sa.String(20), primary_key=True),
        sa.Column("row_id", sa.String(16), primary_key=True),
        sa.Column("image", sa.Text()),
        sa.ForeignKeyConstraint(["drive_id", "act"], ["drive_acts.drive_id", "drive_acts.number"]),
    )


def _key(owner: str) -> tuple[sa.Column, ...]:
    """A row's key leads with whose it is."""
    return (
        sa.Column(f"{owner}_id", sa.Integer(), sa.ForeignKey(f"{owner}s.id"), primary_key=True),
        sa.Column("id", sa.String(16), primary_key=True),
    )


def _is_deleted() -> sa.Column:
    return sa.Column("is_deleted", sa.Boolean(), nullable=False)


def _lead() -> tuple[sa.Column, ...]:
    return (
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("phone", sa.String(16)),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("deal", sa.String(300), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_kind", sa.String(20), nullable=False),
        sa.Column("last_words", sa.String(300), nullable=False),
        sa.Column("name_key", sa.String(220), nullable=False),
        sa.Column("company_key", sa.String(220), nullable=False),
        sa.Column("stage_rank", sa.Integer(), nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
    )


def _activity() -> tuple[sa.Column, ...]:
    return (
        sa.Column("lead_id", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
    )
