"""The only place for figures that rows of the sandbox tell: drives, and what visitors changed in them."""

from collections.abc import Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import StartedDrive


def look(db: Session) -> Sequence[Metric]:
    """Every figure; none tells one drive from another."""
    drives = db.scalar(select(func.count()).where(StartedDrive.frozen_at.is_(None))) or 0
    own_rows = GaugeMetricFamily("portal_drive_rows", "Rows that visitors changed or added.", labels=("table",))
    for table in sorted(table.__tablename__ for table in OWN_TABLES.values()):
        own_rows.add_metric((table,), _count_rows(db, table))
    return [GaugeMetricFamily("portal_drives", "Drives that are not over.", value=drives), own_rows]


def _count_rows(db: Session, table: str) -> int:
    """The rows of all drives: counted past the binding to one, which has no row in its answer to give away.

    PostgreSQL shows no role that serves the rows of all drives; there it is what its statistics estimate.
    """
    if db.get_bind().dialect.name == "postgresql":
        estimate = text("select greatest(reltuples, 0) from pg_class where oid = cast(:name as regclass)")
        return int(db.scalar(estimate, {"name": table}) or 0)
    driver = db.connection().connection.cursor()
    driver.execute(f"select count(*) from {table}")  # noqa: S608  # a name of ours
    (found,) = driver.fetchall()
    driver.close()
    return int(found[0])
