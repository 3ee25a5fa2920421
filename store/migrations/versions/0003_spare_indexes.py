"""Indexes of knowledge bases beside those they search in, and the jobs that fill them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "spare_indexes",
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("kb", sa.String(), nullable=False),
        sa.Column("embedding", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("collection"),
    )
    op.add_column(
        "jobs", sa.Column("target", sa.String(), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    op.drop_column("jobs", "target")
    op.drop_table("spare_indexes")
