"""What purpose a message serves, and by which rule it was dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("purpose", sa.String(32)))
    op.add_column("messages", sa.Column("dropped_by", sa.String(20)))
    op.create_index("ix_messages_purpose", "messages", ["purpose", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_messages_purpose", "messages")
    op.drop_column("messages", "dropped_by")
    op.drop_column("messages", "purpose")
