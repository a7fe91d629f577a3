"""Whose a session is, what people and staff sign in by, the audit log with its guard, and what people watched."""

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import Moment
from portal.shared.reserved import only_real

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    *("watched", "audit_log", "wrong_tries", "passkey_challenges", "passkeys", "one_time_links"),
    *("recovery_codes", "authenticators", "staff_passwords", "staff_departures", "staff"),
)

# An entry is never changed, and deleted only by the rule that clears what is a year old. The guard on INSERT is there
# because SQLite's INSERT OR REPLACE fires no delete trigger unless the connection asked for it.
ALWAYS_NEW = "NOT EXISTS (SELECT 1 FROM audit_log WHERE id = new.id)"
GUARDS = {
    "sqlite": {
        "insert": ALWAYS_NEW,
        "update": "0",
        "delete": "old.at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-365 days')",
    },
    "postgresql": {
        "insert": ALWAYS_NEW,
        "update": "false",
        "delete": "old.at < now() - interval '365 days'",
        "truncate": "false",
    },
}


def upgrade() -> None:
    _give_sessions_an_owner()
    _create_ways_to_sign_in()
    _create_staff()
    _create_audit_log()
    op.create_table(
        "watched",
        sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("webinar", sa.String(100), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("furthest", sa.Integer(), nullable=False),
        sa.Column("watched_at", Moment(), nullable=False),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for event in GUARDS["postgresql"]:
            op.execute(f"DROP FUNCTION audit_log_{event}()")
    op.execute("DELETE FROM sessions WHERE account IS NOT NULL")  # the older code would not know whose they are
    op.drop_index("ix_sessions_account", "sessions")
    op.drop_index("ix_sessions_handle", "sessions")
    for column in ("account", "handle", "device"):
        op.drop_column("sessions", column)


def _give_sessions_an_owner() -> None:
    op.add_column("sessions", sa.Column("account", sa.String(24)))
    op.add_column("sessions", sa.Column("handle", sa.String(16)))
    op.add_column("sessions", sa.Column("device", sa.String(40)))
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_index("ix_sessions_handle", "sessions", ["handle"], unique=True)


def _create_ways_to_sign_in() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("account", sa.String(24), index=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False, index=True),
        sa.Column("used_at", Moment()),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("account", sa.String(24), nullable=False, index=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("used_at", Moment()),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("account", sa.String(24)),
        sa.Column("ends_at", Moment(), nullable=False, index=True),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("about", sa.String(80), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False, index=True),
    )


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("added_by", sa.String(24), nullable=False),
        only_real("email", "email"),
        sa.CheckConstraint("role IN ('marketer', 'publisher', 'privacy', 'admin')", name="role_is_known"),
    )
    op.create_table(
        "staff_departures",
        _of_staff(),
        sa.Column("left_at", Moment(), nullable=False),
        sa.Column("by_account", sa.String(24), nullable=False),
    )
    op.create_table(
        "staff_passwords",
        _of_staff(),
        sa.Column("hashed", sa.String(200), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
    )
    op.create_table(
        "authenticators",
        _of_staff(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        _of_staff(),
        sa.Column("mac", sa.String(64), primary_key=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("used_at", Moment()),
    )


def _of_staff() -> sa.Column[str]:
    return sa.Column("staff_id", sa.String(16), sa.ForeignKey("staff.id"), primary_key=True)


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("at", Moment(), nullable=False, index=True),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("by_account", sa.String(24)),
        sa.Column("about", sa.String(64)),
        sa.Column("session", sa.String(16)),
        sqlite_with_rowid=False,
    )
    dialect = op.get_bind().dialect.name
    for event, holds in GUARDS[dialect].items():
        (_guard_sqlite if dialect == "sqlite" else _guard_postgresql)(event, holds)


def _guard_sqlite(event: str, holds: str) -> None:
    op.execute(
        f"CREATE TRIGGER audit_log_{event} BEFORE {event.upper()} ON audit_log BEGIN "
        f"SELECT RAISE(ABORT, 'audit_log: append only') WHERE NOT ({holds}); END"
    )


def _guard_postgresql(event: str, holds: str) -> None:
    op.execute(
        f"CREATE FUNCTION audit_log_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({holds}) THEN "
        "RAISE EXCEPTION 'audit_log: append only' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'old' if event == 'delete' else 'new'}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER audit_log_{event} BEFORE {event.upper()} ON audit_log "
        f"FOR EACH {'STATEMENT' if event == 'truncate' else 'ROW'} EXECUTE FUNCTION audit_log_{event}()"
    )
