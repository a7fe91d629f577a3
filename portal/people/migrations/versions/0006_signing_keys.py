"""The keys that sign for the house: their public halves for good, the secret half of the newest one sealed."""

import sqlalchemy as sa
from alembic import op

from portal.shared.append_only import guard, unguard
from portal.shared.columns import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("voucher", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_secrets",
        sa.Column("key_id", sa.String(16), sa.ForeignKey("signing_keys.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    guard(op, "signing_keys", insert=("NOT EXISTS (SELECT 1 FROM signing_keys WHERE id = new.id)",))


def downgrade() -> None:
    op.drop_table("signing_secrets")
    op.drop_table("signing_keys")
    unguard(op, "signing_keys")
