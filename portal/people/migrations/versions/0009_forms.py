"""Through which form somebody signed up and what else they told; API keys of forms; answers to Idempotency-Keys."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_entries()
    _create_keys()
    op.create_table(
        "api_answers",
        sa.Column("key_digest", sa.String(64), primary_key=True),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=False, index=True),
    )


def downgrade() -> None:
    for table in ("api_answers", "form_key_ends", "form_keys", "form_answers", "form_entries"):
        op.drop_table(table)


def _create_entries() -> None:
    op.create_table(
        "form_entries",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("way", sa.String(5), nullable=False),
        sa.Column("via", sa.String(200), nullable=False),
        sa.CheckConstraint("way IN ('page', 'frame', 'api')", name="way_is_known"),
    )
    op.create_table(
        "form_answers",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("field", sa.String(16), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def _create_keys() -> None:
    op.create_table(
        "form_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("form", sa.String(64), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
    )
    op.create_table(
        "form_key_ends",
        sa.Column("key_id", sa.String(16), sa.ForeignKey("form_keys.id"), primary_key=True),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("ended_by", sa.String(64), nullable=False),
    )
