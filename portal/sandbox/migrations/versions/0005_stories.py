"""The timeline of a scenario's lead in one row, and how far a scenario is loaded."""

import json
from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa
from alembic import op

from portal.shared.columns import by_code_point

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_A_TIME = 2000
ENTRY = ("at", "kind", "words", "body", "who")


def upgrade() -> None:
    op.add_column("scenarios", sa.Column("is_ready", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("scenarios", sa.Column("loaded_leads", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scenarios", sa.Column("chain", sa.String(64), nullable=False, server_default=""))
    op.add_column("scenarios", sa.Column("company_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scenarios", sa.Column("activity_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scenarios", sa.Column("proof", sa.Text(), nullable=False, server_default=""))
    stories = op.create_table(
        "scenario_stories",
        sa.Column("scenario_id", sa.Integer(), sa.ForeignKey("scenarios.id"), primary_key=True),
        sa.Column("lead_id", by_code_point(16), primary_key=True),
        sa.Column("entries", sa.Text(), nullable=False),
    )
    _write(stories, _packed(op.get_bind()))
    op.execute(
        "UPDATE scenarios SET loaded_leads = lead_count,"
        " company_count = (SELECT count(DISTINCT company) FROM scenario_leads"
        "  WHERE scenario_id = scenarios.id AND company <> ''),"
        " activity_count = (SELECT count(*) FROM scenario_activities WHERE scenario_id = scenarios.id)"
    )
    op.drop_table("scenario_activities")


def downgrade() -> None:
    for table in ("leads", "companies", "deals", "tasks", "stories"):  # nothing else says that one is not whole
        op.execute(
            f"DELETE FROM scenario_{table} WHERE scenario_id IN (SELECT id FROM scenarios WHERE NOT is_ready)"  # noqa: S608
        )
    op.execute("DELETE FROM scenarios WHERE NOT is_ready")
    activities = op.create_table(
        "scenario_activities",
        sa.Column("scenario_id", sa.Integer(), sa.ForeignKey("scenarios.id"), primary_key=True),
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("lead_id", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Index(None, "scenario_id", "lead_id"),
    )
    _write(activities, _unpacked(op.get_bind()))
    op.drop_table("scenario_stories")
    for column in ("proof", "activity_count", "company_count", "chain", "loaded_leads", "is_ready"):
        op.drop_column("scenarios", column)


def _packed(connection: sa.Connection) -> Iterator[dict[str, object]]:
    rows = connection.execute(
        sa.text(
            "SELECT scenario_id, lead_id, at, kind, words, body, who FROM scenario_activities"
            " ORDER BY scenario_id, lead_id, at, id"
        ),
        execution_options={"yield_per": AT_A_TIME},
    )
    for (scenario_id, lead_id), entries in groupby(rows, key=lambda row: row[:2]):
        packed = json.dumps([list(entry[2:]) for entry in entries], separators=(",", ":"), ensure_ascii=False)
        yield {"scenario_id": scenario_id, "lead_id": lead_id, "entries": packed}


def _unpacked(connection: sa.Connection) -> Iterator[dict[str, object]]:
    rows = connection.execute(
        sa.text("SELECT scenario_id, lead_id, entries FROM scenario_stories ORDER BY scenario_id, lead_id"),
        execution_options={"yield_per": AT_A_TIME},
    )
    for scenario_id, of_scenario in groupby(rows, key=lambda row: row[0]):
        number = 0
        for row in of_scenario:
            for entry in json.loads(row[2]):
                number += 1
                yield {"scenario_id": scenario_id, "id": f"A{number:08}", "lead_id": row[1]} | dict(
                    zip(ENTRY, entry, strict=True)
                )


def _write(table: sa.Table, rows: Iterator[dict[str, object]]) -> None:
    some: list[dict[str, object]] = []
    for row in rows:
        some.append(row)
        if len(some) == AT_A_TIME:
            op.bulk_insert(table, some)
            some = []
    if some:
        op.bulk_insert(table, some)
