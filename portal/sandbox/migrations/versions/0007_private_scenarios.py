"""Scenarios of a visitor's own shape, with columns of their own; PostgreSQL lets the server delete no others."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Run as the owner, since the serving role may delete no row of a scenario.
FORGET = r"""
CREATE FUNCTION forget_private_scenarios(since timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  ids integer[];
  part text;
BEGIN
  ids := ARRAY(
    SELECT s.id FROM scenarios s
    WHERE s.is_private AND s.loaded_at < since AND NOT EXISTS (SELECT FROM drives d WHERE d.scenario_id = s.id)
    LIMIT most
  );
  FOR part IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'scenario_id' AND table_name LIKE 'scenario\_%'
  LOOP
    EXECUTE format('DELETE FROM %I WHERE scenario_id = ANY ($1)', part) USING ids;
  END LOOP;
  DELETE FROM scenarios WHERE id = ANY (ids);
  RETURN coalesce(array_length(ids, 1), 0);
END $$
"""
KEEP = """
CREATE FUNCTION refuse_other_privacy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A scenario stays private, or stays everyone''s.' USING ERRCODE = 'insufficient_privilege';
END $$
"""
OWN = ("drive_befores", "drive_acts")  # in this order, since the first refers to the second


def upgrade() -> None:
    for table in ("scenario_leads", "drive_leads"):
        op.add_column(table, sa.Column("more", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("scenarios", sa.Column("is_private", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FORGET)
        op.execute(KEEP)
        op.execute(
            "CREATE TRIGGER privacy_stays BEFORE UPDATE ON scenarios FOR EACH ROW"
            " WHEN (OLD.is_private IS DISTINCT FROM NEW.is_private) EXECUTE FUNCTION refuse_other_privacy()"
        )


def downgrade() -> None:
    """The revision before would offer a private scenario to everyone, so it goes, with the drives that stand on it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER privacy_stays ON scenarios")
        op.execute("DROP FUNCTION refuse_other_privacy")
        op.execute("DROP FUNCTION forget_private_scenarios")
    with _for_all_drives():
        _delete_what_is_private()
    op.drop_column("scenarios", "is_private")
    for table in ("scenario_leads", "drive_leads"):
        op.drop_column(table, "more")


def _delete_what_is_private() -> None:
    private = "SELECT id FROM scenarios WHERE is_private"
    drives = f"SELECT id FROM drives WHERE scenario_id IN ({private})"  # noqa: S608
    for table in _drive_tables():
        op.execute(f"DELETE FROM {table} WHERE drive_id IN ({drives})")  # noqa: S608
    for table in ("drives", *(name for name in _tables() if name.startswith("scenario_"))):
        op.execute(f"DELETE FROM {table} WHERE scenario_id IN ({private})")  # noqa: S608
    op.execute("DELETE FROM scenarios WHERE is_private")


@contextmanager
def _for_all_drives() -> Iterator[None]:
    """On PostgreSQL the owner, too, is kept to one drive, but for this."""
    tables = ("drives", *_drive_tables()) if op.get_bind().dialect.name == "postgresql" else ()
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _drive_tables() -> tuple[str, ...]:
    return (*OWN, *(name for name in _tables() if name.startswith("drive_") and name not in OWN))


def _tables() -> list[str]:
    return sa.inspect(op.get_bind()).get_table_names()
