"""Webhooks: where they go, what is to be told, each try; and the triggers that tell of consents as they are written."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Only where somebody listens; a request that nobody confirmed yet is told to nobody.
FEEDS = {
    "consent_records": ("record", "new.id", "new.state IN ('confirmed', 'withdrawn', 'erased')"),
    "opt_in_outcomes": ("signup", "new.opt_in_id", "new.outcome = 'confirmed'"),
}
LISTENS = (
    "EXISTS (SELECT 1 FROM webhook_endpoints e WHERE NOT EXISTS (SELECT 1 FROM webhook_ends WHERE endpoint_id = e.id))"
)


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(24), nullable=False),
    )
    op.create_table(
        "webhook_ends",
        sa.Column("endpoint_id", sa.String(16), sa.ForeignKey("webhook_endpoints.id"), primary_key=True),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("ended_by", sa.String(24), nullable=False),
    )
    op.create_table(
        "webhook_feed",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject_id", sa.String(16), nullable=False),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("endpoint_id", sa.String(16), sa.ForeignKey("webhook_endpoints.id"), nullable=False),
        sa.Column("event", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("happened_at", Moment(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("leased_until", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dropped', 'failed')", name="state_is_known"),
        sa.UniqueConstraint("endpoint_id", "event", "subject_id"),
        sa.Index("ix_webhook_deliveries_due", "state", "not_before"),
        sa.Index("ix_webhook_deliveries_newest", "endpoint_id", "created_at"),
    )
    op.create_table(
        "webhook_attempts",
        sa.Column(
            "delivery_id", sa.String(20), sa.ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("detail", sa.String(100), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
    )
    for table, feed in FEEDS.items():
        (_feed_sqlite if _is_sqlite() else _feed_postgresql)(table, *feed)


def downgrade() -> None:
    for table in FEEDS:
        if _is_sqlite():
            op.execute(f"DROP TRIGGER {table}_feed")
        else:
            op.execute(f"DROP TRIGGER {table}_feed ON {table}")
            op.execute(f"DROP FUNCTION {table}_feed()")
    for table in ("webhook_attempts", "webhook_deliveries", "webhook_feed", "webhook_ends", "webhook_endpoints"):
        op.drop_table(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _feed_sqlite(table: str, kind: str, subject: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_feed AFTER INSERT ON {table} WHEN {when} AND {LISTENS} BEGIN "
        f"{_note(kind, subject)}; END"
    )


def _feed_postgresql(table: str, kind: str, subject: str, when: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_feed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} AND {LISTENS} THEN {_note(kind, subject)}; END IF; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_feed AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_feed()")


def _note(kind: str, subject: str) -> str:
    return f"INSERT INTO webhook_feed (kind, subject_id) VALUES ('{kind}', {subject})"  # noqa: S608  # our own words
