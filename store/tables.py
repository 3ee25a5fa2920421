"""The tables behind records.py and the other records; their history is in migrations/."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.column_types import UTCDateTime

metadata = MetaData()

knowledge_bases = Table(
    "knowledge_bases",
    metadata,
    Column("name", String, primary_key=True),
    Column("collection", String, nullable=False),
    Column("embedding", String, nullable=False),
    Column("dimension", Integer, nullable=False),
)

spare_indexes = Table(
    "spare_indexes",
    metadata,
    Column("collection", String, primary_key=True),
    Column("kb", String, nullable=False),
    Column("embedding", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("kb", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("media", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    Column("pages_without_text", JSON, nullable=False),
    Column("pages_by_ocr", JSON, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("metadata", JSON, nullable=False),
    UniqueConstraint("kb", "sha256"),
)

pages = Table(
    "pages",
    metadata,
    Column("document_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("label", String),
    Column("text", Text, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("source", String, nullable=False),
    Column("confidence", Float),
    Column("note", String, nullable=False),
    Column("blocks", JSON, nullable=False),
    Column("words", LargeBinary, nullable=False),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", String, primary_key=True),
    Column("document_id", String, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("label", String),
    Column("heading", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("quarantined", Text, nullable=False),
    Column("embedded_sha256", String, nullable=False, index=True),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kb", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("document_id", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    sqlite_autoincrement=True,
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kb", String, nullable=False),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("document_id", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("stage", String, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("started_at", UTCDateTime),
    Column("stage_started_at", UTCDateTime),
    Column("heartbeat_at", UTCDateTime),
    Column("finished_at", UTCDateTime),
    Column("cancel_requested", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("stage_seconds", JSON, nullable=False),
    Column("target", String, nullable=False, server_default=""),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("kb", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("choices", JSON, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation_id", String, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("record", JSON, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)

traces = Table(
    "traces",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("model", String, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("message_id", String, index=True),
    Column("record", JSON, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

adapters = Table(
    "adapters",
    metadata,
    Column("id", String, primary_key=True),
    Column("base", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("id", String, primary_key=True),
    Column("batch_id", String, index=True),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("record", JSON, nullable=False),
)

comparison_batches = Table(
    "comparison_batches",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("id", String, primary_key=True),
    Column("comparison_id", String, nullable=False, index=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

example_sets = Table(
    "example_sets",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

examples = Table(
    "examples",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("set_id", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("record", JSON, nullable=False),
)

# what an example was made from, for as long as it stands in its set or in a version of it
example_sources = Table(
    "example_sources",
    metadata,
    Column("example_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("source_id", String, primary_key=True),
)

example_versions = Table(
    "example_versions",
    metadata,
    Column("set_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("record", JSON, nullable=False),
)

version_rows = Table(
    "example_version_rows",
    metadata,
    Column("set_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("example_id", String, nullable=False, index=True),
    Column("record", JSON, nullable=False),
)

training_runs = Table(
    "training_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("record", JSON, nullable=False),
)

training_progress = Table(
    "training_progress",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("record", JSON, nullable=False),
)

Index("example_sources_by_source", example_sources.c.kind, example_sources.c.source_id)
Index("messages_in_order", messages.c.conversation_id, messages.c.position)
