"""PostgreSQL keeps drives apart by itself, and sorts as SQLite and Python do. SQLite has neither to be told."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("drive_leads", "drive_activities", "drive_acts", "drive_befores")
BOUND = "nullif(current_setting('app.drive', true), '')::int"

SORTED = ("id", "email", "phone", "tags", "owner", "source", "name_key", "company_key")
LENGTHS = {"id": 16, "email": 254, "phone": 16, "owner": 100, "source": 100, "name_key": 220, "company_key": 220}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("scenario_leads", "drive_leads"):
        for column in SORTED:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "C"')
    for table in TABLES:
        op.execute(f"CREATE POLICY own_drive ON {table} USING (drive_id = {BOUND}) WITH CHECK (drive_id = {BOUND})")
        _force(table)
    # A token finds its drive before anyone is bound to it; changing or ending one needs the binding.
    op.execute("CREATE POLICY any_drive ON drives FOR SELECT USING (true)")
    op.execute("CREATE POLICY new_drive ON drives FOR INSERT WITH CHECK (true)")
    op.execute(f"CREATE POLICY own_drive ON drives FOR UPDATE USING (id = {BOUND})")
    op.execute(f"CREATE POLICY end_drive ON drives FOR DELETE USING (id = {BOUND})")
    _force("drives")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for policy in ("any_drive", "new_drive", "own_drive", "end_drive"):
        op.execute(f"DROP POLICY {policy} ON drives")
    for table in TABLES:
        op.execute(f"DROP POLICY own_drive ON {table}")
    for table in (*TABLES, "drives"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in ("scenario_leads", "drive_leads"):
        for column in SORTED:
            kind = f"varchar({LENGTHS[column]})" if column in LENGTHS else "text"
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} COLLATE "default"')


def _force(table: str) -> None:
    """Without FORCE the owner of the table would see every drive."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
