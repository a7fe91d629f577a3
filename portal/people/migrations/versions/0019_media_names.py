"""The names under which media are served, each with its type; only under those is anything served."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TYPES = {
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".vtt": "text/vtt; charset=utf-8",
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}


def upgrade() -> None:
    names = op.create_table(
        "media_names",
        sa.Column("sha256", sa.String(64), sa.ForeignKey("media_files.sha256", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("content_type", sa.String(100), nullable=False),
    )
    db = op.get_bind()
    kept = set(db.scalars(sa.text("SELECT sha256 FROM media_files")))
    pairs = {(row.sha256, row.name) for row in db.execute(sa.text("SELECT sha256, name FROM film_files"))}
    for content in db.scalars(sa.text("SELECT content FROM publications WHERE content <> ''")):
        pairs.update(_named_in(json.loads(content)))
    rows = [
        {"sha256": sha256, "name": name, "content_type": _TYPES[PurePath(name).suffix]}
        for sha256, name in sorted(pairs)
        if sha256 in kept and PurePath(name).suffix in _TYPES
    ]
    op.bulk_insert(names, rows)
    op.drop_column("media_files", "content_type")


def downgrade() -> None:
    op.add_column("media_files", sa.Column("content_type", sa.String(100), nullable=False, server_default=""))
    op.execute(
        "UPDATE media_files SET content_type = "
        "coalesce((SELECT min(content_type) FROM media_names WHERE media_names.sha256 = media_files.sha256), '')"
    )
    op.drop_table("media_names")


def _named_in(content: Any) -> Iterator[tuple[str, str]]:
    """Every file that a publication names, wherever in it."""
    if isinstance(content, dict):
        if isinstance(content.get("sha256"), str) and isinstance(content.get("name"), str):
            yield content["sha256"], content["name"]
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            yield from _named_in(part)
