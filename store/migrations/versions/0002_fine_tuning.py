"""Examples with their versions, and fine-tuning runs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "example_sets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "examples",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_examples_set_id"), "examples", ["set_id"], unique=False)
    op.create_table(
        "example_sources",
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("example_id", "kind", "source_id"),
    )
    op.create_index(
        "example_sources_by_source", "example_sources", ["kind", "source_id"], unique=False
    )
    op.create_table(
        "example_versions",
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "number"),
    )
    op.create_table(
        "example_version_rows",
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "number", "position"),
    )
    op.create_index(
        op.f("ix_example_version_rows_example_id"),
        "example_version_rows",
        ["example_id"],
        unique=False,
    )
    op.create_table(
        "training_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "training_progress",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "step"),
    )


def downgrade() -> None:
    op.drop_table("training_progress")
    op.drop_table("training_runs")
    op.drop_index(op.f("ix_example_version_rows_example_id"), table_name="example_version_rows")
    op.drop_table("example_version_rows")
    op.drop_table("example_versions")
    op.drop_index("example_sources_by_source", table_name="example_sources")
    op.drop_table("example_sources")
    op.drop_index(op.f("ix_examples_set_id"), table_name="examples")
    op.drop_table("examples")
    op.drop_table("example_sets")
