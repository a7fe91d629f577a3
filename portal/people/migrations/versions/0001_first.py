"""The first tables of the people side: sessions, people, the outbox, the consent ledger and its guards, offers."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment
from portal.shared.reserved import only_real

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    *("places", "signups", "opt_out_links", "opt_in_outcomes", "opt_in_boxes", "opt_ins", "consent_states"),
    *("suppressions", "consent_payloads", "consent_records", "notices", "deliveries", "messages", "person_keys"),
    *("people", "root_key", "sessions"),
)

STEPS = (
    "'none>requested', 'requested>confirmed', 'requested>withdrawn', 'requested>expired', 'confirmed>withdrawn', "
    "'withdrawn>requested', 'expired>requested', 'requested>erased', 'confirmed>erased', 'withdrawn>erased', "
    "'expired>erased'"
)

NEWEST = (  # the newest record of the line that `new` is about
    "(SELECT {} FROM consent_records r WHERE r.person_id = new.person_id AND r.purpose = new.purpose "
    "AND r.channel = new.channel ORDER BY r.position DESC LIMIT 1)"
)

# What must hold before a row may be added; BEFORE INSERT, since SQLite's INSERT OR REPLACE fires no delete trigger
# unless the connection asked for it (`recursive_triggers`).
MAY_ADD = {
    "notices": ("NOT EXISTS (SELECT 1 FROM notices WHERE digest = new.digest)",),
    "consent_records": (
        "new.position = (SELECT coalesce(max(position), 0) + 1 FROM consent_records WHERE person_id = new.person_id)",
        "NOT EXISTS (SELECT 1 FROM consent_records WHERE leaf = new.leaf OR id = new.id)",
        f"new.was = coalesce({NEWEST.format('r.state')}, 'none')",
        "new.previous_leaf = coalesce((SELECT leaf FROM consent_records WHERE person_id = new.person_id "
        "AND position = new.position - 1), {zeros})",
    ),
    "consent_payloads": ("NOT EXISTS (SELECT 1 FROM consent_payloads WHERE record_id = new.record_id)",),
    "suppressions": (
        "NOT EXISTS (SELECT 1 FROM suppressions WHERE address_hash = new.address_hash AND since = new.since)",
    ),
    "consent_states": (
        f"new.record_id = {NEWEST.format('r.id')}",
        f"new.state = {NEWEST.format('r.state')}",
        "NOT EXISTS (SELECT 1 FROM consent_states WHERE person_id = new.person_id AND purpose = new.purpose "
        "AND channel = new.channel)",
    ),
}

# A state row follows the ledger and nothing else; a payload goes only once the ledger says why.
MAY_CHANGE = {
    "consent_states": (
        *("new.person_id = old.person_id", "new.purpose = old.purpose", "new.channel = old.channel"),
        "new.record_id <> old.record_id",
        f"new.record_id = {NEWEST.format('r.id')}",
        f"new.state = {NEWEST.format('r.state')}",
    ),
}
MAY_DELETE = {
    "consent_payloads": (
        "EXISTS (SELECT 1 FROM consent_records r JOIN consent_records later ON later.person_id = r.person_id "
        "AND later.purpose = r.purpose AND later.channel = r.channel AND later.position >= r.position "
        "WHERE r.id = old.record_id AND later.state IN ('expired', 'erased'))",
    ),
}


def upgrade() -> None:
    _create_sessions_and_people()
    _create_outbox()
    _create_ledger()
    _create_opt_in_and_out()
    _create_offers()
    for table in MAY_ADD:
        _guard(table)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in MAY_ADD:
            for event in ("insert", "update", "delete", "truncate"):
                op.execute(f"DROP FUNCTION {table}_{event}()")


def _create_sessions_and_people() -> None:
    op.create_table(
        "sessions",
        sa.Column("id_digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "root_key",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", Moment(), nullable=False),
        sa.CheckConstraint("id = 1", name="is_alone"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("created_at", Moment(), nullable=False),
        only_real("email", "email"),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )


def _create_outbox() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("cause_id", sa.String(16), nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("leased_until", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'shown', 'dropped', 'failed')", name="state_is_known"
        ),
        sa.Index("ix_messages_due", "state", "not_before"),
        sa.Index("ix_messages_cap", "address_hash", "kind", "created_at"),
    )
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(16), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("detail", sa.String(100), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
    )


def _create_ledger() -> None:
    op.create_table(
        "notices",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("first_shown_at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_records",
        sa.Column("person_id", sa.String(16), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("was", sa.String(9), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("previous_leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False, unique=True),
        sa.CheckConstraint(f"was || '>' || state IN ({STEPS})", name="step_is_allowed"),
        sa.CheckConstraint("version = 1", name="version_is_known"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_payloads",
        sa.Column("record_id", sa.String(16), sa.ForeignKey("consent_records.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("since", Moment(), primary_key=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent_states",
        sa.Column("person_id", sa.String(16), primary_key=True),
        sa.Column("purpose", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(8), primary_key=True),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("record_id", sa.String(16), sa.ForeignKey("consent_records.id"), nullable=False, unique=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )


def _create_opt_in_and_out() -> None:
    op.create_table(
        "opt_ins",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("token_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "opt_in_boxes",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("record_id", sa.String(16), sa.ForeignKey("consent_records.id"), primary_key=True, index=True),
    )
    op.create_table(
        "opt_in_outcomes",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("outcome", sa.String(9), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.CheckConstraint("outcome IN ('confirmed', 'cancelled')", name="outcome_is_known"),
    )
    op.create_table(
        "opt_out_links",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(16), nullable=False, index=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
    )


def _create_offers() -> None:
    op.create_table(
        "signups",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("offer", sa.String(64), nullable=False),
        sa.Column("round", sa.String(16), nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("offer", sa.String(64), primary_key=True),
        sa.Column("round", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.UniqueConstraint("offer", "round", "person_id"),
    )


def _guard(table: str) -> None:
    may = {"insert": MAY_ADD[table], "update": MAY_CHANGE.get(table, ()), "delete": MAY_DELETE.get(table, ())}
    for event, conditions in may.items():
        if op.get_bind().dialect.name == "sqlite":
            _guard_sqlite(table, event, conditions)
        else:
            _guard_postgresql(table, event, conditions)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql(table, "truncate", (), each="STATEMENT")


def _guard_sqlite(table: str, event: str, conditions: tuple[str, ...]) -> None:
    """Refuse an event unless all conditions hold; with none, refuse it always. A NULL counts as not holding."""
    holds = " AND ".join(f"coalesce({condition}, 0)" for condition in conditions) or "0"
    op.execute(
        f"CREATE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{table}: append only') WHERE NOT ({holds.replace('{zeros}', 'zeroblob(32)')}); END"
    )


def _guard_postgresql(table: str, event: str, conditions: tuple[str, ...], *, each: str = "ROW") -> None:
    holds = " AND ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"
    holds = holds.replace("{zeros}", "decode(repeat('00', 32), 'hex')")
    op.execute(
        f"CREATE FUNCTION {table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({holds}) THEN RAISE EXCEPTION '{table}: append only' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'old' if event == 'delete' else 'new'}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {table}_{event}()"
    )
