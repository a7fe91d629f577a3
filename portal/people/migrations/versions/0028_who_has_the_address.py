"""Who has an address now is found by its hash, for a no that comes by the message of somebody erased since."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_ways_out_address_hash"), "ways_out", ["address_hash"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ways_out_address_hash"), "ways_out")
