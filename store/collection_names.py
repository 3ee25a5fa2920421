"""Names of collections of vectors."""

import hashlib
import re


def collection_name(kb: str, embedding: str, dimension: int) -> str:
    """A name Chroma accepts, different for every knowledge base, embedding model and dimension."""
    readable = re.sub(r"[^a-z0-9]+", "-", kb.lower()).strip("-")[:30] or "kb"
    digest = hashlib.sha256(f"{kb}\0{embedding}\0{dimension}".encode()).hexdigest()[:16]
    return f"kb-{readable}-{digest}"
