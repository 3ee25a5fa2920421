"""Whether the vectors of a knowledge base were made by the embedding model that is set now."""

from assistant.models.embedding import SentenceEmbeddings
from store.errors import EmbeddingMismatch
from store.knowledge_bases import KnowledgeBase

REBUILD = "rebuild it (`python -m assistant rebuild`)"


def other_model(kb: KnowledgeBase, embeddings: SentenceEmbeddings) -> str:
    """Why the model of this name cannot be used with the knowledge base; "" when it can."""
    if kb.embedding == embeddings.name:
        return ""
    return (
        f"The knowledge base {kb.name!r} was made with the embedding model {kb.embedding!r}, "
        f"but {embeddings.name!r} is set; {REBUILD} or set OPENBOOK_EMBEDDING={kb.embedding}."
    )


def ensure_match(kb: KnowledgeBase, embeddings: SentenceEmbeddings) -> None:
    """Raises EmbeddingMismatch unless the model makes vectors like those there are."""
    if why := other_model(kb, embeddings):
        raise EmbeddingMismatch(why)
    if kb.dimension != embeddings.dimension:
        raise EmbeddingMismatch(
            f"The knowledge base {kb.name!r} holds vectors of {kb.dimension} numbers, but the "
            f"embedding model {kb.embedding!r} now makes {embeddings.dimension}; {REBUILD}."
        )
