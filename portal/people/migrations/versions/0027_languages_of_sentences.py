"""What is said in other languages can be found: each sentence of the index knows its language, where that is another.

Webinars with captions in another language than their own come into the index anew, by the worker; others stay in it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_entries", sa.Column("language", sa.String(20)))
    _take_out_translated()


def downgrade() -> None:
    _take_out_translated()
    op.drop_column("search_entries", "language")


def _take_out_translated() -> None:
    """Take these out of the index, and have the words of the others counted anew."""
    connection = op.get_bind()
    webinars = connection.execute(
        sa.text(
            "SELECT publications.id, publications.content FROM publications "
            "JOIN search_documents ON search_documents.publication_id = publications.id "
            "WHERE publications.kind = 'webinar'"
        )
    )
    translated = [one for one, content in webinars if _is_translated(json.loads(content))]
    for one in translated:
        for first in (one << 20, (one << 20) + (1 << 60)):  # its sentences, its headings
            _take_out({"least": first, "most": first + (1 << 20) - 1})
        connection.execute(sa.text("DELETE FROM search_documents WHERE publication_id = :one"), {"one": one})
    if translated:
        connection.execute(sa.text("DELETE FROM search_words"))
        connection.execute(sa.text("UPDATE search_documents SET counted_at = NULL"))


def _is_translated(webinar: dict[str, Any]) -> bool:
    return any(track["language"] != webinar["language"] for track in webinar.get("tracks", ()))


def _take_out(span: dict[str, int]) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.execute(
            sa.text(
                "INSERT INTO search_index (search_index, rowid, stems) "
                "SELECT 'delete', id, stems FROM search_entries WHERE id BETWEEN :least AND :most"
            ),
            span,
        )
    connection.execute(sa.text("DELETE FROM search_entries WHERE id BETWEEN :least AND :most"), span)
