"""Offers are published by a record; who got no place, which codes were used, and who asked to be reminded."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_SOMEBODY = "fk_places_person_id_people"

# What must hold before a row may be added: it stands for none that is there.
GUARDED = {
    "offer_publications": "NOT EXISTS (SELECT 1 FROM offer_publications WHERE id = new.id "
    "OR (slug = new.slug AND published_at = new.published_at))",
    "offer_withdrawals": "NOT EXISTS (SELECT 1 FROM offer_withdrawals WHERE publication_id = new.publication_id)",
    "redemptions": "NOT EXISTS (SELECT 1 FROM redemptions WHERE offer = new.offer AND round = new.round "
    "AND number = new.number)",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # a place outlives whoever took it, or one more could be given
        _make_places_anew()
    else:
        op.drop_constraint(OF_SOMEBODY, "places")
    _create_publications()
    op.create_table(
        "refused_claims",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("why", sa.String(9), nullable=False),
        sa.Column("refused_at", Moment(), nullable=False),
        sa.CheckConstraint("why IN ('full', 'not-new', 'withdrawn')", name="why_is_known"),
    )
    op.create_table(
        "redemptions",
        sa.Column("offer", sa.String(64), primary_key=True),
        sa.Column("round", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("redeemed_at", Moment(), nullable=False),
        sa.Column("redeemed_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["offer", "round", "number"], ["places.offer", "places.round", "places.number"]),
        sqlite_with_rowid=False,
    )
    _create_reminders()
    for table, holds in GUARDED.items():
        guard(op, table, insert=(holds,))


def downgrade() -> None:
    for table in ("reminders", "reminder_wishes", "redemptions", "refused_claims"):
        op.drop_table(table)
    for table in ("offer_withdrawals", "offer_publications"):
        op.drop_table(table)
    for table in GUARDED:
        unguard(op, table)
    if op.get_bind().dialect.name == "sqlite":
        _make_places_anew(sa.ForeignKey("people.id", name=OF_SOMEBODY))
    else:
        op.create_foreign_key(OF_SOMEBODY, "places", "people", ["person_id"], ["id"])


def _make_places_anew(*refers: sa.ForeignKey) -> None:
    """SQLite takes no constraint off a table; and a batch of Alembic's writes the others in any order."""
    op.create_table(
        "places_anew",
        sa.Column("offer", sa.String(64), nullable=False),
        sa.Column("round", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(16), *refers, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("offer", "round", "number", name="pk_places"),
        sa.UniqueConstraint("code", name="uq_places_code"),
        sa.UniqueConstraint("offer", "round", "person_id", name="uq_places_offer_round_person_id"),
    )
    op.execute("INSERT INTO places_anew SELECT offer, round, number, person_id, code, taken_at FROM places")
    op.drop_table("places")
    op.rename_table("places_anew", "places")
    op.create_index("ix_places_person_id", "places", ["person_id"])


def _create_publications() -> None:
    op.create_table(
        "offer_publications",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("slug", "published_at"),
    )
    op.create_table(
        "offer_withdrawals",
        sa.Column(
            "publication_id",
            sa.Integer(),
            sa.ForeignKey("offer_publications.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("withdrawn_at", Moment(), nullable=False),
        sa.Column("withdrawn_by", sa.String(100), nullable=False),
        sqlite_with_rowid=False,
    )


def _create_reminders() -> None:
    op.create_table(
        "reminder_wishes",
        sa.Column("opt_in_id", sa.String(16), sa.ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("offer", sa.String(64), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False, index=True),
    )
    op.create_table(
        "reminders",
        sa.Column(
            "opt_in_id",
            sa.String(16),
            sa.ForeignKey("reminder_wishes.opt_in_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("message_id", sa.String(16)),
        sa.Column("why_none", sa.String(20)),
    )
