"""Versions of a scenario that no drive stands on any more; PostgreSQL lets the server delete just these."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Run as the owner, since the serving role may delete no row of a scenario. A drive that is being started holds the
# row of its scenario, so what is found is locked first and looked at again.
FORGET = r"""
CREATE FUNCTION forget_old_versions(since timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one integer;
  part text;
  deleted integer;
BEGIN
  SELECT s.id INTO one FROM scenarios s
  WHERE NOT s.is_private AND s.loaded_at < since
    AND EXISTS (
      SELECT FROM scenarios n WHERE n.slug = s.slug AND n.id > s.id AND n.is_ready AND NOT n.is_private
    )
    AND NOT EXISTS (SELECT FROM drives d WHERE d.scenario_id = s.id)
  ORDER BY s.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF one IS NULL OR EXISTS (SELECT FROM drives d WHERE d.scenario_id = one) THEN
    RETURN 0;
  END IF;
  UPDATE scenarios SET is_ready = false, made_from = '', version = 'forgotten ' || one WHERE id = one;
  FOR part IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'scenario_id' AND table_name LIKE 'scenario\_%'
  LOOP
    EXECUTE format(
      'DELETE FROM %I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %I WHERE scenario_id = $1 LIMIT $2))', part, part
    ) USING one, most;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted > 0 THEN
      RETURN deleted;
    END IF;
  END LOOP;
  DELETE FROM scenarios WHERE id = one;
  RETURN 1;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FORGET)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION forget_old_versions")
