"""Which seconds of a film are watched: viewings while they last, then groups of five."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "viewings",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("film", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("covered", sa.LargeBinary()),
        sa.Column("closes_on", sa.Date(), nullable=False, index=True),
    )
    op.create_table(
        "viewing_groups",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("film", sa.String(64), nullable=False, index=True),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(counts) > 0", name="counts_something"),
    )
    op.create_table(
        "grouped_viewings",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "group_id",
            sa.Integer(),
            sa.ForeignKey("viewing_groups.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
    )


def downgrade() -> None:
    op.drop_table("grouped_viewings")
    op.drop_table("viewing_groups")
    op.drop_table("viewings")
