"""PostgreSQL copies the rows of the bound drive within itself, and goes no further than the binding lets it."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OWN = tuple(f"drive_{name}" for name in ("leads", "companies", "deals", "tasks", "views", "segments", "activities"))

# Run as whoever calls it, so that the policies hold within: it reads what the bound drive has, binds the session to the
# copy, and writes what that may have. Rows are read and written whole, whatever columns a later revision adds.
COPY = """
CREATE FUNCTION copy_bound_drive(
  of_drive integer, of_layer integer, its_public_id text, its_token_digest bytea, its_name text,
  its_start timestamptz, its_last timestamptz, its_freezing timestamptz, its_origin integer
) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  made integer;
{declared}
BEGIN
  IF of_drive IS DISTINCT FROM nullif(current_setting('app.drive', true), '')::integer THEN
    RAISE EXCEPTION 'Drive % is not the one that is bound.', of_drive USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO drives (
    public_id, token_digest, scenario_id, epoch, clock, revision, name, started_at, seen_at, frozen_at, came_from
  )
  SELECT
    its_public_id, its_token_digest, scenario_id, epoch, clock, revision, its_name, coalesce(its_start, started_at),
    coalesce(its_last, seen_at), its_freezing, its_origin
  FROM drives WHERE id = of_drive
  RETURNING id INTO STRICT made;
  PERFORM set_config('app.drive', made::text, true);
{written}
  RETURN made;
END $$
"""
DECLARED = """
  one_{0} {0};
  all_{0} {0}[] := ARRAY(SELECT o FROM {0} AS o WHERE o.drive_id = of_drive AND o.layer = of_layer);
"""
WRITTEN = """
  FOR n IN 1 .. cardinality(all_{0}) LOOP
    one_{0} := all_{0}[n];
    one_{0}.drive_id := made;
    one_{0}.layer := 0;
    all_{0}[n] := one_{0};
  END LOOP;
  IF cardinality(all_{0}) > 0 THEN
    INSERT INTO {0} SELECT * FROM unnest(all_{0});
  END IF;
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        parts = {"declared": DECLARED, "written": WRITTEN}
        op.execute(COPY.format(**{name: "".join(map(part.format, OWN)) for name, part in parts.items()}))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION copy_bound_drive")
